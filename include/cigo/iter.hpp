/* SPDX-License-Identifier: MIT
 * C++: iterators and generators, for range-for.
 *
 *	auto numbers = cigo::range(3);
 *	for (int64_t i : numbers.each(ctx))
 *		...
 */
#ifndef CIGO_ITER_HPP
#define CIGO_ITER_HPP

#include <cigo/task.hpp>

#include <iterator>
#include <vector>

namespace cigo
{
namespace detail
{

/* What an iterator's functions need as long as it lives, and the exception that one has thrown. */
struct kept_alive {
	std::vector<std::shared_ptr<void>> held;
	std::shared_ptr<failures> failed = std::make_shared<failures>();
	std::vector<std::shared_ptr<failures>> others; /* of iterators that were taken over */

	std::exception_ptr take()
	{
		std::exception_ptr e = failed->take();

		for (const std::shared_ptr<failures> &other : others)
			if (!e)
				e = other->take();
		return e;
	}
	void add(kept_alive &&more)
	{
		held.insert(held.end(), more.held.begin(), more.held.end());
		others.insert(others.end(), more.others.begin(), more.others.end());
		others.push_back(more.failed);
	}
};

} // namespace detail

/*
 * Items of T, which are copied as bytes. It is closed at the end of its scope, with the context of the
 * last each.
 */
template <class T> class iter
{
	static_assert(std::is_trivially_copyable_v<T>, "items are copied as bytes: use a pointer");

public:
	/* Takes it over. */
	explicit iter(cigo_iter *own, detail::kept_alive kept = {})
		: iter_(own), kept_(std::move(kept))
	{
	}
	iter(iter &&other) noexcept
		: iter_(std::exchange(other.iter_, nullptr)), kept_(std::move(other.kept_)),
		  ctx_(std::move(other.ctx_))
	{
	}
	iter &operator=(iter &&) = delete;
	~iter()
	{
		if (iter_)
			cigo_ignore(cigo_iter_close(ctx_, iter_));
	}

	/* A view for one range-for. The error that ends it is thrown, or written to *ec. */
	class view
	{
	public:
		class iterator
		{
		public:
			using iterator_category = std::input_iterator_tag;
			using value_type = T;
			using difference_type = std::ptrdiff_t;
			using pointer = const T *;
			using reference = const T &;

			explicit iterator(view *v) : view_(v) {}
			reference operator*() const
			{
				return view_->item_;
			}
			pointer operator->() const
			{
				return &view_->item_;
			}
			iterator &operator++()
			{
				view_->more_ = view_->next();
				return *this;
			}
			void operator++(int)
			{
				++*this;
			}
			/* Compared with the end only. */
			bool operator==(const iterator &end) const
			{
				const view *v = view_ ? view_ : end.view_;
				return !v || !v->more_;
			}
			bool operator!=(const iterator &end) const
			{
				return !(*this == end);
			}

		private:
			view *view_;
		};

		view(iter &it, cigo_ctx *ctx, std::error_code *ec, const char *file, int line)
			: iter_(it), ctx_(ctx), ec_(ec), file_(file), line_(line)
		{
		}
		iterator begin()
		{
			more_ = next();
			return iterator(this);
		}
		iterator end()
		{
			return iterator(nullptr);
		}

	private:
		bool next()
		{
			if (cigo_iter_next(ctx_, iter_.iter_, &item_, sizeof item_))
				return true;
			detail::rethrow(iter_.kept_.take());
			const int err = cigo_iter_error(iter_.iter_);
			if (ec_)
				*ec_ = error_of(err);
			else if (err < 0)
				detail::fail(err, file_, line_);
			return false;
		}

		iter &iter_;
		cigo_ctx *ctx_;
		std::error_code *ec_;
		const char *file_;
		int line_;
		T item_{};
		bool more_ = false;
	};

	/* The items, for range-for. Throws the error that ends them, if it is not the end. */
	view each(cigo_ctx *ctx, const char *file = __builtin_FILE(), int line = __builtin_LINE()) &
	{
		remember(ctx);
		return view(*this, ctx, nullptr, file, line);
	}
	view each(cigo_ctx *ctx, std::error_code &ec) &
	{
		remember(ctx);
		ec.clear();
		return view(*this, ctx, &ec, "", 0);
	}
	/* The next item; none at the end. */
	result<std::optional<T>> next(where ctx)
	{
		using one = std::optional<T>;
		T item{};

		remember(ctx);
		if (cigo_iter_next(ctx, iter_, &item, sizeof item))
			return one(item);
		detail::rethrow(kept_.take());
		const int err = cigo_iter_error(iter_);
		return err < 0 ? result<one>::failed(err) : result<one>(one());
	}
	/* All that are left. */
	result<std::vector<T>> collect(where ctx)
	{
		std::vector<T> all;
		std::error_code ec;

		for (const T &item : each(ctx, ec))
			all.push_back(item);
		if (ec)
			return ec;
		return all;
	}
	/* Closes it; a generator's clean-up may fail, and throw. */
	result<void> close(where ctx)
	{
		const int err = cigo_iter_close(ctx, std::exchange(iter_, nullptr));

		detail::rethrow(kept_.take());
		return result<void>::of(err);
	}

	/* fn of every item. */
	template <class F> auto map(F fn) &&
	{
		using U = std::decay_t<std::invoke_result_t<F &, const T &>>;

		static_assert(std::is_trivially_copyable_v<U>, "items are copied as bytes");
		auto call = judge(std::move(fn), [](F &f, const void *item, void *ret) {
			*static_cast<U *>(ret) = f(*static_cast<const T *>(item));
			return 1;
		});
		cigo_iter *it = cigo_iter_map(release(), call->called, call.get(), sizeof(U));
		return iter<U>(it, keep(call));
	}
	/* The items that fn is true of. */
	template <class F> iter filter(F fn) &&
	{
		auto call = judge(std::move(fn), [](F &f, const void *item, void *) {
			return f(*static_cast<const T *>(item)) ? 1 : 0;
		});
		cigo_iter *it = cigo_iter_filter(release(), call->called, call.get());
		return iter(it, keep(call));
	}

	/* For what takes it over. */
	cigo_iter *release()
	{
		return std::exchange(iter_, nullptr);
	}
	detail::kept_alive &kept()
	{
		return kept_;
	}

private:
	template <class U> friend class iter;

	template <class F, class G> struct judgement {
		F fn;
		G how;
		std::shared_ptr<detail::failures> failed;

		static int called(cigo_ctx *, const void *item, void *ret, void *arg)
		{
			judgement *me = static_cast<judgement *>(arg);
			std::exception_ptr thrown;
			const int n =
				detail::guarded(thrown, [&] { return me->how(me->fn, item, ret); });
			if (thrown)
				me->failed->keep(thrown);
			return n;
		}
	};
	template <class F, class G> auto judge(F fn, G how)
	{
		using call = judgement<F, G>;
		return std::make_shared<call>(call{ std::move(fn), how, kept_.failed });
	}
	detail::kept_alive keep(std::shared_ptr<void> call)
	{
		detail::kept_alive k = std::move(kept_);
		k.held.push_back(std::move(call));
		return k;
	}
	void remember(cigo_ctx *ctx)
	{
		if (ctx && ctx != static_cast<cigo_ctx *>(ctx_))
			ctx_ = context(cigo_ctx_ref(ctx));
	}

	cigo_iter *iter_;
	detail::kept_alive kept_;
	context ctx_;
};

/* 0 .. n - 1 */
inline iter<int64_t> range(int64_t n)
{
	return iter<int64_t>(cigo_iter_range(n));
}

/* The items of all, one after the other. */
template <class T, class... More> iter<T> chain(iter<T> first, More... more)
{
	const std::array<cigo_iter *, 1 + sizeof...(More)> its{ { first.release(),
								  more.release()... } };
	detail::kept_alive kept = std::move(first.kept());

	(kept.add(std::move(more.kept())), ...);
	return iter<T>(cigo_iter_chain(its.data(), its.size()), std::move(kept));
}

/* What a generator yields by. */
template <class T> class yielder
{
public:
	yielder(cigo_ctx *ctx, cigo_gen *gen) noexcept : ctx_(ctx), gen_(gen) {}
	/* Passes an item on. False: the consumer wants no more, and the generator should return. */
	bool operator()(const T &item)
	{
		return cigo_gen_yield_item(ctx_, gen_, &item, sizeof item);
	}

private:
	cigo_ctx *ctx_;
	cigo_gen *gen_;
};

/*
 * A generator: fn(ctx, yield) calls yield(item) for each item. It may return a result<void>, whose error
 * ends the iterator. Its exception is thrown at the consumer.
 */
template <class T, class F> iter<T> generate(const cigo_ctx *ctx, const char *name, F &&fn)
{
	struct body {
		std::decay_t<F> fn;
		std::shared_ptr<detail::failures> failed;

		static int run(cigo_ctx *own, cigo_gen *gen, void *arg)
		{
			body *me = *static_cast<body **>(arg);
			yielder<T> yield(own, gen);
			std::exception_ptr thrown;
			using R = decltype(std::invoke(me->fn, own, yield));
			const int err = detail::guarded(thrown, [&] {
				if constexpr (detail::is_result<R>::value) {
					const R r = std::invoke(me->fn, own, yield);
					return r ? 0 : detail::code_of(r.error());
				} else {
					std::invoke(me->fn, own, yield);
					return 0;
				}
			});
			if (thrown)
				me->failed->keep(thrown);
			return err;
		}
	};
	detail::kept_alive kept;
	auto b = std::make_shared<body>(body{ std::forward<F>(fn), kept.failed });
	body *at = b.get();

	kept.held.push_back(b);
	return iter<T>(cigo_iter_generate(ctx, name, body::run, sizeof(T), &at, sizeof at),
		       std::move(kept));
}
template <class T, class F> iter<T> generate(const cigo_ctx *ctx, F &&fn)
{
	return generate<T>(ctx, "generator", std::forward<F>(fn));
}

} // namespace cigo

#endif
