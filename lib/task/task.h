/* SPDX-License-Identifier: MIT
 * Tasks: the future of a coroutine's result, and what is needed to run it. Touched with the baton.
 * Invariant: done only when the body has returned. arg_free is called exactly once, before that.
 */
#pragma once

#include "cigo/task.h"
#include "task/future.h"

/* The part of a group that the search for circles reads. */
struct ci_members {
	struct ci_list tasks; /* of ci_task.of_members: the members not yet done */
};

struct ci_task {
	cigo_future f;
	struct ci_runnable start;	/* queued until the first step */
	struct ci_ctx_watch before;	/* on ctx, until the first step */
	struct ci_coroutine *coroutine; /* while the body runs; NULL before and after */
	cigo_ctx *ctx;			/* the coroutine's context; the task lies in its memory */
	cigo_coro_fn *fn;
	void *arg;
	void (*arg_free)(void *arg);
	bool held; /* not queued to start yet */
	int cause; /* of cancelling this future: the result's error; 0: was not cancelled */
	struct ci_list of_members; /* in the tasks of the group it is a member of */
	struct ci_list groups;	   /* of group.c: open groups made by this coroutine */
	uint64_t id; /* of the loop's tasks and workers, from 1: tells it from another at the same
			  * address */
	uint64_t by; /* the id of the spawner; 0: the loop, a callback */
	const char *name;
};

/* Makes a task, held: ci_task_queue lets it start. ctx is not NULL; the caller holds its loop's
 * baton. NULL: no memory. */
struct ci_task *ci_task_make(const cigo_ctx *ctx, cigo_coro_fn *fn, void *arg, size_t ret_size,
			     const cigo_task_options *o);
/* Keeps t held. If t is cancelled before ci_task_queue, it is queued, to end without its body. */
void ci_task_hold(struct ci_task *t);
/* Lets t start, if it is held; `cause` < 0: its body never runs. */
void ci_task_queue(struct ci_task *t, int cause);
/* f as a task; NULL: it is none. */
struct ci_task *ci_task_of(const cigo_future *f);
/* A checked copy of o, with defaults; wrong options are misuse. */
cigo_task_options ci_task_check(const cigo_task_options *o);

extern const struct ci_future_ops ci_task_ops;
