/* SPDX-License-Identifier: MIT
 * Trying again, with pauses that grow (exponential backoff) and differ (jitter), so that many
 * clients of a server that comes back do not come all at once.
 */
#ifndef CIGO_RETRY_H
#define CIGO_RETRY_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As the jitter: the pauses are just as long as stated. */
#define CIGO_RETRY_EXACT (-1.0)

/* Zero means the default in every field but size. */
typedef struct cigo_retry_options {
	size_t size;	   /* sizeof this struct; 0 is misuse */
	int64_t first_ns;  /* the pause after the first failure; 0: 100 ms */
	int64_t max_ns;	   /* no pause is longer; 0: 30 s */
	uint64_t attempts; /* calls at most; 0: as many as it takes */
	double factor;	   /* each pause is so many times the one before, at least 1; 0: 2 */
	double jitter;	   /* the part of each pause that is left to chance, from 0 to 1, or
			    * CIGO_RETRY_EXACT; 0: 0.5 */
	uint64_t seed;	   /* of that chance; 0: another each time, but the same under a schedule */
	/* Whether this error is worth another call; NULL: every error is. */
	bool (*again)(int err, void *arg);
	void *again_arg;
} cigo_retry_options;

/*
 * Calls fn(ctx, arg, ret) here, on this stack, until it returns no error, and sleeps after each
 * failure; o NULL: the defaults, without end. A timeout for each call: let fn use
 * cigo_call_timeout; for all: give a ctx that has one. Suspends: yes. Returns what fn returned
 * last. Fails: fn's error, if it is not worth another call or the attempts are used up; the
 * context's error, if it ends in a pause or has ended before a call.
 */
CIGO_CHECK CIGO_API int cigo_retry(cigo_ctx *ctx, const cigo_retry_options *o, cigo_coro_fn *fn,
				   void *arg, void *ret);

#ifdef __cplusplus
}
#endif
#endif
