/* SPDX-License-Identifier: MIT
 *
 * Tasks: the future of a coroutine's result, and what it takes to run it.
 * Invariant: done only when the body has returned. arg_free is called exactly once, before that.
 */
#ifndef CI_TASK_H
#define CI_TASK_H

#include "cigo/task.h"
#include "task/future.h"

/* What a group is for those who look for cycles: the members not yet done. */
struct ci_members {
	struct ci_list tasks; /* of ci_task.of_members: those not yet done */
};

struct ci_task {
	cigo_future f;
	struct ci_runnable start;	/* queued until the first step */
	struct ci_ctx_watch before;	/* on ctx, until the first step */
	struct ci_coroutine *coroutine; /* while the body runs; NULL before and after */
	cigo_ctx *ctx; /* the coroutine's own: both lie in one block, which is its */
	cigo_coro_fn *fn;
	void *arg;
	void (*arg_free)(void *arg);
	bool held;		   /* not queued to start yet */
	int cause;		   /* cancelled as a task: its result's error; 0: was not */
	struct ci_list of_members; /* in the tasks of the group it is a member of */
	struct ci_list groups;	   /* of group.c: open groups made by this coroutine */
	uint64_t id; /* of the loop's tasks and workers, from 1: tells it from another at the same
			  * address */
	uint64_t by; /* who spawned it; 0: the loop, a callback */
	const char *name;
};

/* The one maker. ctx is not NULL and of a loop whose baton is held. group may be NULL. Does not queue
 * it: ci_task_queue does. */
struct ci_task *ci_task_make(const cigo_ctx *ctx, cigo_coro_fn *fn, void *arg, size_t ret_size,
			     const cigo_task_options *o);
/* Its turn will come; but if it is cancelled before, it queues itself, to end without its body. */
void ci_task_hold(struct ci_task *t);
/* Lets it start, if it is held; `cause` < 0: its body never runs. */
void ci_task_queue(struct ci_task *t, int cause);
/* f as a task; NULL: it is none. */
struct ci_task *ci_task_of(const cigo_future *f);
/* Misuse unless o is fit; the defaults for NULL. */
cigo_task_options ci_task_check(const cigo_task_options *o);

extern const struct ci_future_ops ci_task_ops;

#endif
