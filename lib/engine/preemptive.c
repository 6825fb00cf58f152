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
	return !ci_list_empty(&loop->ready) || ci_timer_next(loop) < loop->preemptive.until ||
	       (loop->preemptive.roamed && !loop->preemptive.roaming &&
		(loop->options.clock == CIGO_CLOCK_VIRTUAL || loop->state >= CI_ENDING ||
		 !ci_list_empty(&loop->starved) || loop->stuck));
}

void ci_preemptive_ring(cigo_loop *loop)
{
	if (!loop->preemptive.asleep)
		return;
	loop->preemptive.asleep = false;
	while (eventfd_write(loop->inbox.wake_fd, 1) && errno == EINTR)
		;
}

void ci_preemptive_enter(cigo_loop *loop)
{
	int saved = errno;

	pthread_mutex_lock(&loop->preemptive.lock);
	ci_self.held = loop;
	errno = saved;
}

cigo_loop *ci_preemptive_entry(void)
{
	cigo_loop *loop = ci_self.roams;

	if (ci_self.held)
		return NULL;
	ci_preemptive_enter(loop);
	return loop;
}

/* They are counted as roaming, so neither they nor the loop end before. */
static void wake(struct ci_list *waking)
{
	struct ci_list *node;

	while ((node = ci_list_pop(waking)))
		sem_post(&ci_list_entry(node, struct ci_coroutine, resume.link)->strand.baton.sem);
}

void ci_preemptive_leave(cigo_loop *loop)
{
	int saved = errno;
	struct ci_list waking;

	ci_list_init(&waking);
	ci_list_splice(&waking, &loop->preemptive.waking);
	if (loop->preemptive.asleep && has_work(loop))
		ci_preemptive_ring(loop);
	ci_self.held = NULL;
	pthread_mutex_unlock(&loop->preemptive.lock);
	wake(&waking);
	errno = saved;
}

int ci_preemptive_open(cigo_loop *loop)
{
	if (!ci_is_preemptive(loop))
		return 0;
	int err = pthread_mutex_init(&loop->preemptive.lock, NULL);
	if (err)
		return -err;
	err = pthread_cond_init(&loop->preemptive.over, NULL);
	if (err) {
		pthread_mutex_destroy(&loop->preemptive.lock);
		return -err;
	}
	ci_list_init(&loop->preemptive.waking);
	ci_list_init(&loop->preemptive.yielding);
	ci_list_init(&loop->preemptive.yielded);
	ci_preemptive_enter(loop);
	ci_self.roams = loop;
	return 0;
}

void ci_preemptive_close(cigo_loop *loop)
{
	if (ci_self.roams != loop)
		return;
	ci_self.roams = NULL;
	pthread_mutex_unlock(&loop->preemptive.lock);
	pthread_cond_destroy(&loop->preemptive.over);
	pthread_mutex_destroy(&loop->preemptive.lock);
}

void ci_preemptive_sleep(cigo_loop *loop, int64_t timeout)
{
	if (!ci_is_preemptive(loop))
		return;
	loop->preemptive.asleep = timeout != 0;
	loop->preemptive.until = ci_timer_next(loop);
	loop->preemptive.roamed = loop->preemptive.roaming != 0;
}

void ci_preemptive_wake(cigo_loop *loop)
{
	loop->preemptive.asleep = false;
}

void ci_preemptive_start(struct ci_coroutine *to)
{
	to->loop->stats.handoffs++;
	to->loop->preemptive.roaming++;
	to->woken = true;
	ci_list_append(&to->loop->preemptive.waking, &to->resume.link);
}

void ci_preemptive_call(cigo_loop *loop, uint64_t id, const void *future)
{
	loop->preemptive.calling = true;
	loop->preemptive.called = id;
	loop->preemptive.called_for = future;
}

void ci_preemptive_over(cigo_loop *loop)
{
	loop->preemptive.calling = false;
	if (ci_self.roams)
		pthread_cond_broadcast(&loop->preemptive.over);
}

static bool is_running(const struct ci_preemptive *m, uint64_t id, const void *future)
{
	return m->calling && m->called == id && m->called_for == future;
}

void ci_preemptive_wait_over(cigo_loop *loop, uint64_t id, const void *future)
{
	struct ci_preemptive *m = &loop->preemptive;

	if (!ci_self.roams || !ci_self.me)
		return;
	while (is_running(m, id, future)) {
		wake(&m->waking); /* it may need them */
		pthread_cond_wait(&m->over, &m->lock);
	}
}

/* The one that was to run next, ahead of all: a generator, or its consumer. */
static void start_direct(cigo_loop *loop)
{
	struct ci_coroutine *to = loop->direct;

	loop->direct = NULL;
	if (to)
		ci_preemptive_start(to);
}

static void sleep_outside(struct ci_coroutine *me)
{
	cigo_loop *loop = me->loop;

	start_direct(loop);
	loop->preemptive.roaming--;
	ci_preemptive_leave(loop);
	ci_baton_take(&me->strand.baton, NULL);
}

void ci_preemptive_suspend(struct ci_coroutine *me)
{
	sleep_outside(me);
	ci_preemptive_enter(me->loop);
}

/* Where time stands still while anybody runs, to let the others run has an end that can be known. */
void ci_preemptive_yield(struct ci_coroutine *me)
{
	cigo_loop *loop = me->loop;

	if (loop->options.clock == CIGO_CLOCK_VIRTUAL) {
		me->woken = true; /* it does not wait for anything */
		ci_list_append(&loop->preemptive.yielding, &me->resume.link);
		ci_engine_suspend(me);
	} else {
		ci_preemptive_leave(loop);
		sched_yield();
		ci_preemptive_enter(loop);
	}
}

bool ci_preemptive_tick(cigo_loop *loop)
{
	struct ci_list *node;
	bool any = false;

	if (!ci_is_preemptive(loop) || loop->preemptive.roaming)
		return false;
	while ((node = ci_list_pop(&loop->preemptive.yielded))) {
		ci_preemptive_start(ci_list_entry(node, struct ci_coroutine, resume.link));
		any = true;
	}
	ci_list_splice(&loop->preemptive.yielded, &loop->preemptive.yielding);
	return any || !ci_list_empty(&loop->preemptive.yielded);
}

void ci_preemptive_begin_section(struct ci_coroutine *me)
{
	me->loop->preemptive.roaming--;
	ci_preemptive_leave(me->loop);
	ci_self.roams = NULL; /* no lock is for it before the end of the section */
}

void ci_preemptive_end_section(struct ci_coroutine *me)
{
	cigo_loop *loop = me->loop;

	ci_self.roams = loop;
	ci_preemptive_enter(loop);
	loop->preemptive.roaming++;
	loop->preemptive.roamed = true;
}

void ci_preemptive_strand(struct ci_coroutine *me)
{
	ci_self.roams = me->loop;
	ci_baton_take(&me->strand.baton, NULL);
	while (me->start) { /* written before the post */
		struct ci_runnable *r = me->start;

		ci_preemptive_enter(me->loop);
		me->woken = false;
		me->start = NULL;
		r->run(me->loop, r);
		ci_list_prepend(&me->loop->idle, &me->strand.idle);
		sleep_outside(me);
	}
}
