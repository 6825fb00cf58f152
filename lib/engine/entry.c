/* SPDX-License-Identifier: MIT
 * The slow half of entry.h: threads of the preemptive model take the lock, and threads that a schedule
 * orders may be switched.
 */
#include "engine/entry.h"

#include "engine/engine.h"
#include "schedule/serial.h"

/* The place that CIGO_AT gave for the call that begins. */
static struct ci_place place_of_call(void)
{
	const struct ci_coroutine *me = ci_self.me;

	return me && me->at_pending ? me->place : (struct ci_place){ NULL, NULL, 0 };
}

/* All calls depend on each other: the loop is what they touch. */
static void point(enum ci_op op, const char *call, const void *pc)
{
	ci_turn_point(ci_turn, &(struct ci_step){ .op = op,
						  .call = call,
						  .pc = pc,
						  .object = ci_turn->schedule,
						  .place = place_of_call() });
}

bool ci_entry_slow(const char *call, const void *pc)
{
	bool outside = ci_turn && ci_turn_outside;

	ci_expect(!ci_turn_lost,
		  "this process was forked under a schedule, and has no threads but this "
		  "one; it may only execute a program, or end by _exit");
	if (outside) {
		ci_turn_inside();
		if (pc)
			point(CI_OP_CALL, call, pc);
	}
	if (!ci_self.roams || ci_self.held)
		return outside;
	ci_entry_enter(ci_self.roams);
	return true;
}

void ci_entry_slow_end(void)
{
	if (ci_self.roams && ci_self.held)
		ci_entry_leave(ci_self.roams);
	ci_turn_outside = ci_turn != NULL;
}

bool ci_outside_slow(void)
{
	if (ci_self.roams && !ci_self.held)
		return false;
	if (ci_self.roams)
		ci_entry_leave(ci_self.roams);
	if (ci_turn && ci_turn->urgent) { /* home, about to run a callback */
		ci_turn->urgent = false;
		point(CI_OP_CALLBACK, NULL, NULL);
	}
	ci_turn_outside = ci_turn != NULL;
	return true;
}

void ci_outside_slow_end(void)
{
	ci_turn_inside();
	if (ci_turn)
		ci_turn_returns(ci_turn);
	if (!ci_self.roams)
		return;
	if (ci_turn && !ci_self.me)
		ci_turn->urgent = !CI_TURN_SELF;
	ci_entry_enter(ci_self.roams);
}
