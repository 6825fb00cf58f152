/* SPDX-License-Identifier: MIT
 * Is ask() right?
 */
#include "tests/tools/kit.h"
#include "exercises.h"
#include "expect.h"

static int open_questions;

static int think(cigo_ctx *ctx, void *ret, int64_t ns)
{
	open_questions++;
	int err = cigo_sleep(ctx, ns);
	open_questions--;
	if (!err)
		*(int *)ret = 42;
	return err;
}

CORO(easy)
{
	return think(ctx, ret, CIGO_S(1));
}

CORO(hard)
{
	return think(ctx, ret, CIGO_S(3600));
}

CORO(silly)
{
	return -EDOM;
}

CORO(ask_something_hard)
{
	return ask(ctx, hard, ret);
}

TEST_CASE("patience");

LOOP_TEST(an_easy_question_is_answered)
{
	int answer;

	EXPECT(0, ask(ctx, easy, &answer));
	equal(answer, 42);
}

LOOP_TEST(after_two_seconds_the_answer_is_minus_one)
{
	int64_t begin = cigo_now(ctx);
	int answer;

	EXPECT(0, ask(ctx, hard, &answer));
	equal(answer, -1);
	ck_assert_msg(cigo_now(ctx) - begin < CIGO_S(3), "it took %g s",
		      (double)(cigo_now(ctx) - begin) / 1e9);
	equal(open_questions, 0);
}

LOOP_TEST(other_errors_are_passed_on)
{
	int answer;

	EXPECT(-EDOM, ask(ctx, silly, &answer));
}

LOOP_TEST(the_caller_can_be_cancelled)
{
	cigo_task *t = cigo_spawn(ctx, ask_something_hard, sizeof(int), NULL);

	EXPECT(0, cigo_sleep(ctx, CIGO_S(1)));
	EXPECT(-ECANCELED, cigo_task_stop(ctx, t));
	equal(open_questions, 0);
}
