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
	/* On the home thread; frees the callback. */
	void (*call)(cigo_loop *loop, struct ci_callback *c, int status);
};

/* Who waits for the loop to have no callback pending. */
struct ci_idler {
	struct ci_list link;
	void (*idle)(struct ci_idler *i); /* library code */
};

/* Registers c, to be called after ns, or in its turn if ns <= 0. */
void ci_callback_queue(cigo_loop *loop, struct ci_callback *c, int64_t ns);
/* Takes c out again; the caller frees it. */
void ci_callback_withdraw(cigo_loop *loop, struct ci_callback *c);
/* At the loop's end, on the home thread: calls all that are left. */
void ci_callback_drain(cigo_loop *loop);
/* What a user's callback is called with now. */
int ci_callback_status(const cigo_loop *loop);

#endif
