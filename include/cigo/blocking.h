/* SPDX-License-Identifier: MIT
 *
 * Blocking sections: call any blocking C library in place, on the coroutine's own stack, while the
 * loop goes on without it.
 */
#ifndef CIGO_BLOCKING_H
#define CIGO_BLOCKING_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Gives the baton up; from here to the end the coroutine runs in parallel to its loop and must
 * touch nothing of it (cigo_ctx_error may be asked). Cannot fail, needs no memory and no thread.
 * Without a loop: nothing. Sections do not nest. Suspends: no.
 */
CIGO_API void cigo_blocking_begin(cigo_ctx *ctx);

/* Takes the baton back. Cannot fail; reports no cancellation: what you got counts. Suspends: yes. */
CIGO_API void cigo_blocking_end(cigo_ctx *ctx);

/* begin, fn(arg), end: cannot be left half-way. Suspends: yes. Fails: what fn returned. */
CIGO_API int cigo_blocking_call(cigo_ctx *ctx, int (*fn)(void *arg), void *arg);

#ifdef __cplusplus
}
#endif
#endif
