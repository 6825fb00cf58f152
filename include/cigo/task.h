/* SPDX-License-Identifier: MIT
 *
 * Tasks: coroutines, each an ordinary pthread. A task is done only when its body has returned.
 */
#ifndef CIGO_TASK_H
#define CIGO_TASK_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/future.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cigo_task_options {
	size_t size;		     /* sizeof this struct; 0 is misuse */
	const char *name;	     /* copied; NULL: "task" */
	size_t stack_size;	     /* bytes; 0: the loop's */
	size_t arg_size;	     /* > 0: the body gets its own copy of *arg */
	void (*arg_free)(void *arg); /* called exactly once, also if the body never ran or could
				      * not be spawned; with arg_size, on the copy */
} cigo_task_options;

/*
 * A coroutine that will run fn(its own child context of ctx, arg, ret). Returns before the body
 * begins. arg must outlive the body. If ctx is cancelled before the first step, the body never runs.
 * Suspends: no. Owns: yours, one reference; the task holds another while it runs, so unref means
 * fire and forget. Fails: NULL, no memory; no thread to be had is the task's error, -EAGAIN.
 */
CIGO_CHECK CIGO_API cigo_task *cigo_task_spawn(const cigo_ctx *ctx, const char *name,
					       cigo_coro_fn *fn, size_t ret_size, void *arg);

/* As spawn, with a copy of arg_size bytes at arg for the body. Suspends: no. Fails: as spawn. */
CIGO_CHECK CIGO_API cigo_task *cigo_task_spawn_copy(const cigo_ctx *ctx, const char *name,
						    cigo_coro_fn *fn, size_t ret_size,
						    const void *arg, size_t arg_size);

/* As spawn, with options. Suspends: no. Fails: as spawn (arg_free is called then). */
CIGO_CHECK CIGO_API cigo_task *cigo_task_spawn_with(const cigo_ctx *ctx, cigo_coro_fn *fn,
						    size_t ret_size, void *arg,
						    const cigo_task_options *o);

/* Cancels t, waits till its body has returned, unrefs. Suspends: yes. Fails: t's error. */
CIGO_API int cigo_task_stop(cigo_ctx *ctx, cigo_task *t);

/* What it was named as it was spawned; "cigo_go" of a worker. Suspends: no. Owns: lent. */
CIGO_API const char *cigo_task_name(const cigo_task *t);

/* The running coroutine's task; NULL in callbacks and elsewhere. Suspends: no. Owns: lent. */
CIGO_API cigo_task *cigo_task_current(const cigo_ctx *ctx);

/*
 * Gives every other runnable coroutine a turn. Without a loop: sched_yield(2). Suspends: yes.
 * Fails: the context's cause.
 */
CIGO_CHECK CIGO_API int cigo_yield(cigo_ctx *ctx);

/*
 * Sleeps ns nanoseconds, never less; zero or negative: a yield. Without a loop: blocks the thread.
 * Suspends: yes. Fails: the context's cause, at once when it comes.
 */
CIGO_CHECK CIGO_API int cigo_sleep(cigo_ctx *ctx, int64_t ns);

/* Named after fn. */
#define cigo_spawn(ctx, fn, ret_size, arg) \
	(CIGO_HERE, cigo_task_spawn((ctx), #fn, (fn), (ret_size), (arg)))
/* The last argument: &arg, or &(struct a){ 1, 2 }. */
#define cigo_spawn_copy(ctx, fn, ret_size, ...) \
	(CIGO_HERE,                             \
	 cigo_task_spawn_copy((ctx), #fn, (fn), (ret_size), (__VA_ARGS__), sizeof *(__VA_ARGS__)))
#define cigo_spawn_with(ctx, fn, ret_size, arg, o) \
	(CIGO_HERE, cigo_task_spawn_with((ctx), (fn), (ret_size), (arg), (o)))
/* cigo_detach(cigo_spawn(...)): fire and forget. */
#define cigo_detach(task) cigo_future_unref(task)

#ifdef __cplusplus
}
#endif
#endif
