/* SPDX-License-Identifier: MIT
 * Is phone() right?
 */
#include "exercises.h"
#include "trial.h"

static bool busy;	 /* the line */
static int no_line, bad; /* errors of dial() and talk() */
static int64_t slow = CIGO_MS(10);

int dial(cigo_ctx *ctx)
{
	int err = cigo_sleep(ctx, CIGO_MS(10));

	err = err ? err : no_line;
	if (err)
		return err;
	cigo_check(!busy, "it dials, and the line is busy");
	busy = true;
	return 0;
}

int talk(cigo_ctx *ctx)
{
	int err = cigo_sleep(ctx, CIGO_MS(10));

	cigo_check(busy, "it talks, and there is no line");
	return err ? err : bad;
}

int hang_up(cigo_ctx *ctx)
{
	cigo_check(busy, "it hangs up, and there is no line");
	int err = cigo_sleep(ctx, slow);

	busy = err && busy;
	return err;
}

static void line_is_free(void)
{
	cigo_check(!busy, "phone() has returned, and the line is busy");
}

TRIAL(a_call_goes_well)
{
	EXPECT(0, phone(ctx));
	line_is_free();
	return 0;
}

TRIAL(without_a_line_there_is_nothing_to_hang_up)
{
	no_line = -ENETDOWN;
	EXPECT(-ENETDOWN, phone(ctx));
	line_is_free();
	return 0;
}

TRIAL(a_talk_that_failed_is_hung_up_too)
{
	bad = -EPROTO;
	EXPECT(-EPROTO, phone(ctx));
	line_is_free();
	return 0;
}

CORO(caller)
{
	return phone(ctx);
}

/* ms: when. */
static void cancel(cigo_ctx *ctx, int64_t ms)
{
	cigo_task *t = cigo_spawn(ctx, caller, 0, NULL);

	EXPECT(0, cigo_sleep(ctx, CIGO_MS(ms)));
	int err = cigo_task_stop(ctx, t);
	cigo_check(err == -ECANCELED || !err, "phone() was cancelled, and returned %d (%s)", err,
		   cigo_strerror(err));
	line_is_free();
}

TRIAL(cancelled_in_the_talk_it_hangs_up)
{
	cancel(ctx, 15);
	return 0;
}

TRIAL(cancelled_at_any_time_it_hangs_up)
{
	for (int ms = 5; ms < 40; ms += 5)
		cancel(ctx, ms);
	return 0;
}

TRIAL(hanging_up_takes_a_second_at_most)
{
	slow = CIGO_S(3600);
	int64_t begin = cigo_now(ctx);
	int err = phone(ctx);
	int64_t took = cigo_now(ctx) - begin;

	cigo_check(err, "it could not hang up, and returned 0");
	cigo_check(took < CIGO_S(2), "it took %g s", (double)took / 1e9);
	return 0;
}

TRIALS(T(a_call_goes_well), T(without_a_line_there_is_nothing_to_hang_up),
       T(a_talk_that_failed_is_hung_up_too), T(cancelled_in_the_talk_it_hangs_up),
       COOPERATIVE(cancelled_at_any_time_it_hangs_up), T(hanging_up_takes_a_second_at_most));
