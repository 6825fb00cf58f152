/* SPDX-License-Identifier: MIT
 * Futures. Plain futures, shields, tasks and workers are one struct with different ops. A future
 * with a loop is touched with its baton only. Invariants: done is set once; value and err are final
 * from then on. Completing never switches and never runs the program's code: listeners are library
 * code, called from a work list, without recursion.
 */
#pragma once

#include "cigo/future.h"
#include "task/park.h"

/* Identifies a task or worker to messages, dumps and traces. */
struct ci_task_id {
	const char *name; /* NULL: it is neither */
	uint64_t id, by;  /* its id in the loop, from 1; the id of its spawner, 0: no coroutine */
};

struct ci_future_ops {
	const char *noun;
	bool user; /* may be completed by the program */
	bool body; /* done only when its body has returned: a cancelled await waits for that too */
	void (*cancel)(cigo_future *f,
		       int cause);    /* f is pending; NULL: completes f with the cause */
	void (*free)(cigo_future *f); /* frees the memory; NULL: free(3) */
	struct ci_task_id (*identify)(
		const cigo_future *f); /* tasks and workers; NULL: it is neither */
	/* Before free: f lets go of what it refers to. Returns a reference for the caller to give back. */
	cigo_future *(*fini)(cigo_future *f);
};

struct cigo_future {
	const struct ci_future_ops *ops;
	unsigned refs;
	bool done;
	bool asked;	 /* the program has read its error, or will; else debug mode reports it */
	int err;	 /* valid when done */
	uint64_t seq;	 /* valid when done: order of completion in the loop; 0: no loop */
	cigo_loop *loop; /* NULL: none yet, or it has ended */
	struct ci_list link;	  /* in the loop's futures */
	struct ci_list listeners; /* of ci_listener; those with `copies` first */
	struct ci_list dones;	  /* of future_on_done.c: on_done records not yet called */
	cigo_future *next_done;	  /* in the work list */
	size_t size;
	void *value;	       /* size bytes, zeros until written */
	struct ci_place place; /* where f was made; */
	bool after;	       /* then: the last place known of its maker before that */
};

/* Called once, when a future is done; unlinked before. `fired` neither switches nor frees f. */
struct ci_listener {
	struct ci_list link;
	bool copies; /* only copies the value: does not count as awaiting f */
	void (*fired)(struct ci_listener *l, cigo_future *f);
};

/* Initializes f, which is the first member of a zeroed allocation. loop may be NULL. */
void ci_future_init(cigo_future *f, const struct ci_future_ops *ops, size_t size, void *value,
		    cigo_loop *loop);
/* Notes that the program has read f's error, or will. */
static inline void ci_future_tell(cigo_future *f)
{
	f->asked = true;
}

/* Misuse unless this thread may touch f. */
void ci_future_check(const cigo_future *f);
/* f, which has no loop, belongs to the loop from now on. */
void ci_future_adopt(cigo_future *f, cigo_loop *loop);
void ci_future_listen(cigo_future *f, struct ci_listener *l);
/* As cigo_future_ref and cigo_future_unref. */
cigo_future *ci_future_ref(cigo_future *f);
void ci_future_unref(cigo_future *f);
/* Completes f, of whatever kind it is. */
void ci_future_finish(cigo_future *f, int err);
/* Cancels f if it is pending; true if so. */
bool ci_future_end(cigo_future *f, int cause);
/* As cigo_future_await. */
int ci_future_await(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size);
/* Copies the value to ret; zeros if f is pending or NULL. A wrong size is misuse. */
void ci_future_copy(const cigo_future *f, void *ret, size_t size);
/* Drops the destinations that the coroutine me has given for f; f NULL: for all futures. */
void ci_future_forget_writes(struct ci_coroutine *me, const cigo_future *f);
enum { CI_FUTURE_TEXT = 320 }; /* bytes for a text of ci_future_text */
/* 'task "reader" #3, spawned at demo.c:42 (main)' in buf, which is returned. */
const char *ci_future_text(const cigo_future *f, char buf[CI_FUTURE_TEXT]);
/* Debug: warns of each future that the program has not given back. */
void ci_future_name_leftovers(const cigo_loop *loop);
/* Removes a callback of cigo_future_on_done; -ENOENT: there is none. */
int ci_future_drop_done(cigo_future *f, cigo_done_fn *fn, const void *arg);
/* The loop ends: cancels what is pending (bodies: only tasks and workers). */
void ci_future_cancel_all(cigo_loop *loop, bool bodies);
/* The loop has ended: its futures have no loop any more. */
void ci_future_orphan_all(cigo_loop *loop);
