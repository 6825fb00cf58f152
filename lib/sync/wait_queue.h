/* SPDX-License-Identifier: MIT
 *
 * Lines: coroutines that wait for the same thing, first come, first served.
 * Invariant: who is linked is suspended and not yet woken. Waking unlinks in the same moment, and
 * so does a cancellation, so that what is handed over is never handed to one who has gone. Once
 * woken, a waiter does not look at what it waited for any more: it may have been freed by then.
 */
#ifndef CI_WAIT_QUEUE_H
#define CI_WAIT_QUEUE_H

#include "task/park.h"

struct ci_waiter {
	struct ci_park park;
	struct ci_list link; /* in the line, until woken or cancelled */
};

/*
 * The head of every suspending call of `function`: *ret_me is the caller's strand, NULL if ctx has
 * no loop. Returns the cause if ctx is dead.
 */
int ci_wait_queue_enter(cigo_ctx *ctx, struct ci_coroutine **ret_me);
/* The call did not have to wait. Returns 0. */
int ci_wait_queue_pass(struct ci_coroutine *me);
/* Misuse if me is NULL: it would have to wait, and can't. */
void ci_wait_queue_need(const struct ci_coroutine *me);
/* Waits, last in the line, till woken: 0; or ctx's cause. */
int ci_wait_queue_wait(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_list *line,
		       struct ci_waiter *w);
/* Misuse unless this thread holds the baton of p's loop. */
void ci_wait_queue_check(const struct ci_park *p);
/*
 * Wakes the first and takes it out; NULL: nobody waits. Its frame may be written to as long as the
 * baton is held.
 */
struct ci_waiter *ci_wait_queue_wake(struct ci_list *line);

#endif
