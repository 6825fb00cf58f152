/* SPDX-License-Identifier: MIT
 * Is count_primes() right?
 */
#include "tests/tools/kit.h"
#include "exercises.h"
#include "expect.h"

static bool over;

/* How many turns it has until the computation is over. */
CORO(ticker)
{
	int err = 0;

	while (!over && !err) {
		++*(int *)ret;
		err = cigo_yield(ctx);
	}
	return err;
}

CORO(count)
{
	return count_primes(ctx, *(int *)arg, ret);
}

TEST_CASE("polite");

LOOP_TEST(there_are_1229_primes_below_10000)
{
	int n;

	EXPECT(0, count_primes(ctx, 10000, &n));
	equal(n, 1229);
	EXPECT(0, count_primes(ctx, 2, &n));
	equal(n, 0);
}

LOOP_TEST(others_have_a_turn_every_hundred_numbers)
{
	cigo_task *t = cigo_spawn(ctx, ticker, sizeof(int), NULL);
	int n, turns;

	EXPECT(0, count_primes(ctx, 10000, &n));
	over = true;
	EXPECT(0, cigo_take(ctx, t, &turns));
	ck_assert_msg(turns >= 99,
		      "the other coroutine had %d turns in 10,000 numbers, expected 99 or more",
		      turns);
}

LOOP_TEST(cancelled_it_ends_soon)
{
	int million = 1000000, n;
	cigo_task *t = cigo_spawn(ctx, count, sizeof(int), &million);

	EXPECT(0, cigo_yield(ctx));
	cigo_future_cancel(t, 0);
	EXPECT(-ECANCELED, cigo_take(ctx, t, &n));
}
