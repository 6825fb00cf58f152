/* SPDX-License-Identifier: MIT
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
 * The root of all contexts without a loop: never cancelled, no deadline, no values. Cancelling it
 * is misuse. So is a suspending call with it inside a coroutine, which would freeze the loop.
 * Suspends: no. Owns: lent, static; ref and unref do nothing. Any thread.
 */
CIGO_API cigo_ctx *cigo_ctx_background(void);

/* A child that can be cancelled on its own. Suspends: no. Owns: yours. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_cancel(cigo_ctx *parent);

/*
 * A child that is cancelled with -ETIMEDOUT after ns nanoseconds (zero or negative: at once;
 * CIGO_NEVER: never). If it ends with -ETIMEDOUT and cigo_ctx_error(parent) is 0, the timeout was
 * its own (cigo_ctx_expired). Suspends: no. Owns: yours; the last unref disarms the timeout. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_timeout(cigo_ctx *parent, int64_t ns);

/*
 * As cigo_ctx_with_timeout, at the time `when` of cigo_now's clock. Suspends: no. Owns: yours,
 * unref it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_deadline(cigo_ctx *parent, int64_t when);

/*
 * A child that carries a copy of the size bytes at value under key. Keys are compared as pointers:
 * use the address of something static. Suspends: no. Owns: yours, unref it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_with_value(cigo_ctx *parent, const void *key,
						  const void *value, size_t size);

/*
 * A child that cancellations of the parent do not reach, for clean-up that must await. It ends by
 * itself with -ETIMEDOUT, grace_ns nanoseconds from now (zero or negative: at once; CIGO_NEVER:
 * never). Calls with it do not heed the running task's cancellation either. Suspends: no. Owns:
 * yours, unref it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ctx *cigo_ctx_without_cancel(cigo_ctx *parent, int64_t grace_ns);

/*
 * Moves ctx's own deadline to the time `when` of cigo_now's clock (CIGO_NEVER: none; a time that
 * has come ends ctx at once), earlier or later; its descendants follow. The deadline inherited from
 * its parent still holds. Contexts that only copied it keep the old one: those of cigo_go's workers
 * and of other loops. asyncio: Timeout.reschedule. Suspends: no. Fails, and moves nothing: the
 * context's error, if it has ended already (-ETIMEDOUT, -ECANCELED or its reason). A context
 * without a loop: any thread.
 */
CIGO_CHECK CIGO_API int cigo_ctx_set_deadline(cigo_ctx *ctx, int64_t when);

/* Called on the home thread when a context has ended; err is the context's error. */
typedef void cigo_ctx_end_fn(const cigo_ctx *root, int err, void *arg);

/*
 * Has fn called on the loop's home thread once ctx has ended, or soon if it has: for what has a
 * cancel call of its own, as PQcancel. It is called once, at the run's end at the latest; ctx
 * stays till then. Go: context.AfterFunc. Suspends: no. Fails, and does not call fn: CIGO_ENOLOOP:
 * ctx has no loop; CIGO_ECLOSED: every coroutine of the loop has ended; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_ctx_on_cancel(cigo_ctx *ctx, cigo_ctx_end_fn *fn, void *arg);

/*
 * Takes one such call back; 0: fn will not be called. Suspends: no; in the preemptive model it
 * waits for a call that is running. Fails: -ENOENT: it was called, or never asked for; -ENOMEM: ctx
 * is NULL.
 */
CIGO_API int cigo_ctx_off_cancel(cigo_ctx *ctx, cigo_ctx_end_fn *fn, const void *arg);

/* One more reference; returns ctx. Suspends: no. Owns: the new reference is yours. */
CIGO_API cigo_ctx *cigo_ctx_ref(cigo_ctx *ctx);

/* Gives a reference back; NULL is fine. It cancels nothing. Suspends: no. */
CIGO_API void cigo_ctx_unref(const cigo_ctx *ctx);

/*
 * Cancels ctx and its descendants; every await with one of them wakes at once. reason < 0 becomes
 * the context's error, 0 means -ECANCELED. Only the first cancellation counts. NULL: does nothing.
 * Suspends: no. A context without a loop: any thread.
 */
CIGO_API void cigo_ctx_cancel(const cigo_ctx *ctx, int reason);

/*
 * The context's error; 0: it has not ended. In a loop, a deadline that passes while the caller
 * computes shows only after a later suspension. NULL: -ENOMEM. Suspends: no. May be called in a
 * blocking section and in a cigo_go body too.
 */
CIGO_API int cigo_ctx_error(const cigo_ctx *ctx);

/*
 * The value under key of ctx or its nearest ancestor that has one; NULL: none. A value of another
 * size is misuse. Suspends: no. Owns: lent, the copy, as long as ctx lives.
 */
CIGO_API const void *cigo_ctx_value(const cigo_ctx *ctx, const void *key, size_t size);

/*
 * Whether ctx's own deadline ended it: not its parent's, no cancellation, and not the -ETIMEDOUT of
 * a stream or of TCP. Suspends: no. May be called in a blocking section and in a cigo_go body too.
 */
CIGO_API bool cigo_ctx_expired(const cigo_ctx *ctx);

/* The loop that ctx belongs to; NULL: none. Suspends: no. Owns: lent. */
CIGO_API cigo_loop *cigo_ctx_loop(const cigo_ctx *ctx);

/* When ctx will end at the latest, on cigo_now's clock; CIGO_NEVER: no deadline. Suspends: no. */
CIGO_API int64_t cigo_ctx_deadline(const cigo_ctx *ctx);

/*
 * The clock of ctx's loop (virtual, if the loop's clock is), else CLOCK_MONOTONIC, in nanoseconds.
 * Suspends: no.
 */
CIGO_API int64_t cigo_now(const cigo_ctx *ctx);

/*
 * Calls fn(timed, arg, ret) here, on this stack, with a context that ends after ns (as
 * cigo_ctx_with_timeout). The caller zeroes *ret where fn expects that. Suspends: if fn does.
 * Fails: -ENOMEM: no memory; else what fn returned.
 */
CIGO_API int cigo_call_timeout(cigo_ctx *ctx, int64_t ns, cigo_coro_fn *fn, void *arg, void *ret);

/* Records the place of the running coroutine, for dumps; returns ctx. Suspends: no. Owns: nothing. */
CIGO_API cigo_ctx *cigo_ctx_at(cigo_ctx *ctx, const char *file, int line, const char *function);
#define CIGO_AT(ctx) cigo_ctx_at((ctx), __FILE__, __LINE__, __func__)
/* Records the place of the spawn that this thread is about to make. Suspends: no. Any thread. */
CIGO_API void cigo_ctx_note(const char *file, int line, const char *function);
#define CIGO_HERE cigo_ctx_note(__FILE__, __LINE__, __func__)

#ifdef __cplusplus
}
#endif
#endif
