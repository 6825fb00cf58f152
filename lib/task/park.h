/* SPDX-License-Identifier: MIT
 *
 * The one wait. Every call that may suspend has this shape:
 *
 *	struct ci_coroutine *me;
 *	int err = ci_park_begin(ctx, &me);		misuse is named here
 *	if (err)
 *		return err;				the context is dead
 *	if (no need to wait)
 *		return ci_park_pass(me);
 *	struct ci_park p = { .describe = describe };	or both NULL
 *	return ci_park_in(ctx, me, &queue, until, &p);
 *
 * The other side: while ((p = ci_park_first(&queue))) ci_park_wake(p);
 *
 * Invariants: nobody parks on a context that is dead: ci_park_in returns its cause instead, so a loop
 * that waits again always hears of it. What ends a park first, the waker, the deadline or the
 * context, takes it out of its queue in that same moment: a value is never delivered to a coroutine
 * that was cancelled, and a cancellation never hits a delivered value.
 */
#ifndef CI_PARK_H
#define CI_PARK_H

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
	/* The caller's, before ci_park_in; each may be NULL. */
	/* The context or the deadline ended it, and it has left its queue: more to undo than that. */
	void (*withdraw)(struct ci_park *p);
	/* What it waits for, to dumps, traces and the search for circles; see wait_info.h. */
	void (*describe)(const struct ci_park *p, struct ci_wait_info *ret);

	/* Valid from ci_park_in on. */
	enum ci_park_state state;
	int err; /* once it no longer waits: 0, -ETIMEDOUT or the cause */
	struct ci_coroutine *me;
	struct ci_list link;		  /* in its queue, while it waits */
	struct ci_timer timer;		  /* its deadline, if armed */
	struct ci_ctx_watch given, tasks; /* on the context given and on the task's */
};

/*
 * The calling coroutine; NULL: ctx has no loop, the thread may block. Everything else is misuse. ctx
 * is not NULL.
 */
struct ci_coroutine *ci_park_enter(const cigo_ctx *ctx);
/* The coroutine on me is in this call now; what ci_park_enter notes. */
static inline void ci_park_note(struct ci_coroutine *me)
{
	me->call = ci_call;
	me->at_valid = me->at_pending;
	me->at_pending = false;
}

/* The cause of ctx or of the running task, if ctx heeds that; 0: both alive. */
int ci_park_cause(const cigo_ctx *ctx, const struct ci_coroutine *me);
/* The running task's context, where ctx does not descend from it nor from a barrier; else NULL. */
cigo_ctx *ci_park_tasks_own(const cigo_ctx *ctx, const struct ci_coroutine *me);
/* As cause; counts calls of coroutines that do not listen, and gives others a turn. */
int ci_park_refuse(const cigo_ctx *ctx, struct ci_coroutine *me);
/* Enter and refuse. *ret_me NULL: no loop. */
int ci_park_begin(const cigo_ctx *ctx, struct ci_coroutine **ret_me);
/* The call did not have to wait: after 64 such in a row the others get a turn. me may be NULL. Returns
 * 0. */
int ci_park_pass(struct ci_coroutine *me);
/* Lets all others that are ready run. */
void ci_park_yield(struct ci_coroutine *me);

/* Ns from now, on the loop's clock; CIGO_NEVER stays that. */
static inline int64_t ci_park_until(const struct ci_coroutine *me, int64_t ns)
{
	return ns == CIGO_NEVER ? ns : ci_clock_add(ci_engine_now(me->loop), ns);
}

/*
 * Suspends in the queue, last (before a node of it, if that is given instead of the head; NULL: in
 * none), till woken: 0; till `until`: -ETIMEDOUT; till ctx or the running task ends: the cause, at
 * once if it has. ctx NULL: neither ends it. me NULL is misuse.
 */
int ci_park_in(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_list *queue, int64_t until,
	       struct ci_park *p);
/* Suspends and passes straight to `to`, which alone comes back here. p only describes. */
void ci_park_switch(struct ci_coroutine *me, struct ci_coroutine *to, struct ci_park *p);
/* Misuse unless this thread holds the baton of p's loop. */
void ci_park_check(const struct ci_park *p);
/* The first in the queue, checked; NULL: nobody waits. */
struct ci_park *ci_park_first(const struct ci_list *queue);
/* What p waits for has come. False: too late. Once woken, p is its coroutine's again: what lies around
 * it may be written to only as long as the baton is held. */
bool ci_park_wake(struct ci_park *p);
/* Wakes all in the queue. */
void ci_park_wake_all(struct ci_list *queue);

#endif
