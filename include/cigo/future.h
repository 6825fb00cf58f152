/* SPDX-License-Identifier: MIT
 *
 * Futures: a value and an error that arrive once. A task is the future of its coroutine's result,
 * so all of this takes tasks too. A completion is (value, error); both may be set, as in Go, and the
 * value is zero until written.
 *
 * A future belongs to the loop whose baton its maker held, else to that of its first waiter; to
 * touch it from another thread is misuse: post to the loop instead (cigo_loop_call_threadsafe).
 */
#ifndef CIGO_FUTURE_H
#define CIGO_FUTURE_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Called on the loop's home thread, once, never inside the call that completed f. May not suspend. */
typedef void cigo_done_fn(const cigo_ctx *ctx, cigo_future *f, int err, void *arg);

/*
 * A pending future for a value of size bytes; needs no loop. Suspends: no. Owns: yours, one
 * reference. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_future *cigo_future_new(size_t size);

/* One more reference; returns f. Suspends: no. */
CIGO_API cigo_future *cigo_future_ref(cigo_future *f);

/* Gives a reference back. A task runs on. Suspends: no. Fails: NULL gives -ENOMEM, else 0. */
CIGO_API int cigo_future_unref(cigo_future *f);

/*
 * Completes f with a value; never switches, never runs foreign code. Only futures of
 * cigo_future_new: to complete a task, a shield or a worker is misuse. Suspends: no. Fails:
 * -EALREADY: another was first, nothing changes; -ENOMEM: f is NULL.
 */
CIGO_API int cigo_future_set(cigo_future *f, const void *value, size_t size);

/* As set, with an error < 0 and no value. Suspends: no. Fails: -EALREADY, -ENOMEM. */
CIGO_API int cigo_future_fail(cigo_future *f, int err);

/* As set, with both; value may be NULL, err may be 0. Suspends: no. Fails: -EALREADY, -ENOMEM. */
CIGO_API int cigo_future_complete(cigo_future *f, const void *value, size_t size, int err);

/*
 * Cancels f. A plain future and a shield complete with the reason (0: -ECANCELED). A task or worker
 * is only marked and its context cancelled: it is done when its body has returned, with what it
 * wrote and the reason. Suspends: no. Fails: -EALREADY: done before; -ENOMEM: f is NULL.
 */
CIGO_API int cigo_future_cancel(cigo_future *f, int reason);

/* Suspends: no. NULL is done. */
CIGO_API bool cigo_future_is_done(const cigo_future *f);

/* 0 while pending, as in Go; then the error or 0. Suspends: no. */
CIGO_API int cigo_future_error(const cigo_future *f);

/*
 * Copies the value out and returns the error. Suspends: no. Fails: -EINPROGRESS while pending
 * (*ret becomes zeros), else the future's own error.
 */
CIGO_API int cigo_future_result(const cigo_future *f, void *ret, size_t size);

/*
 * Zeroes dst now, and has the value copied there when f completes, before any waiter runs; at once
 * if it is done.
 * Forgotten when this coroutine's next wait for f returns, or the coroutine: never a write into a
 * dead frame. Suspends: no. Owns: nothing; returns f, NULL for want of memory.
 */
CIGO_API cigo_future *cigo_future_write_to(const cigo_ctx *ctx, cigo_future *f, void *dst,
					   size_t size);

/*
 * A future that completes as f does, but whose cancellation, for whatever reason, does not reach f.
 * Suspends: no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_future *cigo_future_shield(cigo_future *f);

/*
 * Calls fn once f is done, from the loop's home thread, in its turn; also when it is done already;
 * at the loop's end with -ECANCELED. Suspends: no. Fails: -ENOMEM; CIGO_ENOLOOP: ctx has no loop;
 * CIGO_ECLOSED: the loop is past its end.
 */
CIGO_API int cigo_future_on_done(const cigo_ctx *ctx, cigo_future *f, cigo_done_fn *fn, void *arg);

/* Takes an on_done back. Suspends: no. Fails: -ENOENT: no such one, or it was called already. */
CIGO_API int cigo_future_off_done(cigo_future *f, cigo_done_fn *fn, const void *arg);

/*
 * Waits for f and copies its value out, whenever it is done, beside an error too; zeros when the
 * wait itself ended early. ret NULL, size 0: the value is dropped. A finished future is returned at
 * once, also under a dead context. If the context ends first, a plain future nobody else awaits is
 * cancelled with the cause; a task or worker always, and the call still waits till its body has
 * returned, unless that waits for this coroutine by then. Suspends: yes. Owns: nothing. Fails: f's
 * error; the context's cause; -EDEADLK: f waits for this coroutine; -ENOMEM: f is NULL.
 */
CIGO_CHECK CIGO_API int cigo_future_await(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size);

/* await, then unref, in every case. Suspends: yes. Fails: as await. */
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
