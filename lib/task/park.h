/* SPDX-License-Identifier: MIT
 * The one wait. Every call that may suspend has this shape:
 *
 *	struct ci_coroutine *me;
 *	int err = ci_park_begin(ctx, &me);		reports misuse
 *	if (err)
 *		return err;				the context is dead
 *	if (no need to wait)
 *		return ci_park_pass(me);
 *	struct ci_park p = { .describe = describe };	or both NULL
 *	return ci_park_in(ctx, me, &queue, until, &p);
 *
 * The other side: while ((p = ci_park_first(&queue))) ci_park_wake(p);
 *
 * Invariants: no coroutine parks on a dead context: ci_park_in returns the cause instead, so code that
 * waits repeatedly always gets it. The waker, the deadline or the context ends a park; the first of them
 * takes it out of its queue at once. So no value is delivered to a cancelled coroutine, and no
 * cancellation loses a delivered value. All but ci_park_enter and ci_park_begin assume the baton.
 */
#pragma once

#include "task/ctx.h"

struct ci_wait_info;

enum ci_park_state {
	CI_PARK_NONE, /* not yet suspended, or it never was */
	CI_PARK_WAITS,
	CI_PARK_WOKEN,	 /* by ci_park_wake */
	CI_PARK_EXPIRED, /* by its deadline */
	CI_PARK_ENDED	 /* by a context */
};

struct ci_park {
	/* Set by the caller before ci_park_in; each may be NULL. */
	/* Called if the context or the deadline ends the park, after it has left its queue. */
	void (*withdraw)(struct ci_park *p);
	/* Describes the wait to dumps, traces and the search for circles; see wait_info.h. */
	void (*describe)(const struct ci_park *p, struct ci_wait_info *ret);

	/* Valid from ci_park_in on. */
	enum ci_park_state state;
	int err; /* valid once it no longer waits: 0, -ETIMEDOUT or the cause */
	struct ci_coroutine *me;
	struct ci_list link;   /* in its queue, while it waits */
	struct ci_timer timer; /* armed: its deadline */
	struct ci_ctx_watch given,
		tasks; /* on the given context, and on the task's if that is another */
};

/*
 * The calling coroutine; NULL: ctx has no loop, so the thread may block. Anything else is misuse.
 * ctx is not NULL.
 */
struct ci_coroutine *ci_park_enter(const cigo_ctx *ctx);
/* Notes the public function and the place that the coroutine me is in now. */
static inline void ci_park_note(struct ci_coroutine *me)
{
	me->call = ci_call;
	me->at_valid = me->at_pending;
	me->at_pending = false;
}

/* The cause of ctx or, if no barrier is between, of the running task; 0: both are alive. */
int ci_park_cause(const cigo_ctx *ctx, const struct ci_coroutine *me);
/* The running task's context, where ctx does not descend from it nor from a barrier; else NULL. */
cigo_ctx *ci_park_tasks_own(const cigo_ctx *ctx, const struct ci_coroutine *me);
/* As ci_park_cause. Warns of a coroutine that ignores the cause; gives others a turn. */
int ci_park_refuse(const cigo_ctx *ctx, struct ci_coroutine *me);
/* ci_park_enter and ci_park_refuse. *ret_me NULL: ctx has no loop. */
int ci_park_begin(const cigo_ctx *ctx, struct ci_coroutine **ret_me);
/* The call need not wait: after 64 such calls in a row the others get a turn. me may be NULL.
 * Returns 0. */
int ci_park_pass(struct ci_coroutine *me);
/* Lets all others that are ready run. */
void ci_park_yield(struct ci_coroutine *me);

/* ns from now, on the loop's clock; ns if that is CIGO_NEVER or there is no coroutine. */
static inline int64_t ci_park_until(const struct ci_coroutine *me, int64_t ns)
{
	return ns == CIGO_NEVER || !me ? ns : ci_clock_add(ci_engine_now(me->loop), ns);
}

/*
 * Suspends me as the last in the queue (or before the given node of it; NULL: in no queue). Returns
 * 0 when woken, -ETIMEDOUT at `until`, or the cause when ctx or the running task ends or is dead
 * already. ctx NULL: no context ends it. me NULL is misuse.
 */
int ci_park_in(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_list *queue, int64_t until,
	       struct ci_park *p);
/* Suspends me and runs `to` next. Only `to` may end the wait (ci_engine_direct). */
void ci_park_switch(struct ci_coroutine *me, struct ci_coroutine *to, struct ci_park *p);
/* Misuse unless this thread holds the baton of p's loop. */
void ci_park_check(const struct ci_park *p);
/* The first park in the queue, after ci_park_check; NULL: the queue is empty. */
struct ci_park *ci_park_first(const struct ci_list *queue);
/* By the waker: ends the wait. False: it has ended already. The waker may still write to what is
 * around p as long as it holds the baton; then p belongs to its coroutine. */
bool ci_park_wake(struct ci_park *p);
/* p, which waits, has another deadline from now on; CIGO_NEVER: none. */
void ci_park_postpone(struct ci_park *p, int64_t until);
/* Wakes all parks in the queue. */
void ci_park_wake_all(struct ci_list *queue);
