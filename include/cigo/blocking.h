/* SPDX-License-Identifier: MIT
 * Blocking sections: call any blocking C library in place, on the coroutine's own stack, while the
 * loop goes on without this coroutine.
 */
#ifndef CIGO_BLOCKING_H
#define CIGO_BLOCKING_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives the baton up. Until cigo_blocking_end the coroutine runs in parallel to its loop and may
 * use nothing of the loop but cigo_ctx_error and the calls for any thread. Cannot fail: it needs no
 * memory and no thread. Without a loop it does nothing. Sections do not nest. Suspends: no.
 */
CIGO_API void cigo_blocking_begin(cigo_ctx *ctx);

/*
 * Takes the baton back. Cannot fail, and reports no cancellation, so that the result of the
 * blocking call is not lost. Suspends: yes.
 */
CIGO_API void cigo_blocking_end(cigo_ctx *ctx);

/*
 * cigo_blocking_begin, fn(arg), cigo_blocking_end: the section cannot be left half-way. Suspends:
 * yes. Fails: returns what fn returned.
 */
CIGO_API int cigo_blocking_call(cigo_ctx *ctx, int (*fn)(void *arg), void *arg);

#ifdef __cplusplus
}
#endif
#endif
