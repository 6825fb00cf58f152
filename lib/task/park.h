/* SPDX-License-Identifier: MIT
 *
 * The one suspend primitive, of one shape for every call that may suspend:
 *
 *	struct ci_coroutine *me = ci_park_enter(ctx);	  misuse is named here
 *	if (!me) ... block the thread ...			  no loop
 *	if ((err = ci_park_refuse(ctx, me))) return err;	  the context is dead
 *	if (no need to wait) { ci_park_turn(me); return ...; }
 *	struct ci_park p; ci_park_init(&p, me, withdraw);
 *	... put p into the line of whatever is waited for ...
 *	err = ci_park_wait(ctx, &p);				  0: ci_park_wake; < 0: the cause
 *
 * Invariant: who wakes a park first wins, and takes it out of the line in that same moment; so a
 * value is never delivered to one that is cancelled, and a cancellation never hits a delivered one.
 */
#ifndef CI_PARK_H
#define CI_PARK_H

#include "task/ctx.h"

struct ci_wait_info;

struct ci_park {
	struct ci_coroutine *me;
	int cause; /* valid once woken: 0, or the context's */
	bool woken;
	void (*withdraw)(
		struct ci_park *p);	  /* the context ended it: leave the line. NULL: nothing */
	struct ci_ctx_watch given, tasks; /* on the context given and on the task's */
	/* What it waits for, for who looks on (what.h). NULL: nothing to tell, or who waits says it */
	void (*describe)(const struct ci_park *p, struct ci_wait_info *ret);
};

/*
 * The calling coroutine's strand; NULL: ctx has no loop, the thread may block. Everything else is
 * misuse of `function`. ctx is not NULL.
 */
struct ci_coroutine *ci_park_enter(const cigo_ctx *ctx);
/* The coroutine on me is in this call now; what ci_park_enter notes. */
static inline void ci_park_note(struct ci_coroutine *me)
{
	me->call = ci_call;
	me->placed = me->fresh;
	me->fresh = false;
}

/* The cause of ctx or of the running task, if ctx heeds that; 0: both alive. */
int ci_park_cause(const cigo_ctx *ctx, const struct ci_coroutine *me);
/* The running task's context, where ctx does not descend from it nor from a barrier; else NULL. */
cigo_ctx *ci_park_tasks_own(const cigo_ctx *ctx, const struct ci_coroutine *me);
/* As cause; counts calls of coroutines that do not listen, and gives others a turn. */
int ci_park_refuse(const cigo_ctx *ctx, struct ci_coroutine *me);
/* The call did not have to wait: after 64 such in a row the others get a turn. */
void ci_park_turn(struct ci_coroutine *me);
/* Lets all others that are ready run. */
void ci_park_yield(struct ci_coroutine *me);

void ci_park_init(struct ci_park *p, struct ci_coroutine *me, void (*withdraw)(struct ci_park *p));
/* Suspends till woken. ctx NULL: nothing but ci_park_wake ends it. */
int ci_park_wait(cigo_ctx *ctx, struct ci_park *p);
/* What p waits for has come. False: too late, it was woken before. */
bool ci_park_wake(struct ci_park *p);

#endif
