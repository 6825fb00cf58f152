/* SPDX-License-Identifier: MIT
 * Is count_primes() right?
 */
#include "exercises.h"
#include "trial.h"

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

TRIAL(there_are_78_primes_below_400)
{
	int n;

	EXPECT(0, count_primes(ctx, 400, &n));
	cigo_check(n == 78, "there are %d primes below 400, it says", n);
	EXPECT(0, count_primes(ctx, 2, &n));
	cigo_check(n == 0, "there are %d primes below 2, it says", n);
	return 0;
}

TRIAL(others_have_a_turn_every_hundred_numbers)
{
	cigo_task *t = cigo_spawn(ctx, ticker, sizeof(int), NULL);
	int n, turns;

	EXPECT(0, count_primes(ctx, 400, &n));
	over = true;
	EXPECT(0, cigo_take(ctx, t, &turns));
	cigo_check(turns >= 3, "in 400 numbers the other coroutine had %d turns, not 3", turns);
	return 0;
}

TRIAL(cancelled_it_says_so)
{
	cigo_ctx *ended = cigo_ctx_with_cancel(ctx);
	int n;

	cigo_ctx_cancel(ended, 0);
	EXPECT(-ECANCELED, count_primes(ended, 1000, &n));
	cigo_ctx_unref(ended);
	return 0;
}

TRIALS(T(there_are_78_primes_below_400), COOPERATIVE(others_have_a_turn_every_hundred_numbers),
       T(cancelled_it_says_so));
