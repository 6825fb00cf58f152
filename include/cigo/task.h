/* SPDX-License-Identifier: MIT
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
	size_t size;	   /* sizeof this struct; 0 is misuse */
	const char *name;  /* copied; NULL: "task" */
	size_t stack_size; /* bytes; 0: the loop's */
	size_t arg_size;   /* bytes of *arg to copy for the body; 0: arg itself is passed */
	void (*arg_free)(void *arg); /* called exactly once, also if the body never ran or
				      * could not be spawned; with arg_size, on the copy;
				      * NULL: none */
} cigo_task_options;

/*
 * A coroutine that will run fn(own, arg, ret), own being a child of ctx. Returns before the body
 * begins. arg must outlive the body. Suspends: no. Owns: yours, one reference; the task holds
 * another while it runs, so it runs on after an unref. Fails: NULL, no memory; the task's error is
 * -EAGAIN if there is no thread, CIGO_ECLOSED if every coroutine of the loop has ended.
 *
 * If the task or ctx is cancelled before the first step, the body never runs. A task that is
 * cancelled itself (cigo_future_cancel, an await that ends early, its group) completes with that
 * reason as its error. If only its context ends, it completes with what its body returns.
 */
CIGO_CHECK CIGO_API cigo_task *cigo_task_spawn(const cigo_ctx *ctx, const char *name,
					       cigo_coro_fn *fn, size_t ret_size, void *arg);

/*
 * As cigo_task_spawn, with a copy of the arg_size bytes at arg for the body. Suspends: no. Owns:
 * yours. Fails: as cigo_task_spawn.
 */
CIGO_CHECK CIGO_API cigo_task *cigo_task_spawn_copy(const cigo_ctx *ctx, const char *name,
						    cigo_coro_fn *fn, size_t ret_size,
						    const void *arg, size_t arg_size);

/*
 * As cigo_task_spawn, with options (NULL: none). Suspends: no. Owns: yours. Fails: as
 * cigo_task_spawn (arg_free is called then).
 */
CIGO_CHECK CIGO_API cigo_task *cigo_task_spawn_with(const cigo_ctx *ctx, cigo_coro_fn *fn,
						    size_t ret_size, void *arg,
						    const cigo_task_options *o);

/*
 * Cancels t, waits until its body has returned, unrefs. Suspends: yes. Fails: t's error; as
 * cigo_future_await.
 */
CIGO_API int cigo_task_stop(cigo_ctx *ctx, cigo_task *t);

/*
 * The name that it was spawned with; "cigo_go" for a worker. Suspends: no. Owns: lent, as long as t
 * lives.
 */
CIGO_API const char *cigo_task_name(const cigo_task *t);

/*
 * The running coroutine's task; NULL in callbacks, and outside ctx's loop. Suspends: no. Owns:
 * lent.
 */
CIGO_API cigo_task *cigo_task_current(const cigo_ctx *ctx);

/*
 * Gives every other runnable coroutine a turn (with a shuffle seed: some of them). Without a loop:
 * sched_yield(2). Suspends: yes. Fails: the context's error, also if it ends during the yield.
 */
CIGO_CHECK CIGO_API int cigo_yield(cigo_ctx *ctx);

/*
 * Sleeps ns nanoseconds, never less; zero or negative: as cigo_yield. Without a loop: blocks the
 * thread. Suspends: yes. Fails: the context's error, as soon as it ends.
 */
CIGO_CHECK CIGO_API int cigo_sleep(cigo_ctx *ctx, int64_t ns);

/*
 * Sleeps until the time `when` of cigo_now's clock; if it has come: as cigo_yield. Suspends: yes.
 * Fails: as cigo_sleep.
 */
CIGO_CHECK CIGO_API int cigo_sleep_until(cigo_ctx *ctx, int64_t when);

/* The name is fn. */
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
