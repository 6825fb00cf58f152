/* SPDX-License-Identifier: MIT
 * Groups: structured concurrency, as asyncio.TaskGroup. When a wait returns, every body of the
 * group has returned. The first failure cancels the siblings. Each task's own error stays readable
 * until the close.
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
	CIGO_GROUP_KEEP_GOING = 1, /* a failure cancels no sibling */
	CIGO_GROUP_REAP = 2	   /* free each task as soon as it ends; do not keep what spawn
				    * returned; cigo_group_next yields none */
};

/*
 * A group whose tasks descend from ctx. At most limit bodies run at a time, the others wait their
 * turn (0: no limit). flags: CIGO_GROUP_..., 0: none. A coroutine that returns while a group of its
 * own is open is misuse. Suspends: no. Owns: yours, close it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_group *cigo_group_new(const cigo_ctx *ctx, unsigned limit, unsigned flags);

/*
 * As cigo_task_spawn, into the group. Once the group was cancelled, or a task has failed without
 * CIGO_GROUP_KEEP_GOING, new bodies never run. Suspends: no. Owns: nothing, the task is lent until
 * the close; its result may be ignored. Fails: NULL, no memory, and that is a failure of the group
 * (-ENOMEM).
 */
CIGO_API cigo_task *cigo_group_spawn(cigo_group *g, const char *name, cigo_coro_fn *fn,
				     size_t ret_size, void *arg);

/*
 * As cigo_group_spawn, with a copy of the arg_size bytes at arg. Suspends: no. Owns: lent. Fails:
 * as cigo_group_spawn.
 */
CIGO_API cigo_task *cigo_group_spawn_copy(cigo_group *g, const char *name, cigo_coro_fn *fn,
					  size_t ret_size, const void *arg, size_t arg_size);

/*
 * As cigo_group_spawn, with options (NULL: none). Suspends: no. Owns: lent. Fails: as
 * cigo_group_spawn (arg_free is called then).
 */
CIGO_API cigo_task *cigo_group_spawn_with(cigo_group *g, cigo_coro_fn *fn, size_t ret_size,
					  void *arg, const cigo_task_options *o);

/*
 * Cancels all tasks of the group, also those spawned later, with reason < 0 (0: -ECANCELED). What a
 * task returns after that is no failure. Suspends: no.
 */
CIGO_API void cigo_group_cancel(cigo_group *g, int reason);

/*
 * Waits until every body has returned. If the context ends first, the group is cancelled with the
 * context's error, and the call still waits. More tasks may be spawned after it. Suspends: yes.
 * Fails: the first failure; else the context's error; else the reason of cigo_group_cancel;
 * -EDEADLK: a task of the group calls it, or waits for the caller; -ENOMEM: g is NULL.
 */
CIGO_CHECK CIGO_API int cigo_group_wait(cigo_ctx *ctx, cigo_group *g);

/*
 * The next task that has finished, in that order. Returns 1, and *ret is the task; 0: none is left.
 * Suspends: yes. Owns: *ret is lent until the close; NULL unless 1 is returned. Fails: the
 * context's error, which cancels nothing; -EDEADLK: each task left waits for the caller; -ENOMEM: g
 * is NULL.
 */
CIGO_CHECK CIGO_API int cigo_group_next(cigo_ctx *ctx, cigo_group *g, cigo_task **ret);

/*
 * Cancels the tasks that still run, waits until their bodies have returned, even if the context has
 * ended, and frees the group and its tasks. Misuse: a task of the group calls it, or a task that
 * cannot be cancelled waits for the caller. Suspends: yes. Fails: the first failure before the
 * close; the reason of the first cancellation before it, by cigo_group_cancel or by a wait;
 * -ENOMEM: g is NULL.
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
