/* SPDX-License-Identifier: MIT
 * Is together() right?
 */
#include "exercises.h"
#include "trial.h"

static int open_questions;

int oracle(cigo_ctx *ctx, void *arg, void *ret)
{
	int number = *(int *)arg;

	if (number < 0)
		return -EDOM;
	count(&open_questions, 1);
	int err = cigo_sleep(ctx, CIGO_S(1));
	count(&open_questions, -1);
	*(int *)ret = 10 * number;
	return err;
}

TRIAL(the_answers_are_added)
{
	int sum = -1;

	EXPECT(0, together(ctx, (const int[]){ 1, 20, 300 }, &sum));
	cigo_check(sum == 3210, "the sum is %d, not 3210", sum);
	return 0;
}

/* Returns how long it took. */
static int64_t ask_all(cigo_ctx *ctx, const int numbers[3], int expected)
{
	int64_t begin = cigo_now(ctx);
	int sum;

	EXPECT(expected, together(ctx, numbers, &sum));
	cigo_check(open_questions == 0, "it has returned, and %d questions are open",
		   open_questions);
	return cigo_now(ctx) - begin;
}

static void is_a_second(int64_t ns)
{
	cigo_check(ns < CIGO_MS(1500), "it took %g s, not 1 s", (double)ns / 1e9);
}

TRIAL(three_questions_take_one_second)
{
	is_a_second(ask_all(ctx, (const int[]){ 1, 2, 3 }, 0));
	return 0;
}

TRIAL(if_the_last_is_refused_it_takes_one_second_too)
{
	is_a_second(ask_all(ctx, (const int[]){ 1, 2, -3 }, -EDOM));
	return 0;
}

TRIAL(if_the_first_is_refused_no_question_is_left_open)
{
	ask_all(ctx, (const int[]){ -1, 2, 3 }, -EDOM);
	return 0;
}

TRIALS(COOPERATIVE(the_answers_are_added), COOPERATIVE(three_questions_take_one_second),
       T(if_the_last_is_refused_it_takes_one_second_too),
       T(if_the_first_is_refused_no_question_is_left_open));
