/* SPDX-License-Identifier: MIT
 *
 * The queue of callbacks and their cancellation by id.
 */
#include "engine/callback.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/loop_call.h"
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

int ci_callback_status(const cigo_loop *loop)
{
	return loop->state >= CI_ENDING ? -ECANCELED : 0;
}

static void call(cigo_loop *loop, struct ci_runnable *r)
{
	struct ci_callback *c = ci_container_of(r, struct ci_callback, run);

	forget(loop, c);
	loop->stats.callbacks++;
	ci_trace(loop, callback, true);
	__atomic_store_n(&loop->holder.id, CI_CALLBACK, __ATOMIC_RELAXED);
	c->call(loop, c, ci_callback_status(loop));
	ci_trace(loop, callback, false);
	ci_engine_hold(loop, NULL);
	tell_idlers(loop);
}

static void due(cigo_loop *loop, struct ci_timer *t)
{
	ci_engine_ready(loop, &ci_container_of(t, struct ci_callback, timer)->run);
}

void ci_callback_queue(cigo_loop *loop, struct ci_callback *c, int64_t ns)
{
	c->run.where = CI_HOME;
	c->run.run = call;
	ci_list_init(&c->run.link);
	c->timer.armed = false;
	ci_list_append(&loop->callbacks, &c->link);
	loop->calls++;
	if (ns > 0)
		ci_timer_arm(loop, &c->timer, ci_clock_add(ci_engine_now(loop), ns), due);
	else
		ci_engine_ready(loop, &c->run);
}

void ci_callback_withdraw(cigo_loop *loop, struct ci_callback *c)
{
	ci_list_unlink(&c->run.link);
	forget(loop, c);
	tell_idlers(loop);
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
	return ci_loop_call_cancel(loop, id);
}
