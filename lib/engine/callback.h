/* SPDX-License-Identifier: MIT
 *
 * Calls of foreign code on the home thread: FIFO, never inside the call that caused them.
 * Invariant: a callback is called exactly once, or cancelled; at the loop's end with status < 0.
 */
#ifndef CI_CALLBACK_H
#define CI_CALLBACK_H

#include "engine/engine.h"

struct ci_callback {
	struct ci_runnable run;
	struct ci_list link;   /* in the loop's callbacks, until called */
	struct ci_timer timer; /* armed: not yet queued */
	uint64_t id;	       /* for cigo_callback_cancel; 0: it cannot be cancelled by id */
	const void *about;     /* the future it is about; NULL: none */
	/* On the home thread; frees the callback. */
	void (*call)(cigo_loop *loop, struct ci_callback *c, int status);
	void (*drop)(struct ci_callback *c); /* with an id: it was cancelled; frees the callback */
};

/* Something that waits for the loop to have no callback pending. */
struct ci_idler {
	struct ci_list link;
	void (*idle)(struct ci_idler *i); /* library code */
};

/* Gives c an id, before it is queued. -ENOMEM. */
int ci_callback_identify(cigo_loop *loop, struct ci_callback *c);
/* Registers c, whose owner has set id, about, call and drop, to be called after ns, or in its turn if ns <= 0. */
void ci_callback_queue(cigo_loop *loop, struct ci_callback *c, int64_t ns);
/* Takes c out again; the caller frees it. */
void ci_callback_withdraw(cigo_loop *loop, struct ci_callback *c);
/* If home runs the callback with that id, or about that future, beside the calling coroutine: waits
 * until it has returned. */
void ci_callback_wait_over(cigo_loop *loop, uint64_t id, const void *about);
/* Whether one is pending, or runs beside the calling coroutine. */
bool ci_callback_any(const cigo_loop *loop);
/* At the loop's end, on the home thread: calls all that are left. */
void ci_callback_drain(cigo_loop *loop);
/* What a user's callback is called with now. */
int ci_callback_status(const cigo_loop *loop);

#endif
