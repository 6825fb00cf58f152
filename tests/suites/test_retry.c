/* SPDX-License-Identifier: MIT
 * Trying again: how often, with which pauses, and when no more.
 */
#include "tests/tools/kit.h"

struct server {
	int failures; /* it fails so often before it succeeds */
	int err, calls;
	int64_t at[64]; /* when it was called */
};

CORO(request)
{
	struct server *s = arg;

	s->at[s->calls++] = cigo_now(ctx);
	if (s->calls <= s->failures)
		return s->err;
	*(int *)ret = 42;
	return 7;
}

static cigo_retry_options exact(void)
{
	return (cigo_retry_options){ .size = sizeof(cigo_retry_options),
				     .jitter = CIGO_RETRY_EXACT };
}

/* The pauses between the calls, in milliseconds. */
static void expect_pauses(const struct server *s, const int *ms)
{
	for (int i = 0; i + 1 < s->calls; i++)
		equal(s->at[i + 1] - s->at[i], CIGO_MS(ms[i]));
}

TEST_CASE("pauses");

LOOP_TEST(what_succeeds_is_called_once)
{
	struct server s = { .err = -EIO };
	int value = 0;
	int64_t start = cigo_now(ctx);

	equal(cigo_retry(ctx, NULL, request, &s, &value), 7);
	equal(value, 42);
	equal(s.calls, 1);
	equal(cigo_now(ctx), start);
}

LOOP_TEST(pauses_double_up_to_the_longest)
{
	struct server s = { .failures = 6, .err = -ECONNREFUSED };
	cigo_retry_options o = exact();
	int value;

	o.first_ns = CIGO_MS(10);
	o.max_ns = CIGO_MS(100);
	equal(cigo_retry(ctx, &o, request, &s, &value), 7);
	equal(s.calls, 7);
	expect_pauses(&s, (const int[]){ 10, 20, 40, 80, 100, 100 });
}

LOOP_TEST(the_defaults_are_100_ms_doubled_up_to_30_s)
{
	struct server s = { .failures = 11, .err = -EIO };
	cigo_retry_options o = exact();
	int value;

	equal(cigo_retry(ctx, &o, request, &s, &value), 7);
	expect_pauses(&s, (const int[]){ 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000,
					 30000 });
}

LOOP_TEST(a_factor_of_one_keeps_the_pace)
{
	struct server s = { .failures = 4, .err = -EIO };
	cigo_retry_options o = exact();
	int value;

	o.factor = 1;
	o.first_ns = CIGO_MS(3);
	equal(cigo_retry(ctx, &o, request, &s, &value), 7);
	expect_pauses(&s, (const int[]){ 3, 3, 3, 3 });
}

static void run_jittered(cigo_ctx *ctx, struct server *s, uint64_t seed)
{
	cigo_retry_options o = { .size = sizeof o, .first_ns = CIGO_S(1), .factor = 1 };
	int value;

	o.seed = seed;
	*s = (struct server){ .failures = 50, .err = -EIO };
	equal(cigo_retry(ctx, &o, request, s, &value), 7);
}

LOOP_TEST(pauses_differ_by_a_half_and_a_seed_repeats_them)
{
	struct server a, b, c;
	bool differ = false;
	int64_t low = INT64_MAX, high = 0;

	run_jittered(ctx, &a, 1);
	run_jittered(ctx, &b, 1);
	run_jittered(ctx, &c, 2);
	for (int i = 0; i < 50; i++) {
		int64_t pause = a.at[i + 1] - a.at[i];

		ck_assert_int_gt(pause, CIGO_MS(499));
		ck_assert_int_le(pause, CIGO_S(1));
		equal(b.at[i + 1] - b.at[i], pause);
		differ |= c.at[i + 1] - c.at[i] != pause;
		low = pause < low ? pause : low;
		high = pause > high ? pause : high;
	}
	ck_assert(differ);
	ck_assert_int_gt(high - low, CIGO_MS(250));
}

LOOP_TEST(a_pause_beyond_all_time_is_for_ever)
{
	struct server s = { .failures = 60, .err = -EIO };
	cigo_retry_options o = exact();
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1e9));

	o.factor = 1e6;
	o.max_ns = CIGO_NEVER;
	fails(cigo_retry(timed, &o, request, &s, NULL), -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

TEST_CASE("giving up");

LOOP_TEST(the_last_error_is_told_when_the_attempts_are_used_up)
{
	struct server s = { .failures = 50, .err = -ECONNREFUSED };
	cigo_retry_options o = exact();
	int64_t start = cigo_now(ctx);

	o.attempts = 3;
	fails(cigo_retry(ctx, &o, request, &s, NULL), -ECONNREFUSED);
	equal(s.calls, 3);
	equal(cigo_now(ctx) - start, CIGO_MS(300)); /* no pause after the last */
}

static bool only_refused(int err, void *arg)
{
	++*(int *)arg;
	return err == -ECONNREFUSED;
}

LOOP_TEST(an_error_not_worth_it_is_told_at_once)
{
	int asked = 0;
	struct server s = { .failures = 50, .err = -EACCES };
	cigo_retry_options o = exact();

	o.again = only_refused;
	o.again_arg = &asked;
	fails(cigo_retry(ctx, &o, request, &s, NULL), -EACCES);
	equal(s.calls, 1);
	s.err = -ECONNREFUSED;
	o.attempts = 4;
	fails(cigo_retry(ctx, &o, request, &s, NULL), -ECONNREFUSED);
	equal(asked, 4); /* nothing is asked after the last */
}

LOOP_TEST(a_deadline_ends_a_pause)
{
	struct server s = { .failures = 50, .err = -EIO };
	cigo_retry_options o = exact();
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(250));
	int64_t start = cigo_now(ctx);

	fails(cigo_retry(timed, &o, request, &s, NULL), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(250));
	equal(s.calls, 2);
	ck_assert(cigo_ctx_expired(timed));
	cigo_ctx_unref(timed);
}

LOOP_TEST(under_a_dead_context_nothing_is_called)
{
	struct server s = { .err = -EIO };
	cigo_ctx *dead = t_dead(ctx, -EPERM);

	fails(cigo_retry(dead, NULL, request, &s, NULL), -EPERM);
	fails(cigo_retry(NULL, NULL, request, &s, NULL), -ENOMEM);
	equal(s.calls, 0);
	cigo_ctx_unref(dead);
}

PLAIN_TEST(it_retries_without_a_loop)
{
	struct server s = { .failures = 2, .err = -EIO };
	cigo_retry_options o = exact();
	int value = 0;

	o.first_ns = 1000;
	equal(cigo_retry(ctx, &o, request, &s, &value), 7);
	equal(s.calls, 3);
}

TEST_CASE("misuse");

PLAIN_MISUSE_TEST(options_need_a_size, "cigo_retry_options")
{
	cigo_ignore(cigo_retry(ctx, &(cigo_retry_options){ 0 }, request, NULL, NULL));
}

PLAIN_MISUSE_TEST(pauses_that_shrink_are_misuse, "pauses that shrink, by the factor 0.5")
{
	cigo_retry_options o = exact();

	o.factor = 0.5;
	cigo_ignore(cigo_retry(ctx, &o, request, NULL, NULL));
}

PLAIN_MISUSE_TEST(a_jitter_above_one_is_misuse, "the jitter 1.5 is not between 0 and 1")
{
	cigo_retry_options o = exact();

	o.jitter = 1.5;
	cigo_ignore(cigo_retry(ctx, &o, request, NULL, NULL));
}

PLAIN_MISUSE_TEST(a_negative_pause_is_misuse, "a pause that is negative")
{
	cigo_retry_options o = exact();

	o.first_ns = -1;
	cigo_ignore(cigo_retry(ctx, &o, request, NULL, NULL));
}

PLAIN_MISUSE_TEST(nothing_to_call_is_misuse, "no function")
{
	cigo_ignore(cigo_retry(ctx, NULL, NULL, NULL, NULL));
}
