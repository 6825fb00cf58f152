/* SPDX-License-Identifier: MIT
 * How coroutines suspend and resume, and which thread a runnable needs. tick.c decides when; the
 * execution model moves the threads.
 */
#include "engine/engine.h"

#include <errno.h>

#include "engine/pool.h"
#include "engine/starved.h"
#include "engine/tick.h"

int64_t ci_engine_now(const cigo_loop *loop)
{
	return loop->options.clock == CIGO_CLOCK_VIRTUAL ? loop->virtual_now : ci_clock_now();
}

/* Coarse, since it is read at each suspension and serves only messages and dumps. */
static int64_t coarse_now(const cigo_loop *loop)
{
	return loop->options.clock == CIGO_CLOCK_VIRTUAL ? loop->virtual_now : ci_clock_coarse();
}

void ci_engine_deliver(cigo_loop *loop, struct ci_list *messages, int status)
{
	ci_list_pop_of(struct ci_message, message, messages, link)
		message->deliver(loop, message, status);
}

/* --- suspending and going on ----------------------------------------------------------------- */

void ci_engine_ready(cigo_loop *loop, struct ci_runnable *r)
{
	ci_list_append(&loop->ready, &r->link);
}

void ci_engine_wake(struct ci_coroutine *c)
{
	ci_trace(c->loop, ready, c);
	if (c->state == CI_CORO_RUNNING)
		ci_coroutine_move(c, CI_CORO_YIELDING);
	else
		ci_coroutine_move(c, CI_CORO_READY);
	c->loop->model->wake(c);
}

void ci_engine_name(struct ci_coroutine *me)
{
	if (me->named || !me->name)
		return;
	me->named = true;
	ci_strand_name(me->name);
}

/* The coroutine me begins to wait. */
static void go_away(struct ci_coroutine *me, enum ci_coroutine_state to)
{
	ci_coroutine_move(me, to);
	me->since = coarse_now(me->loop);
}

static void come_back(struct ci_coroutine *me)
{
	ci_coroutine_move(me, CI_CORO_RUNNING);
	ci_engine_hold(me->loop, me);
	ci_trace_event(me->loop, resume, .id = me->id);
}

void ci_engine_suspend(struct ci_coroutine *me)
{
	int saved = errno;

	ci_engine_name(me);
	ci_trace(me->loop, suspend, me);
	if (me->state == CI_CORO_YIELDING)
		ci_coroutine_move(me, CI_CORO_READY);
	else
		go_away(me, CI_CORO_SUSPENDED);
	ci_engine_hold(me->loop, NULL);
	me->loop->model->suspend(me);
	come_back(me);
	errno = saved;
}

void ci_engine_direct(struct ci_coroutine *to)
{
	to->loop->direct = to;
	if (to->state == CI_CORO_EMPTY) /* a first step: there is nothing to resume */
		return;
	ci_trace(to->loop, ready, to);
	ci_coroutine_move(to, CI_CORO_READY);
}

void ci_engine_switch(struct ci_coroutine *me, struct ci_coroutine *to)
{
	ci_engine_direct(to);
	ci_engine_suspend(me);
}

void ci_section_begin(struct ci_coroutine *me)
{
	ci_burst_send_all(me->loop); /* before what the section itself may write or fork */
	me->free_calls = 0;
	me->loop->outside++;
	ci_trace_event(me->loop, blocking, .id = me->id);
	go_away(me, CI_CORO_IN_SECTION);
	ci_engine_hold(me->loop, NULL);
	me->loop->model->leave(me);
}

void ci_section_over(struct ci_coroutine *me)
{
	me->loop->outside--;
	ci_trace(me->loop, ready, me);
	ci_coroutine_move(me, CI_CORO_READY);
}

void ci_section_end(struct ci_coroutine *me)
{
	me->loop->model->come_back(me);
	come_back(me);
}

/* --- what runs where ------------------------------------------------------------------------- */

struct ci_strand *ci_engine_driver(cigo_loop *loop)
{
	return ci_self.me ? &ci_self.me->strand : &loop->home.strand;
}

struct ci_coroutine *ci_engine_start(cigo_loop *loop, struct ci_runnable *r)
{
	struct ci_coroutine *c = ci_pool_get(loop, r->stack_size);

	if (c)
		c->start = r;
	return c;
}

static struct ci_coroutine *start(cigo_loop *loop, struct ci_runnable *r,
				  struct ci_coroutine *empty)
{
	if (empty && empty->strand.stack_size >= r->stack_size) {
		empty->start = r;
		return empty;
	}
	struct ci_coroutine *c = ci_engine_start(loop, r);
	if (!c)
		ci_starved_add(loop, r);
	return c;
}

struct ci_coroutine *ci_engine_runner(cigo_loop *loop, struct ci_runnable *r,
				      struct ci_coroutine *empty)
{
	if (!r)
		return &loop->home;
	switch (r->where) {
	case CI_RESUME: return ci_container_of(r, struct ci_coroutine, resume);
	case CI_START: return start(loop, r, empty);
	case CI_HOME: loop->home_call = r; return &loop->home;
	case CI_HERE: r->ops->run(loop, r); break;
	}
	return NULL;
}

void ci_engine_home(cigo_loop *loop)
{
	struct ci_runnable *r;

	while ((r = ci_tick_next(loop))) {
		struct ci_coroutine *to = ci_engine_runner(loop, r, NULL);

		if (to && to != &loop->home)
			loop->model->dispatch(loop, to);
		while ((r = loop->home_call)) {
			loop->home_call = NULL;
			r->ops->run(loop, r);
		}
	}
}
