/* SPDX-License-Identifier: MIT
 *
 * Futures, from inside. Plain futures, shields, tasks and workers are one struct with different ops.
 * Invariants: done is set once; value and err are final from then on; completing never switches and
 * never runs foreign code: listeners are told iteratively, over a work list, never by recursion.
 */
#ifndef CI_FUTURE_H
#define CI_FUTURE_H

#include "cigo/future.h"
#include "task/park.h"

/* A task or worker, for who looks on. */
struct ci_task_id {
	const char *name; /* NULL: it is neither */
	uint64_t id, by;  /* among the loop's, from 1; who spawned it, 0: no coroutine */
};

struct ci_future_ops {
	const char *noun;
	bool user; /* may be completed by the program */
	bool body; /* done only when a body has returned: awaits wait for it, even cancelled */
	void (*cancel)(cigo_future *f, int cause); /* pending; NULL: completes with the cause */
	void (*free)(cigo_future *f);		   /* gives its memory back; NULL: free(3) */
	struct ci_task_id (*who)(const cigo_future *f); /* tasks and workers; NULL: it is neither */
	/* What f still refers to goes; a reference returned is given back by the caller. */
	cigo_future *(*fini)(cigo_future *f);
};

struct cigo_future {
	const struct ci_future_ops *ops;
	unsigned refs;
	bool done;
	bool asked;   /* somebody knows how it ended, or will hear of it; else debug mode tells */
	int err;      /* valid when done */
	uint64_t seq; /* valid when done: order of completion in the loop; 0: no loop */
	cigo_loop *loop;	  /* NULL: belongs to none, yet or any more */
	struct ci_list link;	  /* in the loop's futures */
	struct ci_list listeners; /* of ci_listener; those who write values first */
	struct ci_list dones;	  /* of future_on_done.c: on_done records not yet called */
	cigo_future *next_done;	  /* in the work list */
	size_t size;
	void *value;	       /* size bytes, zeros until written */
	struct ci_place place; /* where f was made, */
	bool after;	       /* or where its maker had last been seen before */
};

/* Told when a future is done, once, unlinked before. Library code that neither switches nor frees f. */
struct ci_listener {
	struct ci_list link;
	bool copies; /* only copies the value: is not somebody who awaits it */
	void (*fired)(struct ci_listener *l, cigo_future *f);
};

/* For makers: everything but ops->... and value. The memory's first member is f. */
void ci_future_init(cigo_future *f, const struct ci_future_ops *ops, size_t size, void *value,
		    cigo_loop *loop);
/* Somebody will hear how f ends, or hears it now. */
static inline void ci_future_tell(cigo_future *f)
{
	f->asked = true;
}

/* Misuse unless this thread may touch f. */
void ci_future_check(const cigo_future *f);
/* f, which belongs to none, becomes the loop's. */
void ci_future_adopt(cigo_future *f, cigo_loop *loop);
void ci_future_listen(cigo_future *f, struct ci_listener *l);
/* As cigo_future_ref and cigo_future_unref. */
cigo_future *ci_future_ref(cigo_future *f);
void ci_future_unref(cigo_future *f);
/* Completes f, of whatever kind it is. */
void ci_future_finish(cigo_future *f, int err);
/* Cancels f if it is pending; true if so. */
bool ci_future_end(cigo_future *f, int cause);
/* As cigo_future_await, for `function`. */
int ci_future_await(cigo_ctx *ctx, cigo_future *f, void *ret, size_t size);
/* Copies the value to ret; zeros if f is pending or NULL. Wrong sizes are misuse of `function`. */
void ci_future_copy(const cigo_future *f, void *ret, size_t size);
/* The coroutine on me no longer wants f written anywhere; f NULL: nothing any more. */
void ci_future_forget_writes(struct ci_coroutine *me, const cigo_future *f);
enum { CI_FUTURE_TEXT = 320 }; /* bytes for a text of ci_future_text */
/* 'task "reader" #3, spawned at demo.c:42 (main)' in buf, which is returned. */
const char *ci_future_text(const cigo_future *f, char buf[CI_FUTURE_TEXT]);
/* Debug: names what the program has not given back. */
void ci_future_name_leftovers(const cigo_loop *loop);
/* Takes an on_done back; -ENOENT. */
int ci_future_drop_done(cigo_future *f, cigo_done_fn *fn, const void *arg);
/* The loop ends: those still pending are cancelled (bodies: only tasks and workers); */
void ci_future_cancel_all(cigo_loop *loop, bool bodies);
/* all become orphans that belong to nobody. */
void ci_future_orphan_all(cigo_loop *loop);

#endif
