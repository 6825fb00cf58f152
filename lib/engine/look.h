/* SPDX-License-Identifier: MIT
 *
 * A look outside: messages, descriptors, timers, the pool. It has two halves, so that the wait between
 * them is the driver's own call: one frame less in each backtrace of a coroutine that waits.
 */
#ifndef CI_LOOK_H
#define CI_LOOK_H

#include "base/base.h"

struct ci_look {
	bool idle;	 /* nothing was ready: the driver may sleep */
	bool sleeps;	 /* nothing came in meanwhile either: it is about to */
	bool jumps;	 /* the virtual clock jumps to the next timer if nothing happens */
	bool waits;	 /* the poller is to be asked */
	int64_t timeout; /* for how long, real time */
};

/* Before the poller is asked. */
struct ci_look ci_look_begin(cigo_loop *loop, bool idle);
/* It has reported n events in loop->events, if it was asked. */
void ci_look_end(cigo_loop *loop, const struct ci_look *l, int n);
/* Delivers what outsiders have posted so far. */
void ci_look_collect(cigo_loop *loop);

#endif
