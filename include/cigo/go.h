/* SPDX-License-Identifier: MIT
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
 * Runs fn(own, arg, ret) on a new thread. own is a context without a loop, so calls with it block
 * that thread; it has the values of ctx, and is cancelled when the worker or ctx is. The result is
 * awaited like a task's; the worker is done when fn has returned, and the run's end waits for that.
 * arg must outlive fn. Suspends: no. Owns: yours, unref it. Fails: NULL, no memory; -EAGAIN, no
 * thread, is the worker's error.
 */
CIGO_CHECK CIGO_API cigo_task *cigo_go(const cigo_ctx *ctx, cigo_coro_fn *fn, size_t ret_size,
				       void *arg);

/* Zero means the default in every field but size. */
typedef struct cigo_go_options {
	size_t size;	   /* sizeof this struct; 0 is misuse */
	const char *name;  /* copied; NULL: "cigo_go" */
	size_t stack_size; /* bytes; 0: the loop's */
} cigo_go_options;

/*
 * As cigo_go, with options (NULL: none). Suspends: no. Owns: yours, unref it. Fails: as cigo_go.
 */
CIGO_CHECK CIGO_API cigo_task *cigo_go_with(const cigo_ctx *ctx, cigo_coro_fn *fn, size_t ret_size,
					    void *arg, const cigo_go_options *options);

#ifdef __cplusplus
}
#endif
#endif
