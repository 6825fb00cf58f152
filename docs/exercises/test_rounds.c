/* SPDX-License-Identifier: MIT
 * Is meet() right?
 */
#include "exercises.h"
#include "trial.h"

enum { MEMBERS = 2, ROUNDS = 2 };

static struct meeting meeting;
static int came[ROUNDS]; /* how many came to each round */
static int rounds = ROUNDS;

CORO(member)
{
	int err = 0;

	for (int i = 0; i < rounds && !err; i++) {
		count(&came[i], 1);
		err = meet(ctx, &meeting);
		cigo_check(err || count(&came[i], 0) == MEMBERS,
			   "round %d is over for one of %d, and not all have come", i + 1, MEMBERS);
	}
	return err;
}

static void begin(void)
{
	meeting = (struct meeting){ .lock = new_lock(),
				    .complete = cigo_condition_new(),
				    .members = MEMBERS };
}

static void end(void)
{
	cigo_condition_free(meeting.complete);
	free_lock(meeting.lock, "the meeting");
}

static void all_meet(cigo_ctx *ctx)
{
	cigo_task *tasks[MEMBERS];

	begin();
	for (int i = 0; i < MEMBERS; i++)
		tasks[i] = cigo_spawn(ctx, member, 0, NULL);
	for (int i = 0; i < MEMBERS; i++)
		EXPECT(0, end_of(ctx, tasks[i]));
	end();
}

TRIAL(they_meet_once)
{
	rounds = 1;
	all_meet(ctx);
	return 0;
}

TRIAL(they_meet_again)
{
	all_meet(ctx);
	return 0;
}

CORO(visitor)
{
	return meet(ctx, &meeting);
}

TRIAL(one_that_is_cancelled_has_not_come)
{
	cigo_task *tasks[MEMBERS];

	begin();
	cigo_task *away = cigo_spawn(ctx, visitor, 0, NULL);
	EXPECT(0, cigo_sleep(ctx, CIGO_MS(1)));
	EXPECT(-ECANCELED, cigo_task_stop(ctx, away));
	rounds = 1;
	for (int i = 0; i < MEMBERS; i++)
		tasks[i] = cigo_spawn(ctx, member, 0, NULL);
	for (int i = 0; i < MEMBERS; i++)
		EXPECT(0, end_of(ctx, tasks[i]));
	end();
	return 0;
}

TRIALS(T(they_meet_once), T(they_meet_again), T(one_that_is_cancelled_has_not_come));
