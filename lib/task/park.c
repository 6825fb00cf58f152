/* SPDX-License-Identifier: MIT
 *
 * Suspending a coroutine until something comes or its context ends.
 */
#include "task/park.h"

#include "base/misuse.h"

enum { FREE_CALLS = 64, DEAD_AWAITS = 1000 };

struct ci_coroutine *ci_park_enter(const cigo_ctx *ctx)
{
	const cigo_loop *loop = ctx->loop;
	struct ci_coroutine *me = ci_self.me;

	if (ci_likely(loop && ci_self.held == loop && me)) {
		ci_park_note(me);
		return me;
	}
	if (!loop) {
		if (ci_self.held)
			ci_misuse("a context without a loop would block the whole loop "
				  "here; pass the coroutine's own context (cigo_ctx_loop "
				  "tells), or enter a blocking section");
		return NULL;
	}
	if (ci_self.held != loop)
		ci_misuse(me && me->blocking ? "called inside a blocking section; call "
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
	if (ci_is_preemptive(me->loop)) {
		ci_preemptive_yield(me);
		return;
	}
	ci_engine_ready(me->loop, &me->resume);
	ci_engine_suspend(me);
}

void ci_park_turn(struct ci_coroutine *me)
{
	if (++me->free_calls >= FREE_CALLS && !ci_is_preemptive(me->loop))
		ci_park_yield(me);
}

int ci_park_refuse(const cigo_ctx *ctx, struct ci_coroutine *me)
{
	int cause = ci_park_cause(ctx, me);

	if (ci_likely(!cause)) {
		me->dead_awaits = 0;
		return 0;
	}
	if (++me->dead_awaits == DEAD_AWAITS) {
		ci_warn("%s: %d awaits in a row ended at once, its context is dead (%s); it "
			"should return",
			me->name, DEAD_AWAITS, me->place.file ? me->place.function : "?");
		ci_expect(me->loop->options.debug != CIGO_DEBUG_ON, "%s does not listen", me->name);
	}
	ci_park_turn(me);
	return cause;
}

void ci_park_init(struct ci_park *p, struct ci_coroutine *me, void (*withdraw)(struct ci_park *p))
{
	p->me = me;
	p->cause = 0;
	p->woken = false;
	p->withdraw = withdraw;
	p->describe = NULL;
	ci_list_init(&p->given.link);
	ci_list_init(&p->tasks.link);
}

static void resume(struct ci_park *p, int cause)
{
	p->woken = true;
	p->cause = cause;
	ci_list_unlink(&p->given.link);
	ci_list_unlink(&p->tasks.link);
	ci_engine_ready(p->me->loop, &p->me->resume);
}

bool ci_park_wake(struct ci_park *p)
{
	if (p->woken)
		return false;
	resume(p, 0);
	return true;
}

static void ended(struct ci_park *p, int cause)
{
	if (p->withdraw)
		p->withdraw(p);
	resume(p, cause);
}

static void given_ended(struct ci_ctx_watch *w, int cause)
{
	ended(ci_container_of(w, struct ci_park, given), cause);
}

static void task_ended(struct ci_ctx_watch *w, int cause)
{
	ended(ci_container_of(w, struct ci_park, tasks), cause);
}

int ci_park_wait(cigo_ctx *ctx, struct ci_park *p)
{
	struct ci_coroutine *me = p->me;

	if (ctx && !p->woken) {
		cigo_ctx *own = ctx == me->ctx ? NULL : ci_park_tasks_own(ctx, me);

		p->given.fired = given_ended;
		ci_list_append(&ctx->watches, &p->given.link);
		if (own) {
			p->tasks.fired = task_ended;
			ci_list_append(&own->watches, &p->tasks.link);
		}
	}
	me->free_calls = 0;
	me->park = p;
	ci_engine_suspend(me);
	me->park = NULL;
	return p->cause;
}
