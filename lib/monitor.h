/* SPDX-License-Identifier: MIT
 *
 * Floor: 2 engine
 * The preemptive model: the baton is an ordinary lock. Coroutines roam: they run beside each other,
 * and take the lock for the length of a library call (entry.h). The home thread always drives; it
 * gives the lock up around callbacks and while it sleeps in the poller. The queue, the ticks, the
 * timers are the cooperative model's, all of the loop's data is plain memory there too.
 */
#ifndef CI_MONITOR_H
#define CI_MONITOR_H

#include <pthread.h>

#include "strand.h"

struct ci_monitor {
	pthread_mutex_t lock;  /* in the preemptive model, while running */
	pthread_cond_t over;   /* a callback has returned */
	unsigned long roaming; /* strands awake; always 0 in the cooperative model */
	bool asleep;	       /* home sleeps in the poller, and nobody has rung yet */
	int64_t until;	       /* asleep: the timer it would wake for */
	uint64_t calling;      /* the id of the callback home runs; 0: none */
};

/* Before and after the run; home enters and leaves by these too. -errno. */
int ci_monitor_open(cigo_loop *loop);
void ci_monitor_close(cigo_loop *loop);
/* The poller is about to wait; has waited. Nothing in the cooperative model. */
void ci_monitor_sleep(cigo_loop *loop, int64_t timeout);
void ci_monitor_wake(cigo_loop *loop);
/* Wakes home, if it sleeps. */
void ci_monitor_ring(cigo_loop *loop);
/* The callback that home runs has returned. */
void ci_monitor_over(cigo_loop *loop);
/* Waits till the callback of that id has returned, if it is running and this is not its thread. */
void ci_monitor_wait_over(cigo_loop *loop, uint64_t id);
/* What the engine does there: a coroutine waits until its turn; a strand's whole life; its turn. */
void ci_monitor_suspend(struct ci_strand *me);
void ci_monitor_strand(struct ci_strand *me);
void ci_monitor_start(struct ci_strand *to);

#endif
