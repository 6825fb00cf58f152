/* SPDX-License-Identifier: MIT
 * The preemptive model: the baton is an ordinary lock. Coroutines run beside each other, and take
 * the lock for the length of a library call (entry.h). The home thread always drives. It gives the
 * lock up around callbacks and while it waits in the poller.
 *
 * Invariant: the lock guards struct cigo_loop and all coroutines' records, as the baton does in the
 * cooperative model: plain memory, with the same exceptions. `beside` counts the strands that are
 * awake or about to be woken, except those in sections. The run does not end before it is 0.
 *
 * The thread that makes a coroutine ready also wakes it, after giving up the lock: so home has no
 * part in it, and the woken thread does not find the lock taken. Home does the rest: callbacks,
 * first steps, timers, descriptors. So a thread that gives up the lock also checks whether home
 * sleeps although it has work, and wakes it as outsiders do.
 *
 * A coroutine that waits for a stream's bytes is in poll(2) itself: the bytes wake its thread, and
 * neither home nor a semaphore has a part in it. Whatever else ends the wait (a deadline, a context, a
 * close) does so as ever, and rings the thread's bell, an eventfd that the poll(2) watches, too.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/turn.h"

struct preemptive {
	pthread_mutex_t lock;
	struct ci_list waking; /* coroutines that the next thread to give up the lock will wake. It
				* unlinks them without the lock: no other thread uses their link */
	struct ci_list yielding,
		yielded; /* coroutines that yield: since, and before, the last tick */
	pthread_cond_t callback_over;
	struct ci_coroutine *waking_itself; /* its own wait has ended: start has no thread to wake */
};

static struct preemptive *of(const cigo_loop *loop)
{
	return loop->model_data;
}

/* --- the lock -------------------------------------------------------------------------------- */

/* Whether home, if it sleeps, has work. Home must know that the last coroutine has stopped only for
 * the virtual clock, the end of the run, starved first steps, and the debug mode. */
static bool has_work(const cigo_loop *loop)
{
	return !ci_list_empty(&loop->ready) || ci_timer_next(loop) < loop->sleeps_until ||
	       (!loop->beside &&
		(loop->options.clock == CIGO_CLOCK_VIRTUAL || loop->state >= CI_ENDING ||
		 !ci_list_empty(&loop->starved) || loop->tell_stuck));
}

/* `rings` is stable: its thread does not go on before the post. */
static void post_all(struct ci_list *waking)
{
	struct ci_list *node;

	while ((node = ci_list_pop(waking))) {
		struct ci_coroutine *c = ci_list_entry(node, struct ci_coroutine, resume.link);

		if (c->rings)
			eventfd_write(c->bell, 1);
		sem_post(&c->strand.baton.sem);
	}
}

void ci_entry_enter(cigo_loop *loop)
{
	int saved = errno;

	pthread_mutex_lock(&of(loop)->lock);
	ci_self.held = loop;
	errno = saved;
}

void ci_entry_leave(cigo_loop *loop)
{
	int saved = errno;
	struct ci_list waking;

	ci_list_init(&waking);
	ci_list_splice(&waking, &of(loop)->waking);
	/* only a coroutine's thread: home looks for work itself before it sleeps */
	if (ci_self.me && has_work(loop))
		ci_inbox_wake(&loop->inbox);
	ci_self.held = NULL;
	pthread_mutex_unlock(&of(loop)->lock);
	post_all(&waking);
	errno = saved;
}

/* --- waiting and waking ---------------------------------------------------------------------- */

static void start(struct ci_coroutine *c)
{
	c->loop->beside++;
	if (of(c->loop)->waking_itself == c)
		return;
	c->loop->stats.handoffs++;
	ci_list_append(&of(c->loop)->waking, &c->resume.link);
}

static void dispatch(cigo_loop *loop, struct ci_coroutine *to)
{
	(void)loop;
	start(to);
}

/* The coroutine me is about to sleep. */
static void go_away(cigo_loop *loop)
{
	struct ci_coroutine *direct = loop->direct;

	loop->direct = NULL;
	if (direct)
		start(direct);
	loop->beside--;
}

/* Gives up the lock and sleeps until start(me). */
static void sleep_outside(struct ci_coroutine *me)
{
	go_away(me->loop);
	ci_entry_leave(me->loop);
	if (ci_unlikely(me->turn != NULL))
		ci_turn_await_baton(me);
	ci_baton_take(&me->strand.baton, NULL);
}

/* --- waiting for one's own descriptor --------------------------------------------------------- */

static unsigned bells; /* atomic; of all loops */

/* A quarter of the descriptors that the process may have, at most, are bells. */
static bool may_have_bell(void)
{
	struct rlimit most;

	return !getrlimit(RLIMIT_NOFILE, &most) &&
	       __atomic_load_n(&bells, __ATOMIC_RELAXED) < most.rlim_cur / 4;
}

static void drop_bell(struct ci_coroutine *me)
{
	if (me->bell < 0)
		return;
	close(me->bell);
	me->bell = -1;
	__atomic_sub_fetch(&bells, 1, __ATOMIC_RELAXED);
}

/* The virtual clock and schedules want to know of all that happens from home. */
static bool waits_itself(struct ci_coroutine *me)
{
	if (me->turn || me->loop->options.clock == CIGO_CLOCK_VIRTUAL)
		return false;
	if (me->bell < 0 && may_have_bell()) {
		me->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (me->bell >= 0)
			__atomic_add_fetch(&bells, 1, __ATOMIC_RELAXED);
	}
	return me->bell >= 0;
}

/* True: its own descriptor has ended the wait of me; false: another thread has, and will post. */
static bool poll_outside(struct ci_coroutine *me)
{
	cigo_loop *loop = me->loop;
	struct pollfd p[] = { { .fd = me->own->fd, .events = me->own->events },
			      { .fd = me->bell, .events = POLLIN } };

	while (me->state == CI_CORO_SUSPENDED) {
		ci_entry_leave(loop);
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			ci_clock_pause(); /* no memory in the kernel: tries later */
		ci_entry_enter(loop);
		if (p[0].revents && me->state == CI_CORO_SUSPENDED) {
			of(loop)->waking_itself = me;
			me->own->ready(me->own);
			of(loop)->waking_itself = NULL;
			return true;
		}
	}
	return false;
}

static void wait_for_own(struct ci_coroutine *me)
{
	eventfd_t rung;

	me->rings = true;
	go_away(me->loop);
	if (!poll_outside(me)) {
		ci_entry_leave(me->loop);
		ci_baton_take(&me->strand.baton, NULL);
		(void)!eventfd_read(me->bell, &rung);
		ci_entry_enter(me->loop);
	}
	me->rings = false;
}

static void suspend(struct ci_coroutine *me)
{
	if (me->own && me->state == CI_CORO_SUSPENDED) {
		wait_for_own(me);
		return;
	}
	sleep_outside(me);
	ci_entry_enter(me->loop);
}

static void strand_main(struct ci_coroutine *me)
{
	ci_self.roams = me->loop;
	ci_self.slow = true;
	if (me->turn)
		ci_turn_begin(me->turn);
	ci_baton_take(&me->strand.baton, NULL);
	while (me->start) { /* written before the semaphore was posted */
		struct ci_runnable *r = me->start;

		ci_entry_enter(me->loop);
		me->start = NULL;
		r->ops->run(me->loop, r);
		ci_list_prepend(&me->loop->idle, &me->strand.idle);
		drop_bell(me);
		sleep_outside(me);
	}
}

/* On the virtual clock a yield has a definite end: when all other coroutines wait. On the real
 * clock it is only sched_yield. */
static void yield(struct ci_coroutine *me)
{
	cigo_loop *loop = me->loop;

	if (me->turn) {
		struct ci_step step = { .op = CI_OP_RESUME,
					.call = ci_call,
					.object = loop->schedule };
		ci_entry_leave(loop);
		ci_turn_yield(me->turn, &step);
		ci_entry_enter(loop);
	} else if (loop->options.clock == CIGO_CLOCK_VIRTUAL) {
		ci_coroutine_move(me, CI_CORO_YIELDING);
		ci_list_append(&of(loop)->yielding, &me->resume.link);
		ci_engine_suspend(me);
	} else {
		ci_entry_leave(loop);
		sched_yield();
		ci_entry_enter(loop);
	}
}

/* If no coroutine runs: resumes those that yielded before the last tick. */
static bool tick(cigo_loop *loop)
{
	struct preemptive *p = of(loop);
	struct ci_list *node;
	bool any = false;

	if (loop->beside)
		return false;
	while ((node = ci_list_pop(&p->yielded))) {
		start(ci_list_entry(node, struct ci_coroutine, resume.link));
		any = true;
	}
	ci_list_splice(&p->yielded, &p->yielding);
	return any || !ci_list_empty(&p->yielded);
}

/* --- blocking sections ----------------------------------------------------------------------- */

static void leave(struct ci_coroutine *me)
{
	me->loop->beside--;
	ci_entry_leave(me->loop);
	ci_self.roams = NULL; /* in the section, calls of this thread take no lock */
}

static void come_back(struct ci_coroutine *me)
{
	if (me->turn)
		ci_turn_come_back(me);
	ci_self.roams = me->loop;
	ci_entry_enter(me->loop);
	me->loop->beside++;
	ci_section_over(me);
}

/* --- callbacks ------------------------------------------------------------------------------- */

static void callback_over(cigo_loop *loop)
{
	if (of(loop)) /* NULL: the loop is freed without a run */
		pthread_cond_broadcast(&of(loop)->callback_over);
}

static bool no_callback(void *arg)
{
	const cigo_loop *loop = arg;

	return !loop->calling.any;
}

static void await_callback(cigo_loop *loop)
{
	if (loop->home.turn) {
		struct ci_step step = { .op = CI_OP_RESUME,
					.call = ci_call,
					.object = loop->schedule };
		ci_entry_leave(loop);
		ci_turn_wait(ci_turn, &step, no_callback, loop, CIGO_NEVER);
		ci_entry_enter(loop);
		return;
	}
	post_all(&of(loop)->waking); /* the callback may wait for these coroutines */
	pthread_cond_wait(&of(loop)->callback_over, &of(loop)->lock);
}

/* --- the run --------------------------------------------------------------------------------- */

static int make(struct preemptive **ret)
{
	struct preemptive *p = calloc(1, sizeof *p);
	int err = p ? pthread_mutex_init(&p->lock, NULL) : ENOMEM;

	if (!err) {
		err = pthread_cond_init(&p->callback_over, NULL);
		if (err)
			pthread_mutex_destroy(&p->lock);
	}
	if (err) {
		free(p);
		return -err;
	}
	ci_list_init(&p->waking);
	ci_list_init(&p->yielding);
	ci_list_init(&p->yielded);
	*ret = p;
	return 0;
}

static int open_model(cigo_loop *loop)
{
	struct preemptive *p;
	int err = make(&p);

	if (err)
		return err;
	loop->model_data = p;
	ci_entry_enter(loop);
	ci_self.roams = loop;
	ci_self.slow = true;
	return 0;
}

static void close_model(cigo_loop *loop)
{
	struct preemptive *p = of(loop);

	ci_self.roams = NULL;
	ci_self.slow = false;
	ci_self.held = NULL;
	pthread_mutex_unlock(&p->lock);
	pthread_cond_destroy(&p->callback_over);
	pthread_mutex_destroy(&p->lock);
	free(p);
	loop->model_data = NULL;
}

const struct ci_model_ops ci_preemptive = {
	.name = "preemptive",
	.open = open_model,
	.close = close_model,
	.wake = start,
	.suspend = suspend,
	.waits_itself = waits_itself,
	.yield = yield,
	.leave = leave,
	.come_back = come_back,
	.strand_main = strand_main,
	.dispatch = dispatch,
	.tick = tick,
	.callback_over = callback_over,
	.await_callback = await_callback,
};
