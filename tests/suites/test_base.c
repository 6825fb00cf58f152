/* SPDX-License-Identifier: MIT
 * What every public header needs: time, lent bytes, bodies.
 */
#include "tests/tools/bodies.h"

T_TEST(time_is_in_nanoseconds_and_fractions_are_fine)
{
	ck_assert_int_eq(CIGO_MS(1), 1000000);
	ck_assert_int_eq(CIGO_MS(1.5), 1500000);
	ck_assert_int_eq(CIGO_MS(1 + 1), 2000000);
	ck_assert_int_eq(CIGO_MS(-3), -3000000);
	ck_assert_int_eq(CIGO_S(1), 1000000000);
	ck_assert_int_eq(CIGO_S(0.25), 250000000);
	ck_assert_int_eq(CIGO_S(3600) * 24 * 365, INT64_C(31536000000000000));
	ck_assert_uint_eq(sizeof CIGO_S(1), sizeof(int64_t));
	ck_assert_uint_eq(sizeof CIGO_MS(1.5), sizeof(int64_t));
}
END_TEST

T_TEST(never_is_later_than_any_time)
{
	ck_assert_int_eq(CIGO_NEVER, INT64_MAX);
	ck_assert_int_lt(cigo_now(cigo_ctx_background()), CIGO_NEVER);
}
END_TEST

T_TEST(an_ignored_call_is_made_once)
{
	int calls = 0;

	cigo_ignore(++calls);
	ck_assert_int_eq(calls, 1);
	cigo_ignore(calls++ - 1);
	ck_assert_int_eq(calls, 2);
}
END_TEST

T_TEST(the_version_is_the_package_s)
{
	ck_assert_str_eq(CIGO_VERSION, PACKAGE_VERSION);
}
END_TEST

T_TEST(error_codes_are_distinct_and_no_errno)
{
	ck_assert_int_lt(CIGO_ENOLOOP, -4095);
	ck_assert_int_lt(CIGO_ECLOSED, -4095);
	ck_assert_int_lt(CIGO_ERESOLVE, -4095);
	ck_assert_int_ne(CIGO_ENOLOOP, CIGO_ECLOSED);
	ck_assert_int_ne(CIGO_ENOLOOP, CIGO_ERESOLVE);
	ck_assert_int_ne(CIGO_ECLOSED, CIGO_ERESOLVE);
}
END_TEST

static int doubles(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_sleep(ctx, CIGO_MS(1));

	*(int *)ret = 2 * *(int *)arg;
	return err;
}

T_TEST(a_body_may_be_called_directly_without_a_loop)
{
	int twice = 0;

	ck_assert_int_eq(doubles(cigo_ctx_background(), &(int){ 21 }, &twice), 0);
	ck_assert_int_eq(twice, 42);
}
END_TEST

T_CORO(a_body_may_be_called_directly_in_a_coroutine)
{
	int64_t start = cigo_now(ctx);
	int twice = 0;

	ck_assert_int_eq(doubles(ctx, &(int){ 21 }, &twice), 0);
	ck_assert_int_eq(twice, 42);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(1));
}

static int looks_at_ret(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg);
	for (int i = 0; i < 100; i++)
		if (((char *)ret)[i])
			return -EINVAL;
	memset(ret, 0xff, 100);
	return 0;
}

T_CORO(a_body_finds_its_result_zeroed)
{
	char ret[100];

	for (int i = 0; i < 3; i++) /* also where memory is used again */
		ck_assert_int_eq(cigo_take(ctx, cigo_spawn(ctx, looks_at_ret, 100, NULL), &ret), 0);
	ck_assert_int_eq(ret[99], -1);
}

static int expects_no_ret(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg);
	return ret ? -EINVAL : 0;
}

T_CORO(a_body_without_a_result_finds_no_place_for_one)
{
	ck_assert_int_eq(cigo_future_take(ctx, cigo_spawn(ctx, expects_no_ret, 0, NULL), NULL, 0),
			 0);
}

static int returns(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(ret);
	return *(int *)arg;
}

T_CORO(a_body_s_positive_result_is_success)
{
	ck_assert_int_eq(cigo_future_take(ctx, cigo_spawn(ctx, returns, 0, &(int){ 1 }), NULL, 0),
			 0);
	ck_assert_int_eq(cigo_future_take(ctx, cigo_spawn(ctx, returns, 0, &(int){ INT32_MAX }),
					  NULL, 0),
			 0);
	ck_assert_int_eq(cigo_future_take(ctx, cigo_spawn(ctx, returns, 0, &(int){ -1 }), NULL, 0),
			 -1);
}

T_TEST(the_run_s_result_is_main_s)
{
	ck_assert_int_eq(t_run(returns, &(int){ 0 }), 0);
	ck_assert_int_eq(t_run(returns, &(int){ 7 }), 0);
	ck_assert_int_eq(t_run(returns, &(int){ -EXDEV }), -EXDEV);
	ck_assert_int_eq(cigo_run(returns, &(int){ -EXDEV }), -EXDEV);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base");
	TCase *tc = t_case(s, "base");

	t_add(tc, time_is_in_nanoseconds_and_fractions_are_fine, never_is_later_than_any_time,
	      an_ignored_call_is_made_once, the_version_is_the_package_s,
	      error_codes_are_distinct_and_no_errno);
	tc = t_case(s, "bodies");
	t_add(tc, a_body_may_be_called_directly_without_a_loop,
	      a_body_may_be_called_directly_in_a_coroutine, a_body_finds_its_result_zeroed,
	      a_body_without_a_result_finds_no_place_for_one, a_body_s_positive_result_is_success,
	      the_run_s_result_is_main_s);
	return t_main(s);
}
