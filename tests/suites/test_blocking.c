/* SPDX-License-Identifier: MIT
 * Blocking sections: a coroutine steps out of its loop and back in.
 */
#include "tests/tools/kit.h"

#include <sched.h>
#include <semaphore.h>

static int take_sem(void *arg)
{
	while (sem_wait(arg) && errno == EINTR)
		;
	return 0;
}

static int return_int(void *arg)
{
	return *(int *)arg;
}

TEST_CASE("sections");

CALLBACK(post_sem)
{
	ok(status);
	sem_post(arg);
}

LOOP_TEST(the_home_thread_drives_when_no_other_strand_can)
{
	sem_t sem;

	sem_init(&sem, 0, 0);
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(1), post_sem, &sem), 0);
	cigo_blocking_begin(ctx);
	nap(5); /* the virtual clock waits for us; a callback due now does not */
	cigo_blocking_end(ctx);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), post_sem, &sem), 0);
	ok(cigo_blocking_call(ctx, take_sem, &sem)); /* main is the only strand */
	ok(cigo_loop_wait_idle(ctx));
	sem_destroy(&sem);
}

LOOP_TEST(blocking_call_returns_what_the_function_returned)
{
	int values[] = { 0, 7, -EIO, INT32_MAX, INT32_MIN };

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		equal(cigo_blocking_call(ctx, return_int, &values[i]), values[i]);
}

static int inside, most_inside;

CORO(touch_between_sections)
{
	for (int i = 0; i < 200; i++) {
		cigo_blocking_begin(ctx);
		sched_yield();
		cigo_blocking_end(ctx);
		if (++inside > most_inside)
			most_inside = inside;
		for (int j = 0; j < 50; j++) /* would be seen by TSan, and by the count */
			*(volatile int *)&inside = *(volatile int *)&inside;
		inside--;
	}
	return 0;
}

LOOP_TEST(after_a_section_one_runs_at_a_time_again, COOPERATIVE)
{
	cigo_task *t[4];

	for (int i = 0; i < 4; i++)
		t[i] = cigo_spawn(ctx, touch_between_sections, 0, NULL);
	for (int i = 0; i < 4; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	equal(most_inside, 1);
	equal(inside, 0);
}

LOOP_TEST(a_section_keeps_errno)
{
	cigo_blocking_begin(ctx);
	errno = 77;
	cigo_blocking_end(ctx);
	equal(errno, 77);
}

TEST_CASE("cancellation");

struct blocked {
	sem_t sem;
	int call, next;
};

CORO(block_then_sleep)
{
	struct blocked *b = arg;

	b->call = cigo_blocking_call(ctx, take_sem, &b->sem);
	b->next = cigo_sleep(ctx, CIGO_S(1));
	return 0;
}

LOOP_TEST(a_cancellation_during_a_section_is_reported_by_the_next_await)
{
	struct blocked b = { .call = 5 };
	cigo_task *t;

	sem_init(&b.sem, 0, 0);
	t = cigo_spawn(ctx, block_then_sleep, 0, &b);
	ok(cigo_yield(ctx));
	ok(cigo_future_cancel(t, -EPERM));
	ok(cigo_yield(ctx));
	equal(cigo_future_is_done(t), false);
	sem_post(&b.sem);
	fails(cigo_future_take(ctx, t, NULL, 0), -EPERM);
	equal(b.call, 0); /* what you got counts */
	equal(b.next, -EPERM);
	sem_destroy(&b.sem);
}

TEST_CASE("where");

TEST(without_a_loop_a_section_is_nothing)
{
	int value = 7;

	cigo_blocking_begin(cigo_ctx_background());
	cigo_blocking_end(cigo_ctx_background());
	equal(cigo_blocking_call(cigo_ctx_background(), return_int, &value), 7);
}

CORO(look_at_cpus)
{
	cpu_set_t cpus;

	ok(cigo_yield(ctx));
	cigo_blocking_begin(ctx);
	sched_getaffinity(0, sizeof cpus, &cpus);
	cigo_blocking_end(ctx);
	equal(CPU_EQUAL(&cpus, (cpu_set_t *)arg), true);
	return 0;
}

TEST(a_section_may_use_every_cpu)
{
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof cpus, &cpus);
	ok(t_run_real(look_at_cpus, &cpus));
}

TEST_CASE("misuse");

static cigo_future *shared;

CORO(yield_inside)
{
	cigo_blocking_begin(ctx);
	cigo_ignore(cigo_yield(ctx));
	return 0;
}

CORO(sleep_inside)
{
	cigo_blocking_begin(ctx);
	cigo_ignore(cigo_sleep(ctx, 1));
	return 0;
}

CORO(nest)
{
	cigo_blocking_begin(ctx);
	cigo_blocking_begin(ctx);
	return 0;
}

CORO(end_without_begin)
{
	cigo_blocking_end(ctx);
	return 0;
}

CORO(complete_inside)
{
	shared = cigo_future_new(0);
	cigo_blocking_begin(ctx);
	cigo_future_set(shared, NULL, 0);
	return 0;
}

CORO(spawn_inside)
{
	cigo_blocking_begin(ctx);
	cigo_detach(cigo_spawn(ctx, nest, 0, NULL));
	return 0;
}

static void run_misuse(void *arg T_UNUSED)
{
	t_run((cigo_coro_fn *)(uintptr_t)arg, NULL);
}

#define FN(name) ((void *)(uintptr_t)(name))

TEST(to_touch_the_loop_in_a_section_is_misuse)
{
	t_abort(run_misuse, FN(yield_inside), "cigo_yield");
	t_abort(run_misuse, FN(sleep_inside), "cigo_sleep");
	t_abort(run_misuse, FN(complete_inside), "cigo_future_set");
	t_abort(run_misuse, FN(spawn_inside), "cigo_task_spawn");
}

TEST(sections_must_not_nest)
{
	t_abort(run_misuse, FN(nest), "cigo_blocking_begin");
}

TEST(a_section_ends_once)
{
	t_abort(run_misuse, FN(end_without_begin), "cigo_blocking_end");
}

CALLBACK(block_here)
{
	cigo_blocking_begin((cigo_ctx *)(uintptr_t)ctx);
}

CORO(call_blocker)
{
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), block_here, NULL), 0);
	return cigo_sleep(ctx, CIGO_S(1));
}

TEST(a_section_in_a_callback_is_misuse)
{
	t_abort(run_misuse, FN(call_blocker), "cigo_blocking_begin");
}
