/* SPDX-License-Identifier: MIT
 * What only the real clock can show: that time passes, and neither less nor much more than asked.
 */
#include "tests/tools/wire.h"

#include <sys/resource.h>

/* How much later than asked is forgiven: the machine may be busy with others. */
#define SLACK CIGO_MS(t_scale(400, 2000))

#define ELAPSED(from, least)                              \
	do {                                              \
		int64_t took_ = t_real_now() - (from);    \
		ck_assert_int_ge(took_, (least));         \
		ck_assert_int_lt(took_, (least) + SLACK); \
	} while (0)

TEST_CASE("loop");

REAL_TEST(a_sleep_takes_its_time_and_never_less)
{
	static const int64_t times[] = { 1, 1000, 999999, CIGO_MS(1), CIGO_MS(10.9), CIGO_MS(30) };

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		int64_t start = t_real_now();

		ok(cigo_sleep(ctx, times[i]));
		ELAPSED(start, times[i]);
	}
}

REAL_TEST(zero_and_negative_sleeps_take_no_time)
{
	int64_t start = t_real_now();

	for (int i = 0; i < 100; i++) {
		ok(cigo_sleep(ctx, 0));
		ok(cigo_sleep(ctx, -1));
		ok(cigo_sleep(ctx, INT64_MIN));
	}
	ELAPSED(start, 0);
}

REAL_TEST(now_is_the_monotonic_clock)
{
	int64_t before = t_real_now(), now = cigo_now(ctx);

	ck_assert_int_ge(now, before - CIGO_MS(100)); /* a busy loop looks now and then only */
	ck_assert_int_le(now, t_real_now());
	before = t_real_now();
	now = cigo_now(cigo_ctx_background());
	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, t_real_now());
}

CORO(sleep_50_ms)
{
	return cigo_sleep(ctx, CIGO_MS(50));
}

REAL_TEST(a_hundred_sleepers_sleep_at_once)
{
	enum { SLEEPERS = 100 };
	cigo_task *t[SLEEPERS];
	int64_t start = t_real_now();

	for (int i = 0; i < SLEEPERS; i++)
		t[i] = cigo_spawn(ctx, sleep_50_ms, 0, NULL);
	ok(cigo_wait(ctx, CIGO_WAIT_ALL, t, SLEEPERS));
	ELAPSED(start, CIGO_MS(50));
	for (int i = 0; i < SLEEPERS; i++)
		cigo_future_unref(t[i]);
}

REAL_TEST(a_timeout_comes_in_time)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(30));
	int64_t start = t_real_now();

	fails(cigo_sleep(timed, CIGO_NEVER), -ETIMEDOUT);
	ELAPSED(start, CIGO_MS(30) - CIGO_MS(1));
	cigo_ctx_unref(timed);
}

REAL_TEST(a_deadline_comes_in_time)
{
	int64_t when = cigo_now(ctx) + CIGO_MS(30);
	cigo_ctx *timed = cigo_ctx_with_deadline(ctx, when);

	fails(cigo_sleep(timed, CIGO_NEVER), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now(), when);
	cigo_ctx_unref(timed);
}

static int64_t called_at;

CALLBACK(note_time)
{
	ok(status);
	called_at = t_real_now();
}

REAL_TEST(a_callback_comes_in_time)
{
	int64_t start = t_real_now();

	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(20), note_time, NULL), 0);
	ok(cigo_loop_wait_idle(ctx));
	ck_assert_int_ge(called_at - start, CIGO_MS(20) - CIGO_MS(1));
	ELAPSED(start, CIGO_MS(20) - CIGO_MS(1));
}

STREAM_TEST(a_read_times_out_in_time, .clock = CIGO_CLOCK_REAL)
{
	int64_t start = t_real_now();
	char c;

	cigo_stream_set_timeout(s, CIGO_MS(30));
	fails(cigo_stream_read(ctx, s, &c, 1), -ETIMEDOUT);
	ELAPSED(start, CIGO_MS(30) - CIGO_MS(1));
}

static int64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

REAL_TEST(a_sleeping_loop_uses_no_cpu)
{
	int64_t start = cpu_time();

	ok(cigo_sleep(ctx, CIGO_MS(300)));
	ck_assert_int_lt(cpu_time() - start, CIGO_MS(60));
}

CORO(read_one)
{
	char c;

	return cigo_stream_read(ctx, arg, &c, 1) == 1 ? 0 : -EIO;
}

STREAM_TEST(a_loop_waiting_for_io_uses_no_cpu, .clock = CIGO_CLOCK_REAL)
{
	cigo_task *t = cigo_spawn(ctx, read_one, 0, s);
	int64_t start = cpu_time();

	ok(cigo_sleep(ctx, CIGO_MS(300)));
	ck_assert_int_lt(cpu_time() - start, CIGO_MS(60));
	raw_say(raw, "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
}

TEST_CASE("without a loop");

TEST(without_a_loop_a_sleep_blocks_the_thread)
{
	int64_t start = t_real_now();

	ok(cigo_sleep(cigo_ctx_background(), CIGO_MS(30)));
	ELAPSED(start, CIGO_MS(30));
	start = t_real_now();
	ok(cigo_sleep(cigo_ctx_background(), 0));
	ok(cigo_sleep(cigo_ctx_background(), -5));
	ok(cigo_yield(cigo_ctx_background()));
	ELAPSED(start, 0);
}

TEST(without_a_loop_a_timeout_ends_a_sleep)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(30));
	int64_t start = t_real_now();

	fails(cigo_sleep(timed, CIGO_NEVER), -ETIMEDOUT);
	ELAPSED(start, CIGO_MS(30) - CIGO_MS(1));
	fails(cigo_ctx_error(timed), -ETIMEDOUT);
	fails(cigo_sleep(timed, CIGO_S(100)), -ETIMEDOUT);
	fails(cigo_yield(timed), -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

TEST(without_a_loop_a_deadline_passes_unattended)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(10));

	ok(cigo_ctx_error(timed));
	nap(20);
	fails(cigo_ctx_error(timed), -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

struct canceller {
	cigo_ctx *ctx;
	int64_t at;
};

THREAD(cancel_later)
{
	struct canceller *c = arg;

	nap(30);
	c->at = t_real_now();
	cigo_ctx_cancel(c->ctx, -EIO);
	return NULL;
}

TEST(without_a_loop_a_cancellation_from_another_thread_wakes_a_sleep_at_once)
{
	struct canceller c = { .ctx = cigo_ctx_with_cancel(cigo_ctx_background()) };
	cigo_ctx *child = cigo_ctx_with_timeout(c.ctx, CIGO_S(1000));
	pthread_t t = thread_start(cancel_later, &c);

	fails(cigo_sleep(child, CIGO_NEVER), -EIO);
	thread_join(t);
	ELAPSED(c.at, 0);
	cigo_ctx_unref(child);
	cigo_ctx_unref(c.ctx);
}

THREAD(sleep_by_arg)
{
	fails(cigo_sleep(arg, CIGO_NEVER), -EIO);
	return NULL;
}

TEST(without_a_loop_one_cancellation_wakes_many_threads)
{
	cigo_ctx *ctx = cigo_ctx_with_cancel(cigo_ctx_background());
	pthread_t t[8];

	for (int i = 0; i < 8; i++)
		t[i] = thread_start(sleep_by_arg, ctx);
	nap(20);
	cigo_ctx_cancel(ctx, -EIO);
	for (int i = 0; i < 8; i++)
		thread_join(t[i]);
	cigo_ctx_unref(ctx);
}

struct race {
	cigo_ctx *ctx;
	int spins;
};

THREAD(cancel_soon)
{
	struct race *r = arg;

	for (volatile int i = 0; i < r->spins; i++)
		;
	cigo_ctx_cancel(r->ctx, -EIO);
	return NULL;
}

/* The wake-up must not be lost, whether it comes before, in or after the falling asleep. */
TEST(without_a_loop_no_cancellation_is_missed_by_one_who_falls_asleep)
{
	int rounds = (int)t_scale(500, 100);

	for (int i = 0; i < rounds; i++) {
		struct race r = { cigo_ctx_with_cancel(cigo_ctx_background()), i * 97 % 20000 };
		pthread_t t = thread_start(cancel_soon, &r);

		fails(cigo_sleep(r.ctx, CIGO_S(1000)), -EIO);
		thread_join(t);
		cigo_ctx_unref(r.ctx);
	}
}

TEST_CASE("wake-ups");

struct posting {
	cigo_loop *loop;
	cigo_future *f;
	int spins;
};

THREAD(post_soon)
{
	struct posting *p = arg;

	for (volatile int i = 0; i < p->spins; i++)
		;
	ok(cigo_loop_call_threadsafe(p->loop, t_set, p->f));
	return NULL;
}

REAL_TEST(no_post_is_missed_by_a_loop_that_falls_asleep)
{
	int rounds = (int)t_scale(500, 100);

	for (int i = 0; i < rounds; i++) {
		struct posting p = { cigo_ctx_loop(ctx), cigo_future_new(0), i * 97 % 20000 };
		pthread_t t = thread_start(post_soon, &p);

		ok(cigo_join(ctx, p.f));
		thread_join(t);
		cigo_future_unref(p.f);
	}
}

CORO(sleep_for_ever)
{
	fails(cigo_sleep(ctx, CIGO_NEVER), -EIO);
	return 0;
}

TEST(no_outer_cancel_is_missed_by_a_loop_that_begins)
{
	int rounds = (int)t_scale(200, 50);

	for (int i = 0; i < rounds; i++) {
		struct race r = { cigo_ctx_with_cancel(cigo_ctx_background()), i * 997 % 200000 };
		pthread_t t = thread_start(cancel_soon, &r);

		fails(cigo_run_with(NULL, r.ctx, sleep_for_ever, NULL), -EIO);
		thread_join(t);
		cigo_ctx_unref(r.ctx);
	}
}
