/* SPDX-License-Identifier: MIT
 *
 * Contexts: a tree that carries cancellation, deadlines and values, after Go's context package.
 * A context with a loop belongs to that loop; one without (derived from cigo_ctx_background) may be
 * used by any thread, and every suspending call that gets it blocks the calling thread instead.
 */
#ifndef CIGO_CTX_H
#define CIGO_CTX_H

#include <cigo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The root of all contexts without a loop: never cancelled, no deadline, no values. To block by it
 * inside a coroutine would freeze the loop and is misuse. Suspends: no. Owns: lent, static;
 * ref and unref are harmless. Any thread.
 */
CIGO_API cigo_ctx *cigo_ctx_background(void);

/* A child that can be cancelled on its own. Suspends: no. Owns: yours. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_cancel(cigo_ctx *parent);

/*
 * A child that is cancelled with -ETIMEDOUT after ns nanoseconds (negative: at once; CIGO_NEVER:
 * not). Suspends: no. Owns: yours; the last unref disarms the timeout. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_timeout(cigo_ctx *parent, int64_t ns);

/* As with_timeout, but at a point of cigo_now()'s clock. Suspends: no. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_deadline(cigo_ctx *parent, int64_t when);

/*
 * A child that carries a copy of size bytes at value under key (compared as a pointer). Suspends:
 * no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_value(cigo_ctx *parent, const void *key,
						  const void *value, size_t size);

/*
 * A child that cancellations of the parent do not reach, for clean-up that must await. It ends by
 * itself after grace_ns, counted from now. Awaits under it do not heed the running task's
 * cancellation either. Suspends: no. Owns: yours. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_without_cancel(cigo_ctx *parent, int64_t grace_ns);

/* One more reference; returns ctx. Suspends: no. Owns: the new reference is yours. */
CIGO_API cigo_ctx *cigo_ctx_ref(cigo_ctx *ctx);

/* Gives a reference back; NULL is fine. Suspends: no. */
CIGO_API void cigo_ctx_unref(const cigo_ctx *ctx);

/*
 * Cancels ctx and all that descend from it; every await by one of them wakes at once. reason < 0
 * is the cause, 0 means -ECANCELED; the first cause stays. Suspends: no. A context without a loop:
 * any thread.
 */
CIGO_API void cigo_ctx_cancel(const cigo_ctx *ctx, int reason);

/*
 * 0, or why ctx is cancelled. NULL: -ENOMEM. Suspends: no. May be asked in a blocking section and
 * in a cigo_go body too.
 */
CIGO_API int cigo_ctx_error(const cigo_ctx *ctx);

/*
 * The value under key of ctx or its nearest ancestor that has one; NULL: none. A value of another
 * size is misuse. Suspends: no. Owns: lent, the copy, as long as ctx lives.
 */
CIGO_API const void *cigo_ctx_value(const cigo_ctx *ctx, const void *key, size_t size);

/* The loop ctx belongs to; NULL: none. Suspends: no. Owns: lent. */
CIGO_API cigo_loop *cigo_ctx_loop(const cigo_ctx *ctx);

/* When ctx will be cancelled at the latest, on cigo_now()'s clock, or CIGO_NEVER. Suspends: no. */
CIGO_API int64_t cigo_ctx_deadline(const cigo_ctx *ctx);

/*
 * The clock of ctx's loop (virtual, if the loop's clock is), else CLOCK_MONOTONIC, in nanoseconds.
 * Suspends: no.
 */
CIGO_API int64_t cigo_now(const cigo_ctx *ctx);

/*
 * Calls fn(timed, arg, ret) here, on this stack, with a context that ends after ns. *ret must be
 * zeroed by you where fn expects it. Suspends: if fn does. Fails: -ENOMEM; else what fn returned.
 */
CIGO_API int cigo_call_timeout(cigo_ctx *ctx, int64_t ns, cigo_coro_fn *fn, void *arg, void *ret);

/* Notes where the running coroutine is, for dumps; returns ctx. Suspends: no. */
CIGO_API cigo_ctx *cigo_ctx_at(cigo_ctx *ctx, const char *file, int line, const char *function);
#define CIGO_AT(ctx) cigo_ctx_at((ctx), __FILE__, __LINE__, __func__)
/* Notes where the task is spawned that this thread is about to spawn. Suspends: no. Any thread. */
CIGO_API void cigo_ctx_note(const char *file, int line, const char *function);
#define CIGO_HERE cigo_ctx_note(__FILE__, __LINE__, __func__)

#ifdef __cplusplus
}
#endif
#endif
