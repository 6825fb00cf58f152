/* SPDX-License-Identifier: MIT
 *
 * Floor: 2 engine
 * The preemptive model's lock, and how its coroutines wait and start.
 *
 * Who leaves the lock looks whether home sleeps and has work now: something is ready, or a timer is
 * due earlier than it would wake. That is one eventfd write, as for outsiders.
 */
#include "monitor.h"

#include <errno.h>
#include <sys/eventfd.h>

#include "engine.h"
#include "misuse.h"

/* That nobody runs any more is news only for the virtual clock, the run's end, and who starves. */
static bool has_work(const cigo_loop *loop)
{
	return !ci_list_empty(&loop->ready) || ci_timer_next(loop) < loop->monitor.until ||
	       (!loop->monitor.roaming &&
		(loop->options.clock == CIGO_CLOCK_VIRTUAL || loop->state >= CI_ENDING ||
		 !ci_list_empty(&loop->starved)));
}

void ci_monitor_ring(cigo_loop *loop)
{
	if (!loop->monitor.asleep)
		return;
	loop->monitor.asleep = false;
	while (eventfd_write(loop->door.wake_fd, 1) && errno == EINTR)
		;
}

void ci_monitor_enter(cigo_loop *loop)
{
	int saved = errno;

	pthread_mutex_lock(&loop->monitor.lock);
	ci_self.held = loop;
	errno = saved;
}

void ci_monitor_leave(cigo_loop *loop)
{
	int saved = errno;

	if (loop->monitor.asleep && has_work(loop))
		ci_monitor_ring(loop);
	ci_self.held = NULL;
	pthread_mutex_unlock(&loop->monitor.lock);
	errno = saved;
}

int ci_monitor_open(cigo_loop *loop)
{
	if (!ci_preemptive(loop))
		return 0;
	int err = pthread_mutex_init(&loop->monitor.lock, NULL);
	if (err)
		return -err;
	err = pthread_cond_init(&loop->monitor.over, NULL);
	if (err) {
		pthread_mutex_destroy(&loop->monitor.lock);
		return -err;
	}
	ci_monitor_enter(loop);
	ci_self.roams = loop;
	return 0;
}

void ci_monitor_close(cigo_loop *loop)
{
	if (ci_self.roams != loop)
		return;
	ci_self.roams = NULL;
	pthread_mutex_unlock(&loop->monitor.lock);
	pthread_cond_destroy(&loop->monitor.over);
	pthread_mutex_destroy(&loop->monitor.lock);
}

void ci_monitor_sleep(cigo_loop *loop, int64_t timeout)
{
	if (!ci_preemptive(loop))
		return;
	loop->monitor.asleep = timeout != 0;
	loop->monitor.until = ci_timer_next(loop);
}

void ci_monitor_wake(cigo_loop *loop)
{
	loop->monitor.asleep = false;
}

void ci_monitor_start(struct ci_strand *to)
{
	to->loop->stats.handoffs++;
	to->loop->monitor.roaming++;
	sem_post(&to->baton.sem);
}

void ci_monitor_over(cigo_loop *loop)
{
	loop->monitor.calling = 0;
	if (ci_self.roams)
		pthread_cond_broadcast(&loop->monitor.over);
}

void ci_monitor_wait_over(cigo_loop *loop, uint64_t id)
{
	if (!ci_self.roams || !ci_self.strand)
		return;
	while (loop->monitor.calling == id) {
		pthread_cond_wait(&loop->monitor.over, &loop->monitor.lock);
		ci_self.held = loop;
	}
}

/* The one that was to run next, ahead of all: a generator, or its consumer. */
static void start_direct(cigo_loop *loop)
{
	struct ci_strand *to = loop->direct;

	loop->direct = NULL;
	if (to)
		ci_monitor_start(to);
}

static void sleep_outside(struct ci_strand *me)
{
	cigo_loop *loop = me->loop;

	start_direct(loop);
	loop->monitor.roaming--;
	ci_monitor_leave(loop);
	ci_baton_take(&me->baton, NULL);
}

void ci_monitor_suspend(struct ci_strand *me)
{
	sleep_outside(me);
	ci_monitor_enter(me->loop);
}

void ci_monitor_strand(struct ci_strand *me)
{
	ci_self.roams = me->loop;
	ci_baton_take(&me->baton, NULL);
	while (me->start) { /* written before the post */
		struct ci_runnable *r = me->start;

		ci_monitor_enter(me->loop);
		me->start = NULL;
		r->run(me->loop, r);
		ci_list_prepend(&me->loop->idle, &me->idle);
		sleep_outside(me);
	}
}
