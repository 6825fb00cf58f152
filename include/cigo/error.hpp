/* SPDX-License-Identifier: MIT
 * C++: errors as std::error_code, and results that are a value or an error. Every call that can fail
 * returns a result. Its value() throws std::system_error; its error() does not. Without exceptions
 * (-fno-exceptions) value() aborts, as cigo_must does.
 */
#ifndef CIGO_ERROR_HPP
#define CIGO_ERROR_HPP

#if !defined(__cplusplus) || __cplusplus < 201703L
#error "cigo.hpp needs C++17 or later (-std=c++17)"
#endif

#include <cigo.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
#define CIGO_EXCEPTIONS_ 1
#else
#define CIGO_EXCEPTIONS_ 0
#endif

namespace cigo
{

/* The library's own codes. Errors of the system compare with std::errc. */
enum class errc {
	no_loop = CIGO_ENOLOOP,
	closed = CIGO_ECLOSED,
	not_resolved = CIGO_ERESOLVE,
	broken = CIGO_EBROKEN
};

namespace detail
{

class category_type final : public std::error_category
{
public:
	const char *name() const noexcept override
	{
		return "cigo";
	}
	std::string message(int err) const override
	{
		return cigo_strerror(err);
	}
	std::error_condition default_error_condition(int err) const noexcept override
	{
		if (err < 0 && err > -4096) /* -errno */
			return std::error_condition(-err, std::generic_category());
		return std::error_condition(err, *this);
	}
};

/* The error of a task whose body has thrown; its awaiter gets the exception itself. */
inline int thrown()
{
	static const int err = cigo_error_new("a C++ exception was thrown");
	return err;
}

} // namespace detail

/* Values are cigo's: negative. Those of the system are equal to std::errc's. */
inline const std::error_category &category() noexcept
{
	static const detail::category_type instance;
	return instance;
}

inline std::error_code make_error_code(errc e) noexcept
{
	return std::error_code(static_cast<int>(e), category());
}

/* The error_code of a result < 0 of the C interface; none for 0 and above. */
inline std::error_code error_of(std::ptrdiff_t result) noexcept
{
	return result < 0 ? std::error_code(static_cast<int>(result), category())
			  : std::error_code();
}

namespace detail
{

[[noreturn]] inline void fail(int err, const char *file, int line)
{
#if CIGO_EXCEPTIONS_
	static_cast<void>(file);
	static_cast<void>(line);
	throw std::system_error(err, category());
#else
	cigo_must_at(err, file, line);
	std::abort();
#endif
}

/* The code of an error_code of any category, for the C interface. */
inline int code_of(const std::error_code &ec)
{
	if (ec.category() == category())
		return ec.value();
	const std::error_condition c = ec.default_error_condition();
	return c.category() == std::generic_category() && c.value() > 0 ? -c.value() : thrown();
}

} // namespace detail

/* A value or an error. It must be looked at. */
template <class T> class [[nodiscard]] result
{
public:
	using value_type = T;

	result(T value) : value_(std::move(value)) {}
	result(std::error_code ec) : err_(detail::code_of(ec)) {}
	result(errc e) : err_(static_cast<int>(e)) {}
	/* Of an error < 0 of the C interface. */
	static result failed(int err)
	{
		return result(std::error_code(err, category()));
	}

	explicit operator bool() const noexcept
	{
		return value_.has_value();
	}
	std::error_code error() const noexcept
	{
		return error_of(err_);
	}
	/* The value; throws std::system_error if there is none. */
	T value(const char *file = __builtin_FILE(), int line = __builtin_LINE()) &&
	{
		if (!value_)
			detail::fail(err_, file, line);
		return std::move(*value_);
	}
	T &value(const char *file = __builtin_FILE(), int line = __builtin_LINE()) &
	{
		if (!value_)
			detail::fail(err_, file, line);
		return *value_;
	}
	/* The value, that is known to be there. */
	T &operator*() &
	{
		return *value_;
	}
	T *operator->()
	{
		return &*value_;
	}
	T value_or(T other) &&
	{
		return value_ ? std::move(*value_) : std::move(other);
	}

private:
	std::optional<T> value_;
	int err_ = 0;
};

template <> class [[nodiscard]] result<void>
{
public:
	using value_type = void;

	result() = default;
	result(std::error_code ec) : err_(ec ? detail::code_of(ec) : 0) {}
	result(errc e) : err_(static_cast<int>(e)) {}
	static result failed(int err)
	{
		return result(std::error_code(err, category()));
	}
	/* Of a result of the C interface: < 0 is an error. */
	static result of(std::ptrdiff_t n)
	{
		return result(error_of(n));
	}

	explicit operator bool() const noexcept
	{
		return err_ == 0;
	}
	std::error_code error() const noexcept
	{
		return error_of(err_);
	}
	/* Throws std::system_error if it is an error. */
	void value(const char *file = __builtin_FILE(), int line = __builtin_LINE()) const
	{
		if (err_)
			detail::fail(err_, file, line);
	}
	/* For who does not care. */
	void ignore() const noexcept {}

private:
	int err_ = 0;
};

namespace detail
{

template <class T> struct is_result : std::false_type {
	using type = T;
};
template <class T> struct is_result<result<T>> : std::true_type {
	using type = T;
};
/* What a function that returns R gives: T for result<T> too. */
template <class R> using unwrapped = typename is_result<R>::type;

/* An exception that nobody can be given: it is named, and the process ends. */
[[noreturn]] inline void unheard(const char *where)
{
#if CIGO_EXCEPTIONS_
	try {
		throw;
	} catch (const std::exception &e) {
		std::fprintf(stderr, "cigo: an exception has left %s: %s\n", where, e.what());
	} catch (...) {
		std::fprintf(stderr, "cigo: an exception has left %s\n", where);
	}
#else
	static_cast<void>(where);
#endif
	std::terminate();
}

/* Calls fn; its exception is kept in *kept. Returns fn's error, or that of the exception. */
template <class F> int guarded(std::exception_ptr &kept, F &&fn)
{
#if CIGO_EXCEPTIONS_
	try {
		return fn();
	} catch (const std::system_error &e) {
		kept = std::current_exception();
		return code_of(e.code());
	} catch (...) {
		kept = std::current_exception();
		return thrown();
	}
#else
	static_cast<void>(kept);
	return fn();
#endif
}

inline void rethrow(const std::exception_ptr &kept)
{
#if CIGO_EXCEPTIONS_
	if (kept)
		std::rethrow_exception(kept);
#else
	static_cast<void>(kept);
#endif
}

} // namespace detail
} // namespace cigo

template <> struct std::is_error_code_enum<cigo::errc> : std::true_type {
};

#endif
