/* SPDX-License-Identifier: MIT
 *
 * Blocking sections: the coroutine goes on without the baton, on its own stack. Whoever is next gets
 * it, or the home thread, which is always there: so beginning needs no memory and no thread.
 */
#include "cigo/blocking.h"

#include "base/misuse.h"
#include "task/park.h"

struct comeback {
	struct ci_message message;
	struct ci_coroutine *me;
};

void cigo_blocking_begin(cigo_ctx *ctx)
{
	CI_ENTRY;
	if (!ctx)
		return;
	ci_expect(!ci_self.me || !ci_self.me->blocking, "sections do not nest");
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (!me)
		return;
	me->blocking = true;
	me->free_calls = 0;
	me->loop->outside++;
	me->section = true;
	ci_trace(me->loop, blocking, me);
	ci_engine_away(me);
	if (ci_is_preemptive(me->loop)) {
		me->within = !ci_entered.entered;
		ci_entered.entered = NULL;
		ci_preemptive_begin_section(me);
	} else {
		ci_affinity_release(me->loop, &me->strand);
		ci_engine_leave(me);
	}
}

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	struct ci_coroutine *me = ci_container_of(message, struct comeback, message)->me;

	(void)status; /* the loop does not end before we are back */
	loop->outside--;
	me->section = false;
	ci_engine_ready(loop, &me->resume);
}

static void end_cooperative(struct ci_coroutine *me)
{
	struct comeback c = { .message.deliver = deliver, .me = me };

	me->blocking = false;
	ci_inbox_post(&me->loop->inbox, &c.message);
	ci_engine_return(me);
}

static void end_preemptive(struct ci_coroutine *me)
{
	ci_preemptive_end_section(me);
	me->blocking = false;
	me->loop->outside--;
	me->section = false;
	ci_trace(me->loop, ready, me);
	ci_engine_back(me);
	ci_trace(me->loop, resume, me);
	if (!me->within)
		ci_preemptive_leave(me->loop);
}

void cigo_blocking_end(cigo_ctx *ctx)
{
	CI_CALLED;
	struct ci_coroutine *me = ci_self.me;

	if (!ctx || (!ctx->loop && !me))
		return;
	ci_expect(me && me->blocking && me->loop == ctx->loop, "there was no cigo_blocking_begin");
	if (ci_is_preemptive(me->loop))
		end_preemptive(me);
	else
		end_cooperative(me);
}

int cigo_blocking_call(cigo_ctx *ctx, int (*fn)(void *arg), void *arg)
{
	CI_CALLED;
	ci_expect(fn, "no function");
	cigo_blocking_begin(ctx);
	int result = fn(arg);
	cigo_blocking_end(ctx);
	return result;
}
