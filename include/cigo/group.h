/* SPDX-License-Identifier: MIT
 *
 * Groups: structured concurrency. What a group started has returned when its wait returns; the
 * first failure cancels the siblings; every task's own error stays readable until the close.
 */
#ifndef CIGO_GROUP_H
#define CIGO_GROUP_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/task.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	CIGO_GROUP_KEEP_GOING = 1, /* a failure cancels nobody */
	CIGO_GROUP_REAP = 2	   /* done tasks are freed at once: handles returned by start are
				    * not to be kept, and next yields none */
};

/*
 * A group whose tasks descend from ctx; at most limit bodies at a time, the others wait their turn
 * (0: no limit). A coroutine that returns with a group of its own open is misuse. Suspends: no.
 * Owns: yours, close it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_group *cigo_group_new(const cigo_ctx *ctx, unsigned limit, unsigned flags);

/*
 * As cigo_task_spawn, into the group. In a group that failed or was cancelled the body never runs.
 * Suspends: no. Owns: nothing, the task is lent until close. Fails: NULL, no memory (the group
 * then has failed with -ENOMEM).
 */
CIGO_API cigo_task *cigo_group_spawn(cigo_group *g, const char *name, cigo_coro_fn *fn,
				     size_t ret_size, void *arg);

/* As start, with a copy of the argument. Suspends: no. Fails: as start. */
CIGO_API cigo_task *cigo_group_spawn_copy(cigo_group *g, const char *name, cigo_coro_fn *fn,
					  size_t ret_size, const void *arg, size_t arg_size);

/* As start, with options. Suspends: no. Fails: as start (arg_free is called then). */
CIGO_API cigo_task *cigo_group_spawn_with(cigo_group *g, cigo_coro_fn *fn, size_t ret_size,
					  void *arg, const cigo_task_options *o);

/* Cancels all tasks of the group, also those still to come. Suspends: no. */
CIGO_API void cigo_group_cancel(cigo_group *g, int reason);

/*
 * Waits till every body has returned. If ctx ends, cancels them with its cause and still waits.
 * More may be started after it. Suspends: yes. Fails: the first failure; the context's cause;
 * -EDEADLK: called by one of the group's own tasks, or one of them waits for the caller.
 */
CIGO_CHECK CIGO_API int cigo_group_wait(cigo_ctx *ctx, cigo_group *g);

/*
 * The next task that has finished, in that order. Returns 1, and *ret is the task; 0: none is left.
 * Suspends: yes. Owns: *ret is lent until close; NULL unless 1 is returned. Fails: the context's
 * error; -EDEADLK: each task left waits for the caller; -ENOMEM: g is NULL.
 */
CIGO_CHECK CIGO_API int cigo_group_next(cigo_ctx *ctx, cigo_group *g, cigo_task **ret);

/*
 * Cancels what still runs, waits for it whatever ctx says, frees the group and its tasks. Suspends:
 * yes. Fails: as wait. NULL: -ENOMEM.
 */
CIGO_API int cigo_group_close(cigo_ctx *ctx, cigo_group *g);

#define cigo_spawn_in(g, fn, ret_size, arg) \
	(CIGO_HERE, cigo_group_spawn((g), #fn, (fn), (ret_size), (arg)))
#define cigo_spawn_copy_in(g, fn, ret_size, ...) \
	(CIGO_HERE,                              \
	 cigo_group_spawn_copy((g), #fn, (fn), (ret_size), (__VA_ARGS__), sizeof *(__VA_ARGS__)))

#ifdef __cplusplus
}
#endif
#endif
