/* SPDX-License-Identifier: MIT
 *
 * The preemptive model's lock, and how its coroutines wait and start.
 *
 * A coroutine that is made ready is woken by the very thread that did so, when that leaves the lock:
 * no turn of home's is needed, and the woken one does not meet a locked lock. Home is for the rest:
 * callbacks, first steps, timers, descriptors. So who leaves also looks whether home sleeps and has
 * work now: something is queued, or a timer is due earlier than it would wake. That is one eventfd
 * write, as for outsiders.
 */
#include "engine/preemptive.h"

#include <errno.h>
#include <sched.h>
#include <sys/eventfd.h>

#include "engine/engine.h"
#include "base/misuse.h"

/* That nobody runs any more is news only for the virtual clock, the run's end, who starves, and the
 * debug mode. */
static bool has_work(const cigo_loop *loop)
{
	return !ci_list_empty(&loop->ready) || ci_timer_next(loop) < loop->monitor.until ||
	       (loop->monitor.roamed && !loop->monitor.roaming &&
		(loop->options.clock == CIGO_CLOCK_VIRTUAL || loop->state >= CI_ENDING ||
		 !ci_list_empty(&loop->starved) || loop->stuck));
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

cigo_loop *ci_monitor_entry(void)
{
	cigo_loop *loop = ci_self.roams;

	if (ci_self.held)
		return NULL;
	ci_monitor_enter(loop);
	return loop;
}

/* They are counted as roaming, so neither they nor the loop end before. */
static void wake(struct ci_list *waking)
{
	struct ci_list *node;

	while ((node = ci_list_pop(waking)))
		sem_post(&ci_list_entry(node, struct ci_strand, resume.link)->baton.sem);
}

void ci_monitor_leave(cigo_loop *loop)
{
	int saved = errno;
	struct ci_list waking;

	ci_list_init(&waking);
	ci_list_splice(&waking, &loop->monitor.waking);
	if (loop->monitor.asleep && has_work(loop))
		ci_monitor_ring(loop);
	ci_self.held = NULL;
	pthread_mutex_unlock(&loop->monitor.lock);
	wake(&waking);
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
	ci_list_init(&loop->monitor.waking);
	ci_list_init(&loop->monitor.yielding);
	ci_list_init(&loop->monitor.yielded);
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
	loop->monitor.roamed = loop->monitor.roaming != 0;
}

void ci_monitor_wake(cigo_loop *loop)
{
	loop->monitor.asleep = false;
}

void ci_monitor_start(struct ci_strand *to)
{
	to->loop->stats.handoffs++;
	to->loop->monitor.roaming++;
	to->woken = true;
	ci_list_append(&to->loop->monitor.waking, &to->resume.link);
}

void ci_monitor_call(cigo_loop *loop, uint64_t id, const void *future)
{
	loop->monitor.calling = true;
	loop->monitor.called = id;
	loop->monitor.called_for = future;
}

void ci_monitor_over(cigo_loop *loop)
{
	loop->monitor.calling = false;
	if (ci_self.roams)
		pthread_cond_broadcast(&loop->monitor.over);
}

static bool is_running(const struct ci_monitor *m, uint64_t id, const void *future)
{
	return m->calling && m->called == id && m->called_for == future;
}

void ci_monitor_wait_over(cigo_loop *loop, uint64_t id, const void *future)
{
	struct ci_monitor *m = &loop->monitor;

	if (!ci_self.roams || !ci_self.strand)
		return;
	while (is_running(m, id, future)) {
		wake(&m->waking); /* it may need them */
		pthread_cond_wait(&m->over, &m->lock);
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

/* Where time stands still while anybody runs, to let the others run has an end that can be known. */
void ci_monitor_yield(struct ci_strand *me)
{
	cigo_loop *loop = me->loop;

	if (loop->options.clock == CIGO_CLOCK_VIRTUAL) {
		me->woken = true; /* it does not wait for anything */
		ci_list_append(&loop->monitor.yielding, &me->resume.link);
		ci_engine_suspend(me);
	} else {
		ci_monitor_leave(loop);
		sched_yield();
		ci_monitor_enter(loop);
	}
}

bool ci_monitor_tick(cigo_loop *loop)
{
	struct ci_list *node;
	bool any = false;

	if (!ci_preemptive(loop) || loop->monitor.roaming)
		return false;
	while ((node = ci_list_pop(&loop->monitor.yielded))) {
		ci_monitor_start(ci_list_entry(node, struct ci_strand, resume.link));
		any = true;
	}
	ci_list_splice(&loop->monitor.yielded, &loop->monitor.yielding);
	return any || !ci_list_empty(&loop->monitor.yielded);
}

void ci_monitor_begin_section(struct ci_strand *me)
{
	me->loop->monitor.roaming--;
	ci_monitor_leave(me->loop);
	ci_self.roams = NULL; /* no lock is for it before the end of the section */
}

void ci_monitor_end_section(struct ci_strand *me)
{
	cigo_loop *loop = me->loop;

	ci_self.roams = loop;
	ci_monitor_enter(loop);
	loop->monitor.roaming++;
	loop->monitor.roamed = true;
}

void ci_monitor_strand(struct ci_strand *me)
{
	ci_self.roams = me->loop;
	ci_baton_take(&me->baton, NULL);
	while (me->start) { /* written before the post */
		struct ci_runnable *r = me->start;

		ci_monitor_enter(me->loop);
		me->woken = false;
		me->start = NULL;
		r->run(me->loop, r);
		ci_list_prepend(&me->loop->idle, &me->idle);
		sleep_outside(me);
	}
}
