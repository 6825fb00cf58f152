/* SPDX-License-Identifier: MIT
 * Suspending a coroutine until it is woken, its deadline has come or its context ends.
 */
#include "task/park.h"

#include <errno.h>

#include "base/misuse.h"

enum { FREE_CALLS = 64, DEAD_AWAITS = 1000, WAKES_A_CANCEL = 8 };

struct ci_coroutine *ci_park_enter(const cigo_ctx *ctx)
{
	const cigo_loop *loop = ctx->loop;
	struct ci_coroutine *me = ci_self.me;

	if (ci_likely(loop && ci_self.held == loop && me)) {
		ci_park_note(me);
		return me;
	}
	if (!loop) {
		ci_expect(!ci_self.held, "a context without a loop would block the whole loop "
					 "here; pass the coroutine's own context (cigo_ctx_loop "
					 "tells), or enter a blocking section");
		return NULL;
	}
	if (ci_self.held != loop)
		ci_misuse(me && me->state == CI_CORO_IN_SECTION
				  ? "called inside a blocking section; call "
				    "cigo_blocking_end first"
				  : "this thread does not hold the loop's baton; use "
				    "cigo_loop_submit or cigo_loop_call_threadsafe");
	ci_misuse("a callback may not suspend; spawn a task (cigo_spawn) that does");
}

/* The running task's context, where ctx does not descend from it nor from a barrier. */
cigo_ctx *ci_park_tasks_own(const cigo_ctx *ctx, const struct ci_coroutine *me)
{
	for (; ctx; ctx = ctx->parent)
		if (ctx == me->ctx || ctx->barrier)
			return NULL;
	return me->ctx;
}

int ci_park_cause(const cigo_ctx *ctx, const struct ci_coroutine *me)
{
	int cause = ci_ctx_cause(ctx);

	if (!cause && ctx != me->ctx) {
		const cigo_ctx *own = ci_park_tasks_own(ctx, me);
		if (own)
			cause = ci_ctx_cause(own);
	}
	return cause;
}

void ci_park_yield(struct ci_coroutine *me)
{
	me->free_calls = 0;
	me->loop->model->yield(me);
}

int ci_park_pass(struct ci_coroutine *me)
{
	if (me && ++me->free_calls >= FREE_CALLS && me->loop->model->exclusive)
		ci_park_yield(me);
	return 0;
}

int ci_park_refuse(const cigo_ctx *ctx, struct ci_coroutine *me)
{
	int cause = ci_park_cause(ctx, me);

	if (ci_likely(!cause)) {
		me->dead_awaits = 0;
		return 0;
	}
	if (++me->dead_awaits == DEAD_AWAITS) {
		ci_warn("%s: %d awaits in a row failed at once, as its context has ended (in %s); "
			"it should return",
			me->name, DEAD_AWAITS, me->place.file ? me->place.function : "?");
		ci_expect(me->loop->options.debug != CIGO_DEBUG_ON,
			  "%s goes on after its context has ended", me->name);
	}
	ci_park_pass(me);
	return cause;
}

int ci_park_begin(const cigo_ctx *ctx, struct ci_coroutine **ret_me)
{
	struct ci_coroutine *me = *ret_me = ci_park_enter(ctx);

	return me ? ci_park_refuse(ctx, me) : ci_ctx_cause(ctx);
}

/* --- the wait -------------------------------------------------------------------------------- */

/* The only function that ends a park. */
static void end(struct ci_park *p, enum ci_park_state state, int err)
{
	p->state = state;
	p->err = err;
	ci_list_unlink(&p->link);
	ci_list_unlink(&p->given.link);
	ci_list_unlink(&p->tasks.link);
	ci_timer_disarm(p->me->loop, &p->timer);
	if (state != CI_PARK_WOKEN && p->withdraw)
		p->withdraw(p);
	ci_engine_wake(p->me);
}

static void given_ended(struct ci_ctx_watch *w, int cause)
{
	end(ci_container_of(w, struct ci_park, given), CI_PARK_ENDED, cause);
}

static void task_ended(struct ci_ctx_watch *w, int cause)
{
	end(ci_container_of(w, struct ci_park, tasks), CI_PARK_ENDED, cause);
}

static void expired(cigo_loop *loop, struct ci_timer *t)
{
	(void)loop;
	end(ci_container_of(t, struct ci_park, timer), CI_PARK_EXPIRED, -ETIMEDOUT);
}

static void watch(struct ci_ctx_watch *w, cigo_ctx *ctx,
		  void (*fired)(struct ci_ctx_watch *w, int cause))
{
	w->fired = fired;
	ci_list_init(&w->link);
	if (ctx)
		ci_list_append(&ctx->watches, &w->link);
}

/* CIGO_DEBUG_CANCEL: another coroutine may cancel a task between its wake and its turn; this
 * imitates that, at random. Never for main, so that the run goes on. */
static void cancel_by_chance(cigo_loop *loop, const struct ci_coroutine *me)
{
	uint64_t x = loop->cancels;

	x ^= x << 13; /* xorshift64 (Marsaglia 2003) */
	x ^= x >> 7;
	x ^= x << 17;
	loop->cancels = x;
	if ((x >> 32) % WAKES_A_CANCEL == 0 && me->task != loop->main)
		ci_ctx_end(me->ctx, -ECANCELED);
}

int ci_park_in(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_list *queue, int64_t until,
	       struct ci_park *p)
{
	ci_expect(me, "waiting needs a loop, and the context has none");
	cigo_ctx *own = ctx && ctx != me->ctx ? ci_park_tasks_own(ctx, me) : NULL;
	p->me = me;
	p->err = !ctx ? 0 : ctx->cause ? ctx->cause : own ? own->cause : 0;
	if (p->err) {
		p->state = CI_PARK_ENDED;
		if (p->withdraw)
			p->withdraw(p);
		return p->err;
	}
	p->state = CI_PARK_WAITS;
	p->timer.armed = false;
	ci_list_init(&p->link);
	watch(&p->given, ctx, given_ended);
	watch(&p->tasks, own, task_ended);
	if (queue)
		ci_list_append(queue, &p->link);
	if (until != CIGO_NEVER)
		ci_timer_arm(me->loop, &p->timer, until, expired);
	p->timer.wakes_only = !queue && !p->withdraw;
	me->free_calls = 0;
	me->park = p;
	ci_engine_suspend(me);
	me->park = NULL;
	if (ci_unlikely(me->loop->cancels))
		cancel_by_chance(me->loop, me);
	return p->err;
}

void ci_park_switch(struct ci_coroutine *me, struct ci_coroutine *to, struct ci_park *p)
{
	p->state = CI_PARK_WAITS;
	p->timer.armed = false;
	me->park = p;
	ci_engine_switch(me, to);
	me->park = NULL;
}

/* --- waking ---------------------------------------------------------------------------------- */

void ci_park_check(const struct ci_park *p)
{
	ci_expect(ci_holds(p->me->loop),
		  "a coroutine of a loop whose baton this thread does not hold "
		  "waits for it; use cigo_loop_call_threadsafe");
}

struct ci_park *ci_park_first(const struct ci_list *queue)
{
	if (ci_list_empty(queue))
		return NULL;
	struct ci_park *p = ci_list_first(queue, struct ci_park, link);
	ci_park_check(p);
	return p;
}

bool ci_park_wake(struct ci_park *p)
{
	if (p->state != CI_PARK_WAITS)
		return false;
	end(p, CI_PARK_WOKEN, 0);
	return true;
}

void ci_park_postpone(struct ci_park *p, int64_t until)
{
	ci_timer_disarm(p->me->loop, &p->timer);
	if (until != CIGO_NEVER)
		ci_timer_arm(p->me->loop, &p->timer, until, expired);
}

void ci_park_wake_all(struct ci_list *queue)
{
	struct ci_park *p;

	while ((p = ci_park_first(queue)))
		ci_park_wake(p);
}
