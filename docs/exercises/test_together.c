/* SPDX-License-Identifier: MIT
 * Is together() right?
 */
#include "tests/tools/kit.h"
#include "exercises.h"
#include "expect.h"

int oracle(cigo_ctx *ctx, void *arg, void *ret)
{
	int number = *(int *)arg, err = cigo_sleep(ctx, CIGO_S(1));

	if (number < 0)
		return -EDOM;
	*(int *)ret = 10 * number;
	return err;
}

TEST_CASE("together");

LOOP_TEST(the_answers_are_added)
{
	int sum;

	EXPECT(0, together(ctx, (const int[]){ 1, 2, 3 }, &sum));
	equal(sum, 60);
}

LOOP_TEST(three_questions_take_one_second)
{
	int64_t begin = cigo_now(ctx);
	int sum;

	EXPECT(0, together(ctx, (const int[]){ 1, 2, 3 }, &sum));
	ck_assert_msg(cigo_now(ctx) - begin < CIGO_MS(1500), "together() took %g s, not 1 s",
		      (double)(cigo_now(ctx) - begin) / 1e9);
}

LOOP_TEST(what_the_oracle_will_not_answer_is_an_error)
{
	int sum;

	EXPECT(-EDOM, together(ctx, (const int[]){ 1, -2, 3 }, &sum));
}
