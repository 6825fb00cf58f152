/* SPDX-License-Identifier: MIT
 * Callbacks: calls of the program's functions on the home thread, FIFO, never inside the call that
 * queued them. All functions assume the baton.
 * Invariant: a callback is called exactly once, or cancelled; at the loop's end with status < 0.
 */
#pragma once

#include "engine/engine.h"

struct ci_callback {
	struct ci_runnable run;
	struct ci_list link;   /* in the loop's callbacks, until called */
	struct ci_timer timer; /* armed: its time has not come */
	uint64_t id;	       /* for cigo_callback_cancel; 0: it cannot be cancelled by id */
	const void *about;     /* the completed future that it reports; NULL: none */
	/* On the home thread; frees the callback. */
	void (*call)(cigo_loop *loop, struct ci_callback *c, int status);
	void (*drop)(struct ci_callback
			     *c); /* if id is not 0: after a cancellation; frees the callback */
};

/* An operation that waits until no callback is pending. */
struct ci_idler {
	struct ci_list link;
	void (*idle)(struct ci_idler *i); /* library code */
};

/* Gives c an id, before it is queued. -ENOMEM. */
int ci_callback_identify(cigo_loop *loop, struct ci_callback *c);
/* Calls c after ns, or in its turn if ns <= 0. The caller has set id, about, call and drop. */
void ci_callback_queue(cigo_loop *loop, struct ci_callback *c, int64_t ns);
/* Takes c out again; the caller frees it. */
void ci_callback_withdraw(cigo_loop *loop, struct ci_callback *c);
/* Waits while home runs the callback with that id and `about`, beside the calling coroutine. */
void ci_callback_wait_over(cigo_loop *loop, uint64_t id, const void *about);
/* Whether a callback is pending or runs. */
bool ci_callback_any(const cigo_loop *loop);
/* At the loop's end, on the home thread: calls all that are left. */
void ci_callback_drain(cigo_loop *loop);
