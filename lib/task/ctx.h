/* SPDX-License-Identifier: MIT
 *
 * Contexts. Those with a loop are touched only with its baton; those without (and those that outlive
 * their loop) by any thread, under one global mutex. Invariants: a child holds a reference on its
 * parent; a cancelled context has no living descendants but behind a barrier; `cause` and `deadline`
 * may be read by any thread that holds a reference.
 */
#ifndef CI_CTX_H
#define CI_CTX_H

#include <poll.h>

#include "cigo/ctx.h"
#include "engine/engine.h"

/* Somebody to be told when a context ends. Unlinked before it is told. */
struct ci_ctx_watch {
	struct ci_list link;
	/* Library code; never frees a context. For contexts without a loop: under the mutex. */
	void (*fired)(struct ci_ctx_watch *w, int cause);
};

struct cigo_ctx {
	cigo_ctx *parent; /* NULL: the background */
	cigo_loop *loop;  /* NULL: none, or it has ended */
	unsigned refs;
	int cause;	       /* 0: alive; written with the baton (if any) and under the mutex */
	bool barrier;	       /* cancellations from above end here */
	bool left;	       /* it has left the tree, and has but one reference */
	int64_t deadline;      /* effective: its own or an ancestor's; final */
	struct ci_timer timer; /* armed: the deadline is its own; needs a loop */
	struct ci_list sibling, children;
	struct ci_list watches; /* of ci_ctx_watch */
	const void *key;	/* NULL: carries no value */
	size_t size;
	char value[] __attribute__((aligned(CI_ALIGN)));
};

/* As the public ones; parent is not NULL. */
cigo_ctx *ci_ctx_with_timeout(cigo_ctx *parent, int64_t ns);
cigo_ctx *ci_ctx_ref(cigo_ctx *ctx);
void ci_ctx_unref(const cigo_ctx *ctx);
/* A child of parent that belongs to loop (NULL: to none). */
cigo_ctx *ci_ctx_new(cigo_ctx *parent, cigo_loop *loop);
/* As ctx_new, with room for what shares its memory: room bytes, zeros, at value. */
cigo_ctx *ci_ctx_new_with(cigo_ctx *parent, cigo_loop *loop, size_t room);
/* The coroutine that had it is over: if nobody else has it, its ancestors need not wait for it. */
void ci_ctx_leave(cigo_ctx *ctx);
/* Gives back the reference of who called leave. */
void ci_ctx_drop(cigo_ctx *ctx);
/*
 * A context of another world than outer: a loop's root, or a worker's without a loop. Knows outer's
 * values and (but for a virtual one) deadline, and is no child of it.
 */
cigo_ctx *ci_ctx_root(cigo_ctx *outer, cigo_loop *loop);
/* Makes all that is left below the loop's root contexts without a loop, dead. */
void ci_ctx_orphan(cigo_ctx *root);
/* Adds w; returns the cause instead if ctx is dead. */
int ci_ctx_watch_add(cigo_ctx *ctx, struct ci_ctx_watch *w);
void ci_ctx_watch_remove(cigo_ctx *ctx, struct ci_ctx_watch *w);
/* Cancels ctx and what descends from it. cause < 0. */
void ci_ctx_end(cigo_ctx *ctx, int cause);
/* As ci_ctx_end, for a context without a loop, under the mutex: by what ci_ctx_watch.fired calls. */
void ci_ctx_end_inside(cigo_ctx *ctx, int cause);
/* As cigo_ctx_error, for a context that isn't NULL. */
int ci_ctx_cause(const cigo_ctx *ctx);
/*
 * Without a loop: blocks the calling thread until one of n descriptors is ready, `until` has come or
 * ctx ends. Returns the number ready, 0 when it is time, or ctx's cause.
 */
int ci_ctx_block(cigo_ctx *ctx, struct pollfd *fds, nfds_t n, int64_t until);

#endif
