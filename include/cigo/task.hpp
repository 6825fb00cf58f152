/* SPDX-License-Identifier: MIT
 * C++: contexts, and lambdas as tasks, workers and sections.
 */
#ifndef CIGO_TASK_HPP
#define CIGO_TASK_HPP

#include <cigo/error.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <tuple>

namespace cigo
{

/* A duration in nanoseconds, as the C interface has it; what is too long is CIGO_NEVER. */
template <class R, class P> int64_t nanoseconds(std::chrono::duration<R, P> d)
{
	using wide = std::chrono::duration<long double, std::nano>;
	const long double ns = wide(d).count();

	if (ns >= 9.2e18L)
		return CIGO_NEVER;
	return ns <= -9.2e18L
		       ? -CIGO_NEVER
		       : std::chrono::duration_cast<std::chrono::duration<int64_t, std::nano>>(d)
				 .count();
}
constexpr std::chrono::nanoseconds never = std::chrono::nanoseconds::max();

/* A context that is given back at the end of its scope. It converts to cigo_ctx *. */
class context
{
public:
	context() = default;
	/* Takes one reference over. */
	explicit context(cigo_ctx *own) noexcept : ctx_(own) {}
	context(const context &other) : ctx_(other.ctx_ ? cigo_ctx_ref(other.ctx_) : nullptr) {}
	context(context &&other) noexcept : ctx_(std::exchange(other.ctx_, nullptr)) {}
	context &operator=(context other) noexcept
	{
		std::swap(ctx_, other.ctx_);
		return *this;
	}
	~context()
	{
		cigo_ctx_unref(ctx_);
	}

	static context cancellable(cigo_ctx *parent)
	{
		return context(cigo_ctx_with_cancel(parent));
	}
	template <class R, class P>
	static context timeout(cigo_ctx *parent, std::chrono::duration<R, P> d)
	{
		return context(cigo_ctx_with_timeout(parent, nanoseconds(d)));
	}
	/* For clean-up: cancellations of the parent do not reach it. */
	template <class R, class P>
	static context shielded(cigo_ctx *parent, std::chrono::duration<R, P> grace)
	{
		return context(cigo_ctx_without_cancel(parent, nanoseconds(grace)));
	}

	operator cigo_ctx *() const noexcept
	{
		return ctx_;
	}
	void cancel(std::error_code reason = {}) const
	{
		cigo_ctx_cancel(ctx_, reason ? detail::code_of(reason) : 0);
	}
	std::error_code error() const
	{
		return error_of(cigo_ctx_error(ctx_));
	}

private:
	cigo_ctx *ctx_ = nullptr;
};

/* A context as an argument: it notes the place of the call, as the macros of C do, for dumps. */
class where
{
public:
	where(cigo_ctx *ctx, const char *file = __builtin_FILE(), int line = __builtin_LINE(),
	      const char *function = __builtin_FUNCTION())
		: ctx_(cigo_ctx_at(ctx, file, line, function))
	{
	}
	where(const context &ctx, const char *file = __builtin_FILE(), int line = __builtin_LINE(),
	      const char *function = __builtin_FUNCTION())
		: ctx_(cigo_ctx_at(ctx, file, line, function))
	{
	}
	operator cigo_ctx *() const noexcept
	{
		return ctx_;
	}

private:
	cigo_ctx *ctx_;
};

/* The same for a spawn. */
class spawner
{
public:
	spawner(const cigo_ctx *ctx, const char *file = __builtin_FILE(),
		int line = __builtin_LINE(), const char *function = __builtin_FUNCTION())
		: ctx_(ctx)
	{
		cigo_ctx_note(file, line, function);
	}
	spawner(const context &ctx, const char *file = __builtin_FILE(),
		int line = __builtin_LINE(), const char *function = __builtin_FUNCTION())
		: ctx_(ctx)
	{
		cigo_ctx_note(file, line, function);
	}
	operator const cigo_ctx *() const noexcept
	{
		return ctx_;
	}

private:
	const cigo_ctx *ctx_;
};

namespace detail
{

struct nothing {
};
template <class T> using stored = std::conditional_t<std::is_void_v<T>, nothing, T>;

/* The first exception of several bodies. */
struct failures {
	std::mutex lock;
	std::exception_ptr first;

	void keep(const std::exception_ptr &e)
	{
		std::lock_guard<std::mutex> held(lock);
		if (!first)
			first = e;
	}
	std::exception_ptr take()
	{
		std::lock_guard<std::mutex> held(lock);
		return std::exchange(first, nullptr);
	}
};

/* What a body has left. It is written before the task is done, and read after. */
template <class T> struct outcome {
	std::optional<stored<T>> value;
	std::exception_ptr thrown;
};

/* Calls fn(ctx), or fn() where it takes no context, and keeps what it returns. < 0: its error. */
template <class T, class F> int call_into(outcome<T> &out, F &fn, cigo_ctx *ctx)
{
	auto call = [&]() -> decltype(auto) {
		if constexpr (std::is_invocable_v<F &, cigo_ctx *>)
			return std::invoke(fn, ctx);
		else
			return std::invoke(fn);
	};
	using R = decltype(call());

	if constexpr (std::is_void_v<R>) {
		call();
		out.value.emplace();
		return 0;
	} else if constexpr (is_result<R>::value) {
		R r = call();
		if (!r)
			return code_of(r.error());
		if constexpr (std::is_void_v<T>)
			out.value.emplace();
		else
			out.value.emplace(std::move(r).value());
		return 0;
	} else {
		out.value.emplace(call());
		return 0;
	}
}

template <class F, bool = std::is_invocable_v<F &, cigo_ctx *>> struct returned {
	using type = std::decay_t<std::invoke_result_t<F &, cigo_ctx *>>;
};
template <class F> struct returned<F, false> {
	using type = std::decay_t<std::invoke_result_t<F &>>;
};
template <class F> using value_of = unwrapped<typename returned<std::decay_t<F>>::type>;

/* A function with its captures, on the heap until its body has returned. */
template <class F, class T> struct closure {
	F fn;
	std::shared_ptr<outcome<T>> out;
	std::shared_ptr<failures> group;	 /* NULL: none */
	std::shared_ptr<closure> self = nullptr; /* a worker's, while it may run */
	std::atomic<bool> begun{ false };

	closure(F f, std::shared_ptr<failures> g)
		: fn(std::move(f)), out(std::make_shared<outcome<T>>()), group(std::move(g))
	{
	}
	int call(cigo_ctx *ctx)
	{
		const int err = guarded(out->thrown, [&] { return call_into<T>(*out, fn, ctx); });
		if (out->thrown && group)
			group->keep(out->thrown);
		return err;
	}
	static int body(cigo_ctx *ctx, void *arg, void *)
	{
		return static_cast<closure *>(arg)->call(ctx);
	}
	static void end(void *arg)
	{
		delete static_cast<closure *>(arg);
	}
	static int work(cigo_ctx *ctx, void *arg, void *)
	{
		closure *c = static_cast<closure *>(arg);
		const std::shared_ptr<closure> own = std::move(c->self);

		c->begun = true;
		return c->call(ctx);
	}
};

} // namespace detail

/*
 * A task or worker, and the value of its body. The end of its scope gives it back: the body runs on,
 * and what it has captured lives until it has returned.
 */
template <class T> class [[nodiscard]] task
{
public:
	task() = default;
	task(cigo_task *own, std::shared_ptr<detail::outcome<T>> out)
		: task_(own), out_(std::move(out))
	{
	}
	task(task &&other) noexcept
		: task_(std::exchange(other.task_, nullptr)), out_(std::move(other.out_))
	{
	}
	task &operator=(task &&other) noexcept
	{
		std::swap(task_, other.task_);
		std::swap(out_, other.out_);
		return *this;
	}
	~task()
	{
		if (task_)
			cigo_future_unref(task_);
	}

	/*
	 * Waits until the body has returned, and moves its value out. An exception of the body is thrown
	 * here. Fails: as cigo_future_await; -EALREADY: the value was taken before.
	 */
	result<T> await(where ctx)
	{
		return finish(cigo_future_await(ctx, task_, nullptr, 0));
	}
	/* Cancels it and waits until its body has returned. */
	result<T> stop(where ctx)
	{
		cancel();
		return await(ctx);
	}
	void cancel(std::error_code reason = {})
	{
		cigo_future_cancel(task_, reason ? detail::code_of(reason) : 0);
	}
	bool done() const
	{
		return cigo_future_is_done(task_);
	}
	void detach()
	{
		*this = task();
	}
	/* Lent; for the C interface. */
	cigo_task *get() const noexcept
	{
		return task_;
	}
	operator cigo_task *() const noexcept
	{
		return task_;
	}

private:
	result<T> finish(int err)
	{
		if (!task_ || !cigo_future_is_done(task_))
			return result<T>::failed(err < 0 ? err : -ENOMEM);
		if (out_->thrown)
			detail::rethrow(out_->thrown);
		if (err < 0)
			return result<T>::failed(err);
		if constexpr (std::is_void_v<T>) {
			return {};
		} else {
			if (!out_->value)
				return result<T>::failed(-EALREADY);
			result<T> r(std::move(*out_->value));
			out_->value.reset();
			return r;
		}
	}

	cigo_task *task_ = nullptr;
	std::shared_ptr<detail::outcome<T>> out_;
};

namespace detail
{

inline cigo_task_options options_of(const char *name, void (*end)(void *))
{
	cigo_task_options o = {};

	o.size = sizeof o;
	o.name = name;
	o.arg_free = end;
	return o;
}

} // namespace detail

/*
 * A task that runs fn(ctx), or fn(); what it returns (a result<T>, too) is the task's value. name is
 * for dumps and traces.
 */
template <class F> task<detail::value_of<F>> spawn(spawner ctx, const char *name, F &&fn)
{
	using T = detail::value_of<F>;
	using closure = detail::closure<std::decay_t<F>, T>;
	closure *c = new closure(std::forward<F>(fn), nullptr);
	const cigo_task_options o = detail::options_of(name, closure::end);
	std::shared_ptr<detail::outcome<T>> out = c->out;

	return task<T>(cigo_task_spawn_with(ctx, closure::body, 0, c, &o), std::move(out));
}
template <class F> task<detail::value_of<F>> spawn(spawner ctx, F &&fn)
{
	return spawn(ctx, "task", std::forward<F>(fn));
}

/* A worker: fn on a thread of its own, in parallel to the loop. See cigo_go. */
template <class F> task<detail::value_of<F>> go(spawner ctx, const char *name, F &&fn)
{
	using T = detail::value_of<F>;
	using closure = detail::closure<std::decay_t<F>, T>;
	auto c = std::make_shared<closure>(std::forward<F>(fn), nullptr);
	cigo_go_options o = {};

	o.size = sizeof o;
	o.name = name;
	c->self = c;
	cigo_task *t = cigo_go_with(ctx, closure::work, 0, c.get(), &o);
	if (!t || (cigo_future_is_done(t) && !c->begun)) /* it never runs */
		c->self.reset();
	return task<T>(t, c->out);
}
template <class F> task<detail::value_of<F>> go(spawner ctx, F &&fn)
{
	return go(ctx, "worker", std::forward<F>(fn));
}

template <class R, class P> result<void> sleep(where ctx, std::chrono::duration<R, P> d)
{
	return result<void>::of(cigo_sleep(ctx, nanoseconds(d)));
}

inline result<void> yield(where ctx)
{
	return result<void>::of(cigo_yield(ctx));
}

/*
 * Calls fn() in a blocking section: the loop goes on meanwhile. An exception ends the section, and
 * goes on.
 */
template <class F> decltype(auto) blocking(where ctx, F &&fn)
{
	struct section {
		cigo_ctx *ctx;
		explicit section(cigo_ctx *c) : ctx(c)
		{
			cigo_blocking_begin(ctx);
		}
		section(const section &) = delete;
		section &operator=(const section &) = delete;
		~section()
		{
			cigo_blocking_end(ctx);
		}
	} const open(ctx);

	return std::invoke(std::forward<F>(fn));
}

/* Calls fn(timed) here, with a context that ends after d. Fails: what fn returns; -ENOMEM. */
template <class R, class P, class F>
result<detail::value_of<F>> with_timeout(where ctx, std::chrono::duration<R, P> d, F &&fn)
{
	using T = detail::value_of<F>;
	const context timed = context::timeout(ctx, d);
	detail::outcome<T> out;

	if (!static_cast<cigo_ctx *>(timed))
		return result<T>::failed(-ENOMEM);
	const int err = detail::call_into<T>(out, fn, timed);
	if (err < 0)
		return result<T>::failed(err);
	if constexpr (std::is_void_v<T>)
		return {};
	else
		return result<T>(std::move(*out.value));
}

/* Waits for all. Fails: the error of the one that failed last; as cigo_wait. */
template <class... T> result<void> wait_all(where ctx, const task<T> &...tasks)
{
	const std::array<cigo_future *, sizeof...(T)> list{ { tasks.get()... } };

	return result<void>::of(cigo_wait(ctx, CIGO_WAIT_ALL, list.data(), list.size()));
}

/* Waits until one succeeds, or all are done. */
template <class... T> result<void> wait_any(where ctx, const task<T> &...tasks)
{
	const std::array<cigo_future *, sizeof...(T)> list{ { tasks.get()... } };

	return result<void>::of(cigo_wait(ctx, CIGO_WAIT_FIRST_RESULT, list.data(), list.size()));
}

/*
 * Tasks that end together: the first failure cancels the others, and wait throws the first exception.
 * The end of its scope cancels what still runs, and waits until it has returned.
 */
class group
{
public:
	explicit group(cigo_ctx *ctx, unsigned limit = 0, unsigned flags = 0)
		: ctx_(cigo_ctx_ref(ctx)), group_(cigo_group_new(ctx, limit, flags))
	{
	}
	group(const group &) = delete;
	group &operator=(const group &) = delete;
	~group()
	{
		cigo_group_close(ctx_, group_);
	}

	template <class F> task<detail::value_of<F>> spawn(const char *name, F &&fn)
	{
		using T = detail::value_of<F>;
		using closure = detail::closure<std::decay_t<F>, T>;
		closure *c = new closure(std::forward<F>(fn), failures_);
		const cigo_task_options o = detail::options_of(name, closure::end);
		std::shared_ptr<detail::outcome<T>> out = c->out;
		cigo_task *t = cigo_group_spawn_with(group_, closure::body, 0, c, &o);

		return task<T>(t ? cigo_future_ref(t) : nullptr, std::move(out));
	}
	template <class F> task<detail::value_of<F>> spawn(F &&fn)
	{
		return spawn("task", std::forward<F>(fn));
	}
	/* Waits until every body has returned. Throws the first exception. */
	result<void> wait(where ctx)
	{
		const int err = cigo_group_wait(ctx, group_);

		if (const std::exception_ptr e = failures_->take())
			detail::rethrow(e);
		return result<void>::of(err);
	}
	void cancel(std::error_code reason = {})
	{
		cigo_group_cancel(group_, reason ? detail::code_of(reason) : 0);
	}

private:
	context ctx_;
	cigo_group *group_;
	std::shared_ptr<detail::failures> failures_ = std::make_shared<detail::failures>();
};

} // namespace cigo

#endif
