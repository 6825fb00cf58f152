/* SPDX-License-Identifier: MIT
 * Tickers, and sleeping until a time.
 */
#include "tests/tools/kit.h"

TEST_CASE("sleeping until");

LOOP_TEST(a_sleep_ends_at_its_time)
{
	int64_t then = cigo_now(ctx) + CIGO_S(3);

	ok(cigo_sleep_until(ctx, then));
	equal(cigo_now(ctx), then);
}

LOOP_TEST(until_a_time_that_has_come_is_a_turn_for_the_others, COOPERATIVE)
{
	int64_t now = cigo_now(ctx);
	cigo_task *t = t_job(ctx, .word = "other ");

	ok(cigo_sleep_until(ctx, now));
	t_expect_said("other ");
	ok(cigo_sleep_until(ctx, now - 1));
	ok(cigo_sleep_until(ctx, INT64_MIN));
	equal(cigo_now(ctx), now);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

LOOP_TEST(until_never_a_cancellation_ends_it)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));

	fails(cigo_sleep_until(timed, CIGO_NEVER), -ETIMEDOUT);
	fails(cigo_sleep_until(timed, 0), -ETIMEDOUT);
	fails(cigo_sleep_until(NULL, 0), -ENOMEM);
	cigo_ctx_unref(timed);
}

PLAIN_TEST(without_a_loop_the_thread_sleeps_until_then)
{
	int64_t then = cigo_now(ctx) + CIGO_MS(2);

	ok(cigo_sleep_until(ctx, then));
	ck_assert_int_ge(cigo_now(ctx), then);
	ok(cigo_sleep_until(ctx, then));
}

TEST_CASE("ticking");

LOOP_TEST(ticks_come_at_full_periods_however_long_the_work)
{
	int64_t start = cigo_now(ctx);
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_MS(10));

	for (int i = 1; i <= 5; i++) {
		equal(cigo_ticker_wait(ctx, t), 0);
		equal(cigo_now(ctx), start + i * CIGO_MS(10));
		ok(cigo_sleep(ctx, CIGO_MS(i))); /* the work */
	}
	cigo_ticker_free(t);
}

LOOP_TEST(ticks_that_pass_are_counted_and_left_out)
{
	int64_t start = cigo_now(ctx);
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_MS(10));

	ok(cigo_sleep(ctx, CIGO_MS(35))); /* ticks at 10, 20 and 30 */
	equal(cigo_ticker_wait(ctx, t), 2);
	equal(cigo_now(ctx), start + CIGO_MS(35));
	equal(cigo_ticker_wait(ctx, t), 0);
	equal(cigo_now(ctx), start + CIGO_MS(40));
	ok(cigo_sleep(ctx, CIGO_MS(10))); /* just at the next one */
	equal(cigo_ticker_wait(ctx, t), 0);
	equal(cigo_now(ctx), start + CIGO_MS(50));
	cigo_ticker_free(t);
}

CORO(waits_for_tick)
{
	*(int64_t *)ret = cigo_ticker_wait(ctx, arg);
	return 0;
}

LOOP_TEST(all_that_wait_are_woken_and_one_gets_the_number, COOPERATIVE)
{
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_MS(10));
	int64_t missed[2];
	cigo_task *a, *b;

	ok(cigo_sleep(ctx, CIGO_MS(25)));
	a = cigo_spawn(ctx, waits_for_tick, sizeof(int64_t), t);
	b = cigo_spawn(ctx, waits_for_tick, sizeof(int64_t), t);
	ok(cigo_take(ctx, a, &missed[0]));
	ok(cigo_take(ctx, b, &missed[1]));
	equal(missed[0], 1);
	equal(missed[1], 0);
	equal(cigo_ticker_wait(ctx, t), 0);
	cigo_ticker_free(t);
}

LOOP_TEST(a_tick_that_a_cancellation_missed_is_still_to_come)
{
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_MS(10));
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int64_t start = cigo_now(ctx);

	fails(cigo_ticker_wait(timed, t), -ETIMEDOUT);
	equal(cigo_ticker_wait(ctx, t), 0);
	equal(cigo_now(ctx), start + CIGO_MS(10));
	cigo_ctx_unref(timed);
	cigo_ticker_free(t);
}

LOOP_TEST(a_reset_begins_a_new_period)
{
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_MS(10));
	int64_t start = cigo_now(ctx);

	ok(cigo_sleep(ctx, CIGO_MS(25)));
	cigo_ticker_reset(ctx, t);
	equal(cigo_ticker_wait(ctx, t), 0);
	equal(cigo_now(ctx), start + CIGO_MS(35));
	cigo_ticker_free(t);
}

LOOP_TEST(a_period_longer_than_all_time_never_comes)
{
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_NEVER);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1e6));

	fails(cigo_ticker_wait(timed, t), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	cigo_ticker_free(t);
}

PLAIN_TEST(a_ticker_ticks_without_a_loop)
{
	int64_t start = cigo_now(ctx);
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_MS(2));

	ck_assert_int_ge(cigo_ticker_wait(ctx, t), 0);
	ck_assert_int_ge(cigo_now(ctx), start + CIGO_MS(2));
	cigo_ticker_free(t);
}

PLAIN_TEST(a_ticker_that_could_not_be_made_fails)
{
	ck_assert_ptr_null(cigo_ticker_new(NULL, 1));
	fails((int)cigo_ticker_wait(ctx, NULL), -ENOMEM);
	fails((int)cigo_ticker_wait(NULL, NULL), -ENOMEM);
	cigo_ticker_reset(ctx, NULL);
	cigo_ticker_free(NULL);
}

PLAIN_MISUSE_TEST(a_period_of_nothing_is_misuse, "a period of 0 ns")
{
	cigo_ignore(cigo_ticker_new(ctx, 0) == NULL);
}
