/* SPDX-License-Identifier: MIT
 *
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

LOOP_TEST(an_easy_question_is_answered)
{
	int answer;

	EXPECT(0, ask(ctx, easy, &answer));
	ck_assert_int_eq(answer, 42);
	return 0;
}

LOOP_TEST(after_two_seconds_the_answer_is_minus_one)
{
	int64_t begin = cigo_now(ctx);
	int answer;

	EXPECT(0, ask(ctx, hard, &answer));
	ck_assert_int_eq(answer, -1);
	ck_assert_msg(cigo_now(ctx) - begin < CIGO_S(3), "ask() took %g s, not 2 s",
		      (double)(cigo_now(ctx) - begin) / 1e9);
	ck_assert_int_eq(open_questions, 0);
	return 0;
}

LOOP_TEST(other_errors_are_passed_on)
{
	int answer;

	EXPECT(-EDOM, ask(ctx, silly, &answer));
	return 0;
}

LOOP_TEST(the_caller_can_be_cancelled)
{
	cigo_task *t = cigo_spawn(ctx, ask_something_hard, sizeof(int), NULL);

	EXPECT(0, cigo_sleep(ctx, CIGO_S(1)));
	EXPECT(-ECANCELED, cigo_task_stop(ctx, t));
	ck_assert_int_eq(open_questions, 0);
	return 0;
}

int main(void)
{
	Suite *s = suite_create("patience");
	TCase *tc = t_case(s, "patience");

	t_add(tc, an_easy_question_is_answered, after_two_seconds_the_answer_is_minus_one,
	      other_errors_are_passed_on, the_caller_can_be_cancelled);
	return t_main(s);
}
