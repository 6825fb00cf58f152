/* SPDX-License-Identifier: MIT
 * Many of each: what must not cost more for each as there are more. Of times only growth is judged,
 * and that of what is quadratic from what is not. */
#include "tests/tools/kit.h"

static int64_t began;

static void start(void)
{
	began = t_real_now();
}

/* ns for each of n since start. */
static double each(long n)
{
	return (double)(t_real_now() - began) / (double)n;
}

/* What a hundred times as many cost: caches make each dearer, but not thirty times. Tools have their
 * own ways to grow. */
static void grows_mildly(double few, double many)
{
	ck_assert_msg(t_is_slow() || many < 30 * few + 2000,
		      "%.0f ns each, a hundred times as many %.0f ns", few, many);
}

/* ---- timers ---- */

TEST_CASE("scale", .seconds = 60);

struct calls {
	long n, called, dropped;
	int64_t last;
};

CALLBACK(count_call)
{
	struct calls *c = arg;

	c->called += status == 0;
	c->dropped += status < 0;
}

/* Scattered over an hour: neither sorted nor its reverse. */
static int64_t some_time(long i)
{
	return (int64_t)((uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) >> 8) % CIGO_S(3600) + 1;
}

/* Arms n timers and cancels them all, in another order. ns each. */
static double arm_and_cancel(cigo_loop *loop, struct calls *c, int64_t *ids, long n)
{
	start();
	for (long i = 0; i < n; i++) {
		ids[i] = cigo_loop_call_later(loop, some_time(i), count_call, c);
		ck_assert_int_gt(ids[i], 0);
	}
	for (long i = 0; i < n; i++)
		if (!cigo_callback_cancel(loop, ids[i * 7 % n]))
			ck_abort_msg("timer %ld was not there", i * 7 % n);
	return each(n);
}

LOOP_TEST(a_million_timers_are_armed_and_cancelled)
{
	long many = t_scale(1000000, 20000);
	struct calls c = { .n = 0 };
	int64_t *ids = calloc((size_t)many, sizeof *ids);
	cigo_loop *loop = cigo_ctx_loop(ctx);

	ck_assert_ptr_nonnull(ids);
	ck_assert_int_ne(many % 7, 0); /* so that i * 7 % many meets them all */
	double few = arm_and_cancel(loop, &c, ids, many / 100);
	grows_mildly(few, arm_and_cancel(loop, &c, ids, many));
	ok(cigo_sleep(ctx, CIGO_S(7200)));
	equal(c.called + c.dropped, 0);
	free(ids);
}

CALLBACK(note_order)
{
	struct calls *c = arg;
	int64_t now = cigo_now(ctx);

	c->called += now >= c->last;
	c->last = now;
}

static double arm_and_fire(cigo_ctx *ctx, long n)
{
	struct calls c = { .n = n };

	start();
	for (long i = 0; i < n; i++)
		ck_assert_int_gt(
			cigo_loop_call_later(cigo_ctx_loop(ctx), some_time(i), note_order, &c), 0);
	ok(cigo_sleep(ctx, CIGO_S(3601)));
	equal(c.called, n); /* each, and in order */
	return each(n);
}

LOOP_TEST(timers_by_the_hundred_thousand_fire_in_order)
{
	long many = t_scale(200000, 5000);
	double few = arm_and_fire(ctx, many / 100);

	grows_mildly(few, arm_and_fire(ctx, many));
}

/* ---- a future ---- */

static void count_done(const cigo_ctx *ctx T_UNUSED, cigo_future *f T_UNUSED, int err T_UNUSED,
		       void *arg)
{
	++*(long *)arg;
}

static double complete_for(cigo_ctx *ctx, long n)
{
	cigo_future *f = cigo_future_new(0);
	long called = 0;

	start();
	for (long i = 0; i < n; i++)
		ok(cigo_future_on_done(ctx, f, count_done, &called));
	ok(cigo_future_complete(f, NULL, 0, 0));
	ok(cigo_loop_wait_idle(ctx));
	equal(called, n);
	cigo_future_unref(f);
	return each(n);
}

LOOP_TEST(a_future_tells_a_hundred_thousand_who_wait_for_it)
{
	long many = t_scale(100000, 5000);
	double few = complete_for(ctx, many / 100);

	grows_mildly(few, complete_for(ctx, many));
}

CORO(await_arg)
{
	return cigo_future_await(ctx, arg, NULL, 0);
}

static double await_by(cigo_ctx *ctx, long n)
{
	cigo_task **tasks = calloc((size_t)n, sizeof(cigo_task *));
	cigo_future *f = cigo_future_new(0);

	ck_assert_ptr_nonnull(tasks);
	start();
	for (long i = 0; i < n; i++)
		tasks[i] = cigo_spawn(ctx, await_arg, 0, f);
	ok(cigo_yield(ctx));
	ok(cigo_future_complete(f, NULL, 0, 0));
	for (long i = 0; i < n; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
	cigo_future_unref(f);
	free(tasks);
	return each(n);
}

/* As many as are allowed, for each is a thread. */
LOOP_TEST(a_future_wakes_thousands_of_coroutines)
{
	cigo_limit limit = { .size = sizeof limit };
	long many = t_scale(10000, 500);

	ok(cigo_limit_threads(&limit));
	if (limit.room / 2 < many)
		many = (long)(limit.room / 2);
	ck_assert_int_ge(many, 100);
	await_by(ctx, many / 100);
	double few = await_by(ctx, many / 100);
	grows_mildly(few, await_by(ctx, many));
}

/* ---- sleepers ---- */

CORO(sleep_thrice)
{
	for (int i = 0; i < 3; i++)
		ok(cigo_sleep(ctx, CIGO_MS(500)));
	return 0;
}

LOOP_TEST(thousands_of_sleepers_cost_a_handoff_a_time)
{
	long n = t_scale(2000, 200);
	cigo_task **tasks = calloc((size_t)n, sizeof(cigo_task *));
	cigo_stats before = counts(ctx), after;

	ck_assert_ptr_nonnull(tasks);
	for (long i = 0; i < n; i++)
		tasks[i] = cigo_spawn(ctx, sleep_thrice, 0, NULL);
	for (long i = 0; i < n; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
	after = counts(ctx);
	ck_assert_uint_le(after.handoffs - before.handoffs, (uint64_t)(5 * n + 100));
	equal(after.strands - before.strands, n);
	free(tasks);
}
