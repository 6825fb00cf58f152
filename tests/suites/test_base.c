/* SPDX-License-Identifier: MIT
 * What every public header needs: time, lent bytes, bodies.
 */
#include "tests/tools/kit.h"

TEST_CASE("base");

TEST(time_is_in_nanoseconds_and_fractions_are_fine)
{
	equal(CIGO_MS(1), 1000000);
	equal(CIGO_MS(1.5), 1500000);
	equal(CIGO_MS(1 + 1), 2000000);
	equal(CIGO_MS(-3), -3000000);
	equal(CIGO_S(1), 1000000000);
	equal(CIGO_S(0.25), 250000000);
	equal(CIGO_S(3600) * 24 * 365, INT64_C(31536000000000000));
	equal(sizeof CIGO_S(1), sizeof(int64_t));
	equal(sizeof CIGO_MS(1.5), sizeof(int64_t));
}

TEST(never_is_later_than_any_time)
{
	equal(CIGO_NEVER, INT64_MAX);
	ck_assert_int_lt(cigo_now(cigo_ctx_background()), CIGO_NEVER);
}

TEST(an_ignored_call_is_made_once)
{
	int calls = 0;

	cigo_ignore(++calls);
	equal(calls, 1);
	cigo_ignore(calls++ - 1);
	equal(calls, 2);
}

TEST(the_version_is_the_package_s)
{
	ck_assert_str_eq(CIGO_VERSION, PACKAGE_VERSION);
}

TEST(error_codes_are_distinct_and_no_errno)
{
	ck_assert_int_lt(CIGO_ENOLOOP, -4095);
	ck_assert_int_lt(CIGO_ECLOSED, -4095);
	ck_assert_int_lt(CIGO_ERESOLVE, -4095);
	ck_assert_int_ne(CIGO_ENOLOOP, CIGO_ECLOSED);
	ck_assert_int_ne(CIGO_ENOLOOP, CIGO_ERESOLVE);
	ck_assert_int_ne(CIGO_ECLOSED, CIGO_ERESOLVE);
}

CORO(doubles)
{
	int err = cigo_sleep(ctx, CIGO_MS(1));

	*(int *)ret = 2 * *(int *)arg;
	return err;
}

TEST_CASE("bodies");

TEST(a_body_may_be_called_directly_without_a_loop)
{
	int twice = 0;

	ok(doubles(cigo_ctx_background(), &(int){ 21 }, &twice));
	equal(twice, 42);
}

LOOP_TEST(a_body_may_be_called_directly_in_a_coroutine)
{
	int64_t start = cigo_now(ctx);
	int twice = 0;

	ok(doubles(ctx, &(int){ 21 }, &twice));
	equal(twice, 42);
	equal(cigo_now(ctx) - start, CIGO_MS(1));
}

CORO(looks_at_ret)
{
	for (int i = 0; i < 100; i++)
		if (((char *)ret)[i])
			return -EINVAL;
	memset(ret, 0xff, 100);
	return 0;
}

LOOP_TEST(a_body_finds_its_result_zeroed)
{
	char ret[100];

	for (int i = 0; i < 3; i++) /* also where memory is used again */
		ok(cigo_take(ctx, cigo_spawn(ctx, looks_at_ret, 100, NULL), &ret));
	equal(ret[99], -1);
}

CORO(expects_no_ret)
{
	return ret ? -EINVAL : 0;
}

LOOP_TEST(a_body_without_a_result_finds_no_place_for_one)
{
	ok(cigo_future_take(ctx, cigo_spawn(ctx, expects_no_ret, 0, NULL), NULL, 0));
}

CORO(returns)
{
	return *(int *)arg;
}

LOOP_TEST(a_body_s_positive_result_is_success)
{
	ok(cigo_future_take(ctx, cigo_spawn(ctx, returns, 0, &(int){ 1 }), NULL, 0));
	ok(cigo_future_take(ctx, cigo_spawn(ctx, returns, 0, &(int){ INT32_MAX }), NULL, 0));
	equal(cigo_future_take(ctx, cigo_spawn(ctx, returns, 0, &(int){ -1 }), NULL, 0), -1);
}

TEST(the_run_s_result_is_main_s)
{
	ok(t_run(returns, &(int){ 0 }));
	ok(t_run(returns, &(int){ 7 }));
	fails(t_run(returns, &(int){ -EXDEV }), -EXDEV);
	fails(cigo_run(returns, &(int){ -EXDEV }), -EXDEV);
}
