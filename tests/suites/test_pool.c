/* SPDX-License-Identifier: MIT
 * Strands without a coroutine: used again, ended when long idle. The pool looks every five seconds;
 * here it is told that they are over. */
#include "tests/tools/wire.h"

#include <sched.h>

#include "engine/crowd.h"
#include "engine/engine.h"
#include "engine/pool.h"

enum { MANY = 100 };

static struct cigo_loop *loop_of(const cigo_ctx *ctx)
{
	return cigo_ctx_loop(ctx);
}

static long length(const struct ci_list *list)
{
	long n = 0;

	ci_list_each(node, list)
		n++;
	return n;
}

CORO(sleep_1_ms)
{
	return cigo_sleep(ctx, CIGO_MS(1));
}

/* The driver does not look before it is told. */
static void hold(const cigo_ctx *ctx)
{
	loop_of(ctx)->pool_look = ci_clock_now() + CIGO_S(3600);
}

/* n tasks at once, to their end: so many strands, then idle. */
static void use_strands(cigo_ctx *ctx, int n, size_t stack_size)
{
	cigo_task_options o = { .size = sizeof o, .stack_size = stack_size };
	cigo_task *tasks[MANY];

	hold(ctx);
	for (int i = 0; i < n; i++)
		tasks[i] = cigo_task_spawn_with(ctx, sleep_1_ms, 0, NULL, &o);
	for (int i = 0; i < n; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
}

/* As if the time were over. */
static void look(cigo_ctx *ctx)
{
	loop_of(ctx)->pool_look = 0;
	ci_pool_trim(loop_of(ctx));
	hold(ctx);
}

TEST_CASE("pool");

LOOP_TEST(strands_not_needed_between_two_looks_end, .model = CIGO_COOPERATIVE)
{
	int before = t_count_threads();

	use_strands(ctx, 10, 0);
	equal(t_count_threads(), before + 10);
	look(ctx); /* they are cold now */
	equal(length(&loop_of(ctx)->cold), 10);
	equal(t_count_threads(), before + 10);
	look(ctx); /* told to end */
	look(ctx); /* joined */
	equal(length(&loop_of(ctx)->cold), 0);
	equal(t_wait_threads(before), before);
	use_strands(ctx, 10, 0);
	equal(counts(ctx).strands, 1 + 10 + 10);
}

LOOP_TEST(strands_needed_in_between_stay, .model = CIGO_COOPERATIVE)
{
	int before = t_count_threads();

	use_strands(ctx, 10, 0);
	for (int i = 0; i < 5; i++) {
		look(ctx);
		use_strands(ctx, 4, 0);
	}
	equal(counts(ctx).strands, 11);
	equal(t_wait_threads(before + 4), before + 4);
}

LOOP_TEST(few_are_ended_at_once, .model = CIGO_COOPERATIVE)
{
	int before = t_count_threads();

	use_strands(ctx, MANY, 0);
	look(ctx);
	for (long left = MANY; left; left -= length(&loop_of(ctx)->ending)) {
		equal(length(&loop_of(ctx)->cold), left);
		look(ctx);
		ck_assert_int_le(length(&loop_of(ctx)->ending), 32);
	}
	look(ctx);
	equal(t_wait_threads(before), before);
}

LOOP_TEST(a_pool_left_alone_does_not_look_before_its_time, .model = CIGO_COOPERATIVE)
{
	use_strands(ctx, 10, 0);
	loop_of(ctx)->pool_look = 0;
	ok(cigo_sleep(ctx, 1)); /* the driver looks */
	equal(length(&loop_of(ctx)->cold), 10);
	for (int i = 0; i < 100; i++) /* hours, on the virtual clock */
		ok(cigo_sleep(ctx, CIGO_S(360)));
	equal(length(&loop_of(ctx)->cold), 10);
}

LOOP_TEST(the_virtual_clock_knows_nothing_of_it, .model = CIGO_COOPERATIVE)
{
	use_strands(ctx, 40, 0);
	for (int i = 0; i < 5; i++) {
		int64_t before = cigo_now(ctx);

		loop_of(ctx)->pool_look = i % 2 ? 0 : ci_clock_now() + CIGO_MS(1);
		ok(cigo_sleep(ctx, CIGO_S(100)));
		equal(cigo_now(ctx) - before, CIGO_S(100));
	}
}

/* The other side of a pipe that main waits for: watches the threads of the process. */
static int watched[2], seen;

THREAD(watch_threads)
{
	seen = t_wait_threads(*(int *)arg);
	raw_say(watched[1], "x");
	return NULL;
}

REAL_TEST(a_loop_that_sleeps_wakes_to_end_them, .model = CIGO_COOPERATIVE)
{
	int before = t_count_threads() + 1;
	char c;

	use_strands(ctx, 10, 0);
	look(ctx);
	loop_of(ctx)->pool_look = ci_clock_now() + CIGO_MS(50);
	raw_pipe(watched);
	cigo_stream *s = cigo_stream_open(watched[0]);
	uint64_t polls = counts(ctx).polls;
	pthread_t t = thread_start(watch_threads, &before);
	equal(cigo_stream_read(ctx, s, &c, 1), 1);
	thread_join(t);
	equal(seen, before);
	ok(cigo_sleep(ctx, CIGO_MS(30))); /* joined */
	ck_assert_uint_le(counts(ctx).polls - polls, 20);
	equal(length(&loop_of(ctx)->ending) + length(&loop_of(ctx)->cold), 0);
	cigo_stream_close(s);
	close(watched[1]);
}

LOOP_TEST(a_strand_with_a_larger_stack_is_found_again, .model = CIGO_COOPERATIVE)
{
	use_strands(ctx, MANY, 64 * 1024);
	for (int i = 0; i < 5; i++)
		use_strands(ctx, 3, 1 << 20);
	equal(counts(ctx).strands, 1 + MANY + 3);
	use_strands(ctx, MANY, 64 * 1024);
	equal(counts(ctx).strands, 1 + MANY + 3);
}

LOOP_TEST(a_run_ends_in_any_state_of_the_pool, .model = CIGO_COOPERATIVE)
{
	use_strands(ctx, 50, 0);
	look(ctx);
	use_strands(ctx, 5, 0);
	look(ctx); /* cold ones are ending, others idle */
	ck_assert_int_gt(length(&loop_of(ctx)->ending), 0);
	ck_assert_int_gt(length(&loop_of(ctx)->idle), 0);
	ck_assert_int_gt(length(&loop_of(ctx)->cold), 0);
}

TEST_CASE("crowds", .seconds = 120); /* several threads end them */

static int crowd_cold;

CORO(leave_a_crowd)
{
	long n = *(long *)arg;
	cigo_task **tasks = calloc((size_t)n, sizeof(cigo_task *));

	ck_assert_ptr_nonnull(tasks);
	hold(ctx);
	for (long i = 0; i < n; i++)
		tasks[i] = cigo_spawn(ctx, sleep_1_ms, 0, NULL);
	for (long i = 0; i < n; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
	free(tasks);
	if (crowd_cold) {
		look(ctx);
		look(ctx); /* some are ending */
	}
	return 0;
}

static void run_a_crowd(long n, bool cold)
{
	int before = t_count_threads();

	if (n > CI_CROWD && t_under_valgrind())
		return; /* DRD takes minutes for so many threads; TSan looks at them, too */
	crowd_cold = cold;
	for (int i = 0; i < 2; i++) {
		ok(t_run(leave_a_crowd, &n));
		equal(t_wait_threads(before), before);
	}
}

TEST(a_crowd_ends_with_its_loop)
{
	run_a_crowd(CI_CROWD + 40, false);
}

TEST(a_crowd_ends_in_any_state_of_the_pool)
{
	run_a_crowd(CI_CROWD + 1, true);
}

TEST(few_end_without_help)
{
	run_a_crowd(20, false);
}

/* One CPU: home ends them alone. The program's thread has its CPUs as before. */
TEST(a_crowd_ends_on_a_single_cpu)
{
	cpu_set_t all, one, after;
	int cpu = 0;

	ok(sched_getaffinity(0, sizeof all, &all));
	while (!CPU_ISSET(cpu, &all))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	ok(sched_setaffinity(0, sizeof one, &one));
	run_a_crowd(CI_CROWD + 40, false);
	ok(sched_getaffinity(0, sizeof after, &after));
	ck_assert(CPU_EQUAL(&after, &one));
	ok(sched_setaffinity(0, sizeof all, &all));
}
