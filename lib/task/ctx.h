/* SPDX-License-Identifier: MIT
 * Contexts. Those with a loop are touched only with its baton. Those without (and those that
 * outlive their loop) are touched by any thread, under one global mutex. Invariants: a child holds
 * a reference on its parent. A cancelled context has no living descendants but behind a barrier.
 * Any thread that holds a reference may read the deadline and the cause, by the functions below.
 */
#pragma once

#include <poll.h>

#include "cigo/ctx.h"
#include "engine/engine.h"

/* Calls `fired` when a context ends; unlinked before that. */
struct ci_ctx_watch {
	struct ci_list link;
	/* Library code; never frees a context. For contexts without a loop: under the mutex. */
	void (*fired)(struct ci_ctx_watch *w, int cause);
	/* The deadline of a context without a loop was moved; under the mutex. NULL: never mind. */
	void (*moved)(struct ci_ctx_watch *w);
};

struct cigo_ctx {
	cigo_ctx *parent; /* NULL: the background */
	cigo_loop *loop;  /* NULL: none, or it has ended */
	unsigned refs;
	int cause;	       /* 0: alive; written with the baton (if any) and under the mutex */
	bool barrier;	       /* cancellations from above end here */
	bool left;	       /* ci_ctx_leave took it out of the tree; one reference is left */
	bool expired;	       /* its own deadline ended it; cigo_ctx_expired */
	int64_t own;	       /* its own deadline, CIGO_NEVER: none; as `deadline` */
	int64_t deadline;      /* the earlier of its own and the inherited one; ci_ctx_deadline */
	struct ci_timer timer; /* armed if the deadline is its own and it has a loop */
	struct ci_list sibling, children;
	struct ci_list watches; /* of ci_ctx_watch */
	const void *key;	/* NULL: carries no value */
	size_t size;
	char value[] __attribute__((aligned(CI_ALIGN)));
};

/* As cigo_now, for a context that isn't NULL. */
int64_t ci_ctx_now(const cigo_ctx *ctx);
/* When ctx ends at the latest; cigo_ctx_set_deadline may move it later. */
static inline int64_t ci_ctx_deadline(const cigo_ctx *ctx)
{
	return __atomic_load_n(&ctx->deadline, __ATOMIC_RELAXED);
}

/* The mutex of the contexts without a loop; for one with a loop these do nothing. */
void ci_ctx_lock(const cigo_ctx *ctx);
void ci_ctx_unlock(const cigo_ctx *ctx);
/* Misuse unless this thread may touch ctx. */
void ci_ctx_check_thread(const cigo_ctx *ctx);
/* The context after ctx in the tree of top, in pre-order; descend: ctx's children come next. */
cigo_ctx *ci_ctx_next(cigo_ctx *top, cigo_ctx *ctx, bool descend);
/* Gives ctx, which no other thread has yet, a deadline of its own. */
void ci_ctx_begin_deadline(cigo_ctx *ctx, int64_t when);
/* Whether ctx has no loop and its own deadline has passed, though nothing has ended it. */
bool ci_ctx_overdue(const cigo_ctx *ctx);
/* Takes back what cigo_ctx_on_cancel gave. -ENOENT: it is, or was, called. */
int ci_ctx_drop_call(cigo_ctx *ctx, cigo_ctx_end_fn *fn, const void *arg);
/* All that still live below root, also behind barriers. */
void ci_ctx_end_all(cigo_ctx *root);
/* As the public ones; parent is not NULL. */
cigo_ctx *ci_ctx_with_timeout(cigo_ctx *parent, int64_t ns);
cigo_ctx *ci_ctx_ref(cigo_ctx *ctx);
void ci_ctx_unref(const cigo_ctx *ctx);
/* A child of parent that belongs to loop (NULL: to none). */
cigo_ctx *ci_ctx_new(cigo_ctx *parent, cigo_loop *loop);
/* As ci_ctx_new, with `room` more bytes, zeroed, at value. */
cigo_ctx *ci_ctx_new_with(cigo_ctx *parent, cigo_loop *loop, size_t room);
/* Its coroutine has ended: without other references it leaves the tree and gives up its parent. */
void ci_ctx_leave(cigo_ctx *ctx);
/* Gives back the reference of the caller of ci_ctx_leave. */
void ci_ctx_drop(cigo_ctx *ctx);
/*
 * A loop's root, or a worker's context without a loop. It has outer's values and outer's deadline
 * (not one on a virtual clock), but is no child of outer: the caller passes cancellations on.
 */
cigo_ctx *ci_ctx_root(cigo_ctx *outer, cigo_loop *loop);
/* At the loop's end: the contexts that are left below root are dead, and without a loop. */
void ci_ctx_orphan(cigo_ctx *root);
/* Adds w; if ctx is dead, returns its cause instead. */
int ci_ctx_watch_add(cigo_ctx *ctx, struct ci_ctx_watch *w);
void ci_ctx_watch_remove(cigo_ctx *ctx, struct ci_ctx_watch *w);
/* Cancels ctx and its descendants. cause < 0. */
void ci_ctx_end(cigo_ctx *ctx, int cause);
/* As ci_ctx_end, for a context without a loop, if the caller (a `fired`) holds the mutex. */
void ci_ctx_end_inside(cigo_ctx *ctx, int cause);
/* As cigo_ctx_error, for a context that isn't NULL. */
int ci_ctx_cause(const cigo_ctx *ctx);
/*
 * Without a loop: blocks the calling thread until one of n descriptors is ready, `until` has come
 * or ctx ends. Returns the number ready, 0 when it is time, or ctx's cause.
 */
int ci_ctx_block(cigo_ctx *ctx, struct pollfd *fds, nfds_t n, int64_t until);
