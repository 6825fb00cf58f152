/* SPDX-License-Identifier: MIT
 *
 * Workers: functions on threads of their own, truly parallel to the loop.
 */
#ifndef CIGO_GO_H
#define CIGO_GO_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Runs fn(ctx', arg, ret) on a new thread; ctx' has no loop (calls by it block that thread), knows
 * the values of ctx and is cancelled when the worker is. The result is awaited like a task's, done
 * when fn has returned; the run's end waits for it. arg must outlive fn. Suspends: no. Owns: yours.
 * Fails: NULL, no memory; no thread to be had is the worker's error, -EAGAIN.
 */
CIGO_CHECK CIGO_API cigo_task *cigo_go(const cigo_ctx *ctx, cigo_coro_fn *fn, size_t ret_size,
				       void *arg);

#ifdef __cplusplus
}
#endif
#endif
