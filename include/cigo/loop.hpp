/* SPDX-License-Identifier: MIT
 * C++: loops, and lambdas as callbacks.
 */
#ifndef CIGO_LOOP_HPP
#define CIGO_LOOP_HPP

#include <cigo/task.hpp>

namespace cigo
{

/* Options with their size set and all else at its default. */
inline cigo_loop_options loop_options()
{
	cigo_loop_options o = {};

	o.size = sizeof o;
	return o;
}

namespace detail
{

template <class T> result<T> outcome_of(outcome<T> &out, int err)
{
	rethrow(out.thrown);
	if (err < 0)
		return result<T>::failed(err);
	if constexpr (std::is_void_v<T>)
		return {};
	else
		return out.value ? result<T>(std::move(*out.value)) : result<T>::failed(-ECANCELED);
}

struct callback_node {
	std::shared_ptr<callback_node> self; /* while it may be called */

	virtual void call(std::error_code status) = 0;
	virtual ~callback_node() = default;

	static void called(const cigo_ctx *, int status, void *arg)
	{
		const std::shared_ptr<callback_node> own =
			std::move(static_cast<callback_node *>(arg)->self);
#if CIGO_EXCEPTIONS_
		try {
			own->call(error_of(status));
		} catch (...) {
			unheard("a callback");
		}
#else
		own->call(error_of(status));
#endif
	}
};

template <class F> struct callback_of final : callback_node {
	F fn;

	explicit callback_of(F f) : fn(std::move(f)) {}
	void call(std::error_code status) override
	{
		if constexpr (std::is_invocable_v<F &, std::error_code>)
			std::invoke(fn, status);
		else if (!status)
			std::invoke(fn);
	}
};

} // namespace detail

/* A callback that can be withdrawn. The end of its scope does not. */
class callback
{
public:
	callback(cigo_loop *loop, int64_t id, std::shared_ptr<detail::callback_node> node)
		: loop_(loop), id_(id), node_(std::move(node))
	{
	}
	/* True: it was still queued, and will not be called. */
	bool cancel()
	{
		if (!cigo_callback_cancel(loop_, id_))
			return false;
		node_->self.reset();
		node_.reset(); /* and what it has captured */
		return true;
	}

private:
	cigo_loop *loop_; /* lent: it can be cancelled in its loop only */
	int64_t id_;
	std::shared_ptr<detail::callback_node> node_;
};

/*
 * A loop that somebody else owns, for callbacks in it. They are fn() or fn(std::error_code): the latter
 * is also called if the run ends first, with the error. An exception that leaves a callback ends the
 * process, with its name.
 */
class loop_view
{
public:
	explicit loop_view(cigo_loop *lent) noexcept : loop_(lent) {}
	/* The loop of a context. */
	explicit loop_view(const cigo_ctx *ctx) : loop_(cigo_ctx_loop(ctx)) {}
	template <class F> result<callback> call_soon(F &&fn) const
	{
		auto node = make(std::forward<F>(fn));
		return kept(node, cigo_loop_call_soon(loop_, node->called, node.get()));
	}
	template <class R, class P, class F>
	result<callback> call_later(std::chrono::duration<R, P> d, F &&fn) const
	{
		auto node = make(std::forward<F>(fn));
		return kept(node,
			    cigo_loop_call_later(loop_, nanoseconds(d), node->called, node.get()));
	}
	operator cigo_loop *() const noexcept
	{
		return loop_;
	}

protected:
	template <class F> static std::shared_ptr<detail::callback_node> make(F &&fn)
	{
		auto node =
			std::make_shared<detail::callback_of<std::decay_t<F>>>(std::forward<F>(fn));
		node->self = node;
		return node;
	}
	result<callback> kept(const std::shared_ptr<detail::callback_node> &node, int64_t id) const
	{
		if (id > 0)
			return callback(loop_, id, node);
		node->self.reset();
		return result<callback>::failed(static_cast<int>(id));
	}

	cigo_loop *loop_;
};

/*
 * A reference to a loop, which is run once; threads that post to a loop hold one each. As long as
 * there is one more than the loop's own, the loop cannot know that nothing will come: the virtual
 * clock does not jump while it waits. In a coroutine, take a loop_view.
 */
class loop : public loop_view
{
public:
	loop() : loop_view(cigo_loop_new(nullptr)) {}
	explicit loop(const cigo_loop_options &o) : loop_view(cigo_loop_new(&o)) {}
	explicit loop(const loop_view &other) : loop_view(ref(other)) {}
	loop(const loop &other) : loop_view(ref(other)) {}
	loop &operator=(const loop &) = delete;
	~loop()
	{
		cigo_loop_unref(loop_);
	}

	/* Runs fn(ctx) as main. Its exception is thrown here. */
	template <class F> result<detail::value_of<F>> run(F &&fn)
	{
		using T = detail::value_of<F>;
		detail::closure<std::decay_t<F>, T> main(std::forward<F>(fn), nullptr);
		const int err = cigo_loop_run(loop_, cigo_ctx_background(), main.body, &main);

		return detail::outcome_of<T>(*main.out, err);
	}
	/* Cancels main. Any thread. */
	result<void> stop(std::error_code reason = {})
	{
		return result<void>::of(
			cigo_loop_stop(loop_, reason ? detail::code_of(reason) : 0));
	}
	/* Any thread. */
	template <class F> result<void> call_threadsafe(F &&fn)
	{
		auto node = make(std::forward<F>(fn));
		const int err = cigo_loop_call_threadsafe(loop_, node->called, node.get());

		if (err < 0)
			node->self.reset();
		return result<void>::of(err);
	}

private:
	static cigo_loop *ref(cigo_loop *l)
	{
		return l ? cigo_loop_ref(l) : nullptr;
	}
};

/* Makes a loop and runs fn(ctx) as its main, as cigo_run does. Its exception is thrown here. */
template <class F> result<detail::value_of<F>> run(const cigo_loop_options &o, F &&fn)
{
	using T = detail::value_of<F>;
	detail::closure<std::decay_t<F>, T> main(std::forward<F>(fn), nullptr);
	const int err = cigo_run_with(&o, cigo_ctx_background(), main.body, &main);

	return detail::outcome_of<T>(*main.out, err);
}
template <class F> result<detail::value_of<F>> run(F &&fn)
{
	return run(loop_options(), std::forward<F>(fn));
}

} // namespace cigo

#endif
