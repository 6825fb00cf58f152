/* SPDX-License-Identifier: MIT
 *
 * The preemptive model: the baton is an ordinary lock. Coroutines roam: they run beside each other,
 * and take the lock for the length of a library call (entry.h). The home thread always drives; it
 * gives the lock up around callbacks and while it sleeps in the poller. The queue, the ticks, the
 * timers are the cooperative model's, all of the loop's data is plain memory there too.
 */
#ifndef CI_PREEMPTIVE_H
#define CI_PREEMPTIVE_H

#include <pthread.h>

#include "engine/coroutine.h"

struct ci_preemptive {
	pthread_mutex_t lock;  /* in the preemptive model, while running */
	struct ci_list waking; /* strands to be woken by who leaves the lock next */
	unsigned long roaming; /* strands awake, or waking, outside sections; cooperative: 0 */
	struct ci_list yielding, yielded; /* strands that yield; for whom a tick has begun */
	bool asleep;			  /* home sleeps in the poller, and nobody has rung yet */
	int64_t until;			  /* asleep: the timer it would wake for */
	bool roamed;			  /* asleep: somebody roamed then, or since */

	/* the callback that home runs */
	pthread_cond_t over;	/* it has returned */
	bool calling;		/* there is one */
	uint64_t called;	/* its id; 0: it has none */
	const void *called_for; /* the future it is about; NULL: none */
};

/* Before and after the run; home enters and leaves by these too. -errno. */
int ci_preemptive_open(cigo_loop *loop);
void ci_preemptive_close(cigo_loop *loop);
/* The poller is about to wait; has waited. Nothing in the cooperative model. */
void ci_preemptive_sleep(cigo_loop *loop, int64_t timeout);
void ci_preemptive_wake(cigo_loop *loop);
/* Wakes home, if it sleeps. */
void ci_preemptive_ring(cigo_loop *loop);
/* Home is about to run a callback, with that id or about that future; it has returned. */
void ci_preemptive_call(cigo_loop *loop, uint64_t id, const void *future);
void ci_preemptive_over(cigo_loop *loop);
/* Waits till it has returned, if it is that one and this is not its own thread. */
void ci_preemptive_wait_over(cigo_loop *loop, uint64_t id, const void *future);
/* What the engine does there: a coroutine waits until it is woken; a strand's whole life; to be
 * woken, once the lock is left. */
void ci_preemptive_suspend(struct ci_coroutine *me);
void ci_preemptive_strand(struct ci_coroutine *me);
void ci_preemptive_start(struct ci_coroutine *to);
/* The processor to others. On the virtual clock: until they all wait, or are outside. */
void ci_preemptive_yield(struct ci_coroutine *me);
/* Home begins a tick: if nobody roams, those who yielded before the last one go on. True: some do, or
 * will in the next tick: home may not sleep. */
bool ci_preemptive_tick(cigo_loop *loop);
/* A blocking section begins, with the lock held, and is left; ends, and it is taken. */
void ci_preemptive_begin_section(struct ci_coroutine *me);
void ci_preemptive_end_section(struct ci_coroutine *me);

#endif
