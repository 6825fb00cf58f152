/* SPDX-License-Identifier: MIT
 * Futures: a value and an error that arrive once. A task is the future of its coroutine's result,
 * so every call here takes tasks too. A completion is (value, error); both may be set, as in Go,
 * and the value is zeros until written.
 *
 * A future belongs to the loop whose baton its maker held, else to that of its first waiter. Using
 * it on a thread without that baton is misuse: post to the loop (cigo_loop_call_threadsafe).
 */
#ifndef CIGO_FUTURE_H
#define CIGO_FUTURE_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Called on the loop's home thread, once, never inside the call that completed f. err is f's error.
 * May not suspend.
 */
typedef void cigo_done_fn(const cigo_ctx *ctx, cigo_future *f, int err, void *arg);

/*
 * A pending future for a value of size bytes (0: none); needs no loop. Suspends: no. Owns: yours,
 * one reference. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_future *cigo_future_new(size_t size);

/* One more reference; returns f. Suspends: no. Owns: the new reference is yours. */
CIGO_API cigo_future *cigo_future_ref(cigo_future *f);

/* Gives a reference back; a running task runs on. Suspends: no. Fails: -ENOMEM: f is NULL. */
CIGO_API int cigo_future_unref(cigo_future *f);

/*
 * Completes f with a value. It makes waiters ready, but never switches and never calls a callback.
 * Only for futures of cigo_future_new: completing a task, a shield or a worker is misuse. Suspends:
 * no. Fails: -EALREADY: f was complete, and nothing changes; -ENOMEM: f is NULL.
 */
CIGO_API int cigo_future_set(cigo_future *f, const void *value, size_t size);

/* As cigo_future_set, with an error < 0 and no value. Suspends: no. Fails: -EALREADY; -ENOMEM. */
CIGO_API int cigo_future_fail(cigo_future *f, int err);

/*
 * As cigo_future_set, with both: value may be NULL (zeros), err may be 0. Suspends: no. Fails:
 * -EALREADY; -ENOMEM.
 */
CIGO_API int cigo_future_complete(cigo_future *f, const void *value, size_t size, int err);

/*
 * Cancels f with reason < 0 (0: -ECANCELED). A plain future and a shield complete with it at once.
 * For a task or worker its context is cancelled; it completes when its body has returned, with the
 * value that the body wrote and the reason of the first cancel as its error. Suspends: no. Fails:
 * -EALREADY: f was complete; -ENOMEM: f is NULL.
 */
CIGO_API int cigo_future_cancel(cigo_future *f, int reason);

/* Whether f is complete; NULL is. Suspends: no. */
CIGO_API bool cigo_future_is_done(const cigo_future *f);

/* 0 while pending, as in Go; then its error or 0. NULL: -ENOMEM. Suspends: no. */
CIGO_API int cigo_future_error(const cigo_future *f);

/*
 * Copies the value out and returns the error. Suspends: no. Fails: -EINPROGRESS: pending, *ret is
 * zeros; else f's error; -ENOMEM: f is NULL.
 */
CIGO_API int cigo_future_result(const cigo_future *f, void *ret, size_t size);

/*
 * Zeroes dst now; the value is copied there when f completes, before any waiter runs, or now if f
 * is complete. dst is dropped when this coroutine's next wait on f returns, or the coroutine ends;
 * so it may be a local variable of the function that waits for f, but not of one that returns
 * before. Only in a coroutine, if f is pending. Suspends: no. Owns: nothing. Returns f; NULL: no
 * memory.
 */
CIGO_API cigo_future *cigo_future_write_to(const cigo_ctx *ctx, cigo_future *f, void *dst,
					   size_t size);

/*
 * A future that completes as f does; but cancelling it, directly or by an await that ends early,
 * does not reach f. Suspends: no. Owns: yours, unref it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_future *cigo_future_shield(cigo_future *f);

/*
 * Has fn called on the loop's home thread once f is complete, in its turn (also if f is complete
 * already). A pending f is cancelled at the loop's end, with -ECANCELED. Suspends: no. Fails:
 * -ENOMEM; CIGO_ENOLOOP: ctx has no loop; CIGO_ECLOSED: every coroutine of the loop has ended.
 */
CIGO_API int cigo_future_on_done(const cigo_ctx *ctx, cigo_future *f, cigo_done_fn *fn, void *arg);

/*
 * Withdraws an on_done with the same fn and arg. Suspends: no; in the preemptive model it waits for
 * an fn that is running. Fails: -ENOENT: there is none, or it was called; -ENOMEM: f is NULL.
 */
CIGO_API int cigo_future_off_done(cigo_future *f, cigo_done_fn *fn, const void *arg);

/*
 * Waits until f is complete and copies its value out, beside an error too. ret NULL, size 0: the
 * value is not copied. A complete future is returned at once, even if the context has ended, and
 * without a loop.
 *
 * If the context ends first, a plain future or shield is cancelled with the context's error, unless
 * something else waits for it (an await, cigo_wait, an on_done, a shield of it); *ret is zeros. A
 * task or worker is always cancelled, and the call still waits until its body has returned, because
 * its argument may lie in the caller's frame. The cancellation reaches f when this coroutine runs
 * next; a task that completes before that gives its own result. If the task waits for this
 * coroutine by then, the call does not cancel it and returns the context's error at once.
 *
 * Suspends: yes. Owns: nothing. Fails: f's error; the context's error; -EDEADLK: f waits for this
 * coroutine (found through tasks, shields, groups, generators, CIGO_WAIT_ALL and
 * cigo_first_result); -ENOMEM: f is NULL.
 */
CIGO_CHECK CIGO_API int cigo_future_await(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size);

/*
 * cigo_future_await, then cigo_future_unref, in every case. Suspends, Fails: as cigo_future_await.
 */
CIGO_CHECK CIGO_API int cigo_future_take(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size);

#define cigo_set(f, value)	     cigo_future_set((f), (value), sizeof *(value))
#define cigo_result(f, ret)	     cigo_future_result((f), (ret), sizeof *(ret))
#define cigo_write_to(ctx, f, dst)   cigo_future_write_to((ctx), (f), (dst), sizeof *(dst))
#define cigo_await(ctx, f, ret)	     cigo_future_await(CIGO_AT(ctx), (f), (ret), sizeof *(ret))
#define cigo_take(ctx, f, ret)	     cigo_future_take(CIGO_AT(ctx), (f), (ret), sizeof *(ret))
#define cigo_join(ctx, f)	     cigo_future_await(CIGO_AT(ctx), (f), NULL, 0)
#define cigo_must_await(ctx, f, ret) cigo_must(cigo_await((ctx), (f), (ret)))

#ifdef __cplusplus
}
#endif
#endif
