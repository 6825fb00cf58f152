/* SPDX-License-Identifier: MIT
 * A look outside: messages, descriptors, timers, the pool. By the driver, with the baton held. It
 * has two halves and the driver itself calls the poller between them: a shorter backtrace of
 * waiting threads.
 */
#pragma once

#include "base/base.h"

struct ci_look {
	bool idle;	 /* nothing was ready: the driver may sleep */
	bool sleeps;	 /* no message came either: the driver is about to sleep */
	bool jumps;	 /* the virtual clock jumps to the next timer if nothing happens */
	bool waits;	 /* the poller is to be called */
	int64_t timeout; /* of that call, real time; valid if waits */
};

/* Before the driver calls the poller. */
struct ci_look ci_look_begin(cigo_loop *loop, bool idle);
/* After that: n events are in loop->events, if l->waits. */
void ci_look_end(cigo_loop *loop, const struct ci_look *l, int n);
/* Delivers what outsiders have posted so far. */
void ci_look_collect(cigo_loop *loop);
