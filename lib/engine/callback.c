/* SPDX-License-Identifier: MIT
 * The queue of callbacks and their cancellation by id.
 */
#include "engine/callback.h"

#include <errno.h>
#include <stdlib.h>

#include "base/misuse.h"

static void forget(cigo_loop *loop, struct ci_callback *c)
{
	ci_list_unlink(&c->link);
	ci_timer_disarm(loop, &c->timer);
	loop->calls--;
}

static void tell_idlers(cigo_loop *loop)
{
	struct ci_list *node;

	while (!loop->calls && (node = ci_list_pop(&loop->idlers))) {
		struct ci_idler *i = ci_list_entry(node, struct ci_idler, link);
		i->idle(i);
	}
}

static void call(cigo_loop *loop, struct ci_runnable *r)
{
	struct ci_callback *c = ci_container_of(r, struct ci_callback, run);

	forget(loop, c);
	if (c->id)
		ci_table_remove(&loop->callback_keys, c->id);
	loop->stats.callbacks++;
	ci_trace_event(loop, callback_begin, .id = 0);
	__atomic_store_n(&loop->holder.id, CI_CALLBACK, __ATOMIC_RELAXED);
	loop->calling = (struct ci_calling){ true, c->id, c->about };
	c->call(loop, c, loop->state >= CI_ENDING ? -ECANCELED : 0);
	loop->calling.any = false;
	loop->model->callback_over(loop);
	ci_trace_event(loop, callback_end, .id = 0);
	ci_engine_hold(loop, NULL);
	tell_idlers(loop);
}

static void describe(const struct ci_runnable *r, struct ci_candidate *ret)
{
	ret->id = ~ci_container_of(r, const struct ci_callback, run)->id;
	ret->name = "callback";
	ret->op = CI_OP_CALLBACK;
}

static const struct ci_runnable_ops ops = { .run = call, .describe = describe };

static void due(cigo_loop *loop, struct ci_timer *t)
{
	ci_engine_ready(loop, &ci_container_of(t, struct ci_callback, timer)->run);
}

int ci_callback_identify(cigo_loop *loop, struct ci_callback *c)
{
	c->id = ci_table_add(&loop->callback_keys, c);
	return c->id ? 0 : -ENOMEM;
}

void ci_callback_queue(cigo_loop *loop, struct ci_callback *c, int64_t ns)
{
	c->run.where = CI_HOME;
	c->run.ops = &ops;
	ci_list_init(&c->run.link);
	c->timer.armed = false;
	ci_list_append(&loop->callbacks, &c->link);
	loop->calls++;
	if (ns > 0)
		ci_timer_arm(loop, &c->timer, ci_clock_add(ci_engine_now(loop), ns), due);
	else
		ci_engine_ready(loop, &c->run);
	c->timer.wakes_only = true;
}

void ci_callback_withdraw(cigo_loop *loop, struct ci_callback *c)
{
	ci_list_unlink(&c->run.link);
	forget(loop, c);
	tell_idlers(loop);
}

void ci_callback_wait_over(cigo_loop *loop, uint64_t id, const void *about)
{
	const struct ci_calling *now = &loop->calling;

	while (ci_self.me && now->any && now->id == id && now->about == about)
		loop->model->await_callback(loop);
}

bool ci_callback_any(const cigo_loop *loop)
{
	return loop->calls || loop->calling.any;
}

void ci_callback_drain(cigo_loop *loop)
{
	while (!ci_list_empty(&loop->callbacks)) {
		struct ci_callback *c = ci_list_first(&loop->callbacks, struct ci_callback, link);

		ci_list_unlink(&c->run.link);
		call(loop, &c->run);
	}
}

bool cigo_callback_cancel(cigo_loop *loop, int64_t id)
{
	CI_ENTRY;
	if (!loop)
		return false;
	if (loop->state != CI_NEW && !ci_holds(loop)) {
		ci_expect(loop->state == CI_ENDED,
			  "the loop's baton is held by another thread; post the cancellation with "
			  "cigo_loop_call_threadsafe");
		return false;
	}
	if (id <= 0)
		return false;
	struct ci_callback *c = ci_table_remove(&loop->callback_keys, (uint64_t)id);

	if (!c) {
		ci_callback_wait_over(loop, (uint64_t)id, NULL);
		return false;
	}
	ci_callback_withdraw(loop, c);
	c->drop(c);
	return true;
}
