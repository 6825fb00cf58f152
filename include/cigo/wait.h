/* SPDX-License-Identifier: MIT
 * Waiting for several futures at once. Takes any mix of futures and tasks; NULL counts as one that
 * failed with -ENOMEM.
 */
#ifndef CIGO_WAIT_H
#define CIGO_WAIT_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cigo_wait_mode {
	CIGO_WAIT_FIRST_RESULT, /* until one succeeds, or all are done */
	CIGO_WAIT_FIRST_ERROR,	/* until one fails, or all are done */
	CIGO_WAIT_ALL
} cigo_wait_mode;

/*
 * Waits as mode (CIGO_WAIT_...) says; cancels nothing, and does not use the futures after it returns. n 0: 0 at
 * once. Suspends: yes. Fails: the error of the future that failed last, so far (FIRST_RESULT: 0 if
 * one succeeded); the context's error; -EDEADLK: one of them waits for this coroutine; -ENOMEM.
 * Futures completed without a loop count as earlier than the others, in order of their index.
 */
CIGO_CHECK CIGO_API int cigo_wait(cigo_ctx *ctx, int mode, cigo_future *const *futures, size_t n);

/*
 * The value and the index of the first future that succeeds. The others are cancelled inside that
 * completion, so those that have not begun never do; all have returned before this returns, but for
 * a loser that waits for this coroutine by then.
 * Suspends: yes. Fails: all failed: the error of the one that failed last, as in cigo_wait; the
 * context's error (all are cancelled and waited for); -EDEADLK: one of them waits for this
 * coroutine, and none is cancelled; -EINVAL: n is 0; -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_first_result(cigo_ctx *ctx, cigo_future *const *futures, size_t n,
					  void *ret, size_t size);

#ifdef __cplusplus
}

/* For the macros below; each argument is evaluated once. */
template <class... F> inline int cigo_wait_list_(cigo_ctx *ctx, int mode, F... future)
{
	cigo_future *const list[] = { future... };

	return cigo_wait(ctx, mode, list, sizeof...(F));
}
/* cigo_wait for the futures that are given: until all are done. */
#define cigo_wait_all(ctx, ...) cigo_wait_list_(CIGO_AT(ctx), CIGO_WAIT_ALL, __VA_ARGS__)
/* cigo_wait for the futures that are given: until one succeeds, or all are done. */
#define cigo_wait_any(ctx, ...) cigo_wait_list_(CIGO_AT(ctx), CIGO_WAIT_FIRST_RESULT, __VA_ARGS__)
#else /* a list ended by NULL would clash with futures that are NULL */
#define CIGO_LIST_(T, ...) \
	(T *const[]){ __VA_ARGS__ }, sizeof((T *const[]){ __VA_ARGS__ }) / sizeof(T *)
#define cigo_wait_all(ctx, ...) \
	cigo_wait(CIGO_AT(ctx), CIGO_WAIT_ALL, CIGO_LIST_(cigo_future, __VA_ARGS__))
#define cigo_wait_any(ctx, ...) \
	cigo_wait(CIGO_AT(ctx), CIGO_WAIT_FIRST_RESULT, CIGO_LIST_(cigo_future, __VA_ARGS__))
#endif

#endif
