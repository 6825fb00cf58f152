/* SPDX-License-Identifier: MIT
 * Is ask() right?
 */
#include "exercises.h"
#include "trial.h"

static int open_questions;

static int think(cigo_ctx *ctx, void *ret, int64_t ns)
{
	count(&open_questions, 1);
	int err = cigo_sleep(ctx, ns);
	count(&open_questions, -1);
	if (!err)
		*(int *)ret = 42;
	return err;
}

CORO(easy)
{
	return think(ctx, ret, CIGO_S(1));
}

CORO(close)
{
	return think(ctx, ret, CIGO_S(2));
}

CORO(hard)
{
	return think(ctx, ret, CIGO_S(3600));
}

CORO(silly)
{
	return -EDOM;
}

static void nothing_is_open(void)
{
	cigo_check(open_questions == 0, "ask() has returned, and question() has not");
}

TRIAL(an_easy_question_is_answered)
{
	int answer = 0;

	EXPECT(0, ask(ctx, easy, &answer));
	cigo_check(answer == 42, "the answer is %d, not 42", answer);
	return 0;
}

TRIAL(after_two_seconds_the_answer_is_minus_one)
{
	int64_t begin = cigo_now(ctx);
	int answer = 0;

	EXPECT(0, ask(ctx, hard, &answer));
	int64_t took = cigo_now(ctx) - begin;
	cigo_check(answer == -1, "the answer is %d, not -1", answer);
	cigo_check(took < CIGO_S(3), "it took %g s", (double)took / 1e9);
	nothing_is_open();
	return 0;
}

/* Which of the two comes first is open. */
TRIAL(an_answer_in_the_last_moment_is_no_error)
{
	int answer = 0;

	EXPECT(0, ask(ctx, close, &answer));
	cigo_check(answer == 42 || answer == -1, "the answer is %d", answer);
	nothing_is_open();
	return 0;
}

TRIAL(other_errors_are_passed_on)
{
	int answer;

	EXPECT(-EDOM, ask(ctx, silly, &answer));
	return 0;
}

CORO(ask_something_hard)
{
	int answer;

	return ask(ctx, hard, &answer);
}

TRIAL(the_caller_can_be_cancelled)
{
	cigo_task *t = cigo_spawn(ctx, ask_something_hard, 0, NULL);

	EXPECT(0, cigo_sleep(ctx, CIGO_S(1)));
	EXPECT(-ECANCELED, cigo_task_stop(ctx, t));
	nothing_is_open();
	return 0;
}

TRIALS(T(an_easy_question_is_answered), T(after_two_seconds_the_answer_is_minus_one),
       T(an_answer_in_the_last_moment_is_no_error), T(other_errors_are_passed_on),
       T(the_caller_can_be_cancelled));
