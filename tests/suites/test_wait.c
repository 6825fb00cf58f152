/* SPDX-License-Identifier: MIT
 * Waiting for several futures at once: wait and first_result.
 */
#include "tests/tools/kit.h"

#include <malloc.h>

#define RESULT CIGO_WAIT_FIRST_RESULT
#define ERROR  CIGO_WAIT_FIRST_ERROR
#define ALL    CIGO_WAIT_ALL

static void unref_all(cigo_future *const *futures, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cigo_future_unref(futures[i]);
}

static cigo_future *failed(int err)
{
	cigo_future *f = cigo_future_new(sizeof(int));

	cigo_future_fail(f, err);
	return f;
}

BEFORE_ALL
{
	mallopt(M_ARENA_MAX, 1); /* mallinfo2 knows the first arena only */
}

TEST_CASE("wait");

LOOP_TEST(waiting_for_nothing_returns_at_once, COOPERATIVE)
{
	cigo_detach(t_job(ctx, .word = "other"));
	ok(cigo_wait(ctx, ALL, NULL, 0));
	ok(cigo_wait(ctx, RESULT, NULL, 0));
	ok(cigo_wait(ctx, ERROR, NULL, 0));
	t_expect_said("");
}

LOOP_TEST(wait_all_waits_for_all)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(3)),
		t_job(ctx, .ns = CIGO_MS(9)),
		t_job(ctx, .ns = CIGO_MS(6)),
	};

	ok(cigo_wait(ctx, ALL, tasks, 3));
	equal(cigo_now(ctx) - start, CIGO_MS(9));
	for (int i = 0; i < 3; i++)
		ck_assert(cigo_future_is_done(tasks[i]));
	unref_all(tasks, 3);
}

LOOP_TEST(wait_all_gives_the_latest_error)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(2), .result = -EIO),
		t_job(ctx, .ns = CIGO_MS(3), .result = -EPERM),
		t_job(ctx, .ns = CIGO_MS(1), .result = -EXDEV),
		t_job(ctx, .ns = CIGO_MS(4)),
	};

	fails(cigo_wait(ctx, ALL, tasks, 4), -EPERM);
	equal(cigo_now(ctx) - start, CIGO_MS(4));
	fails(cigo_future_error(tasks[0]), -EIO); /* each keeps its own */
	fails(cigo_future_error(tasks[1]), -EPERM);
	fails(cigo_future_error(tasks[2]), -EXDEV);
	ok(cigo_future_error(tasks[3]));
	unref_all(tasks, 4);
}

LOOP_TEST(wait_first_result_returns_with_the_first_success)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(1), .result = -EIO),
		t_job(ctx, .ns = CIGO_MS(9)),
		t_job(ctx, .ns = CIGO_MS(5)),
	};

	ok(cigo_wait(ctx, RESULT, tasks, 3));
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert(!cigo_future_is_done(tasks[1])); /* it is not cancelled */
	ok(cigo_future_await(ctx, tasks[1], NULL, 0));
	unref_all(tasks, 3);
}

LOOP_TEST(wait_first_result_gives_the_latest_error_when_all_fail)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(2), .result = -EIO),
		t_job(ctx, .ns = CIGO_MS(3), .result = -EPERM),
		t_job(ctx, .ns = CIGO_MS(1), .result = -EXDEV),
	};

	fails(cigo_wait(ctx, RESULT, tasks, 3), -EPERM);
	unref_all(tasks, 3);
}

LOOP_TEST(wait_first_error_returns_with_the_first_failure)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(1)),
		t_job(ctx, .ns = CIGO_MS(9)),
		t_job(ctx, .ns = CIGO_MS(5), .result = -EIO),
	};

	fails(cigo_wait(ctx, ERROR, tasks, 3), -EIO);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	ok(cigo_future_await(ctx, tasks[1], NULL, 0)); /* it is not cancelled */
	unref_all(tasks, 3);
}

LOOP_TEST(wait_first_error_waits_for_all_when_all_succeed)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = { t_job(ctx, .ns = CIGO_MS(1)), t_job(ctx, .ns = CIGO_MS(9)) };

	ok(cigo_wait(ctx, ERROR, tasks, 2));
	equal(cigo_now(ctx) - start, CIGO_MS(9));
	unref_all(tasks, 2);
}

LOOP_TEST(what_is_done_already_counts)
{
	cigo_future *good = t_done(1), *bad = failed(-EIO), *pending = cigo_future_new(sizeof(int));

	ok(cigo_wait_all(ctx, good, good));
	fails(cigo_wait_all(ctx, good, bad), -EIO);
	equal(cigo_wait_any(ctx, pending, good), 0);
	equal(cigo_wait_any(ctx, bad, pending, good), 0);
	fails(cigo_wait(ctx, ERROR, (cigo_future *[]){ pending, bad }, 2), -EIO);
	ck_assert(!cigo_future_is_done(pending));
	cigo_future_unref(good);
	cigo_future_unref(bad);
	cigo_future_unref(pending);
}

LOOP_TEST(what_is_done_already_is_told_under_a_dead_context_too)
{
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	cigo_future *good = t_done(1), *bad = failed(-EIO);

	ok(cigo_wait_all(dead, good, good));
	fails(cigo_wait_all(dead, good, bad), -EIO);
	equal(cigo_wait_any(dead, bad, good), 0);
	cigo_future_unref(good);
	cigo_future_unref(bad);
	cigo_ctx_unref(dead);
}

LOOP_TEST(a_future_that_could_not_be_made_counts_as_failed_for_want_of_memory)
{
	cigo_future *good = t_done(1), *pending = cigo_future_new(sizeof(int));

	fails(cigo_wait_all(ctx, good, NULL), -ENOMEM);
	fails(cigo_wait_all(ctx, NULL), -ENOMEM);
	equal(cigo_wait_any(ctx, NULL, good), 0);
	fails(cigo_wait_any(ctx, NULL, NULL), -ENOMEM);
	fails(cigo_wait(ctx, ERROR, (cigo_future *[]){ pending, NULL }, 2), -ENOMEM);
	cigo_future_unref(good);
	cigo_future_unref(pending);
}

LOOP_TEST(without_a_context_nothing_can_be_waited_for)
{
	cigo_future *pending = cigo_future_new(sizeof(int));

	fails(cigo_wait(NULL, ALL, &pending, 1), -ENOMEM);
	cigo_future_unref(pending);
}

LOOP_TEST(a_mix_of_tasks_futures_workers_and_shields_can_be_waited_for)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(2)), *inner = t_job(ctx, .ns = CIGO_MS(3));
	struct t_job job = { .value = 1 };
	cigo_task *worker = cigo_go(ctx, t_job_body, sizeof(int), &job);
	cigo_future *shield = cigo_future_shield(inner);

	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ok(cigo_wait_all(ctx, f, t, shield, worker));
	unref_all((cigo_future *[]){ f, t, inner, worker, shield }, 5);
}

LOOP_TEST(the_same_future_may_be_waited_for_twice_at_once)
{
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(2), .result = -EIO);

	fails(cigo_wait_all(ctx, t, t, t), -EIO);
	cigo_future_unref(t);
}

LOOP_TEST(a_wait_that_times_out_returns_at_once_and_cancels_nothing)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(50), .value = 3);
	cigo_future *f = cigo_future_new(sizeof(int));
	int value;

	fails(cigo_wait_all(timed, t, f), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert(!cigo_future_is_done(t));
	ck_assert(!cigo_future_is_done(f));
	ok(cigo_take(ctx, t, &value));
	equal(value, 3);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

LOOP_TEST(a_wait_under_a_dead_context_gives_the_cause)
{
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	cigo_future *pending = cigo_future_new(sizeof(int)), *good = t_done(1);

	fails(cigo_wait_all(dead, good, pending), -EXDEV);
	ck_assert(!cigo_future_is_done(pending));
	cigo_future_unref(pending);
	cigo_future_unref(good);
	cigo_ctx_unref(dead);
}

CORO(waits_all_of_two)
{
	int *err = ret;

	*err = cigo_wait(ctx, ALL, arg, 2);
	return 0;
}

LOOP_TEST(a_wait_that_was_over_before_the_cancellation_has_succeeded, COOPERATIVE)
{
	cigo_future *two[] = { cigo_future_new(4), cigo_future_new(4) };
	cigo_task *t = cigo_spawn(ctx, waits_all_of_two, sizeof(int), two);
	int err = 1;

	ok(cigo_yield(ctx));
	cigo_future_set(two[0], "123", 4);
	cigo_future_set(two[1], "123", 4);
	cigo_future_cancel(t, -EIO);
	fails(cigo_take(ctx, t, &err), -EIO);
	equal(err, 0);
	unref_all(two, 2);
}

LOOP_TEST(a_wait_leaves_nothing_behind_on_a_long_lived_future)
{
	cigo_future *long_lived = cigo_future_new(sizeof(int)), *good = t_done(1);
	cigo_ctx *dead = t_dead(ctx, -EIO);
	long n = t_scale(100000, 5000);
	struct mallinfo2 before, after;

	for (long i = -n / 10; i < n; i++) {
		if (i == 0)
			before = mallinfo2();
		if (cigo_wait_any(ctx, long_lived, good) != 0)
			ck_abort();
		if (i % 8 == 0 && cigo_wait_all(dead, long_lived, good) != -EIO)
			ck_abort();
	}
	after = mallinfo2();
	if (!t_is_slow())
		ck_assert_uint_lt(after.uordblks, before.uordblks + 10000);
	cigo_future_set(long_lived, &(int){ 1 }, sizeof(int)); /* would touch what was left */
	ok(cigo_yield(ctx));
	cigo_future_unref(long_lived);
	cigo_future_unref(good);
	cigo_ctx_unref(dead);
}

LOOP_TEST(ten_thousand_futures_can_be_waited_for)
{
	enum { N = 10000 };
	static cigo_future *futures[N];
	cigo_task *t;

	for (int i = 0; i < N; i++)
		futures[i] = cigo_future_new(sizeof(int));
	t = t_job(ctx, .ns = CIGO_MS(1), .word = "later");
	for (int i = 0; i < N - 1; i++)
		cigo_future_set(futures[i], &i, sizeof i);
	ok(cigo_wait(ctx, RESULT, futures, N));
	cigo_future_set(futures[N - 1], &(int){ 1 }, sizeof(int));
	ok(cigo_wait(ctx, ALL, futures, N));
	t_expect_said("");
	unref_all(futures, N);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

CORO(waits_for_itself_among_others)
{
	cigo_future *futures[] = { arg, cigo_task_current(ctx) };

	return cigo_wait(ctx, ALL, futures, 2);
}

LOOP_TEST(a_wait_for_who_waits_for_oneself_is_told)
{
	cigo_future *pending = cigo_future_new(sizeof(int));
	cigo_task *t = cigo_spawn(ctx, waits_for_itself_among_others, 0, pending);

	fails(cigo_future_take(ctx, t, NULL, 0), -EDEADLK);
	ck_assert(!cigo_future_is_done(pending));
	cigo_future_unref(pending);
}

CORO(waits_at)
{
	return cigo_wait(ctx, ALL, arg, 1);
}

LOOP_TEST(tasks_that_wait_for_each_other_are_told, COOPERATIVE)
{
	cigo_task *a, *b;

	a = cigo_spawn(ctx, waits_at, 0, &b);
	b = cigo_spawn(ctx, waits_at, 0, &a);
	fails(cigo_join(ctx, b), -EDEADLK);
	fails(cigo_join(ctx, a), -EDEADLK);
	cigo_future_unref(a);
	cigo_future_unref(b);
}

LOOP_TEST(the_values_of_what_was_waited_for_are_where_they_were_asked_to_be)
{
	int oops = cigo_error_new("oops");
	cigo_future *f = cigo_future_new(5);
	cigo_task *a = t_job(ctx, .ns = CIGO_S(1), .value = 20);
	cigo_task *b = t_job(ctx, .ns = CIGO_S(1), .value = 25, .result = oops);
	char text[5] = "";
	int values[2] = { 0 };

	cigo_future_set(f, "test", 5);
	equal(cigo_wait_all(ctx, cigo_write_to(ctx, f, &text), cigo_write_to(ctx, a, &values[0]),
			    cigo_write_to(ctx, b, &values[1])),
	      oops);
	ck_assert_str_eq(text, "test");
	equal(values[0], 20);
	equal(values[1], 25);
	unref_all((cigo_future *[]){ f, a, b }, 3);
}

CORO(waits_for_either)
{
	return cigo_wait(ctx, RESULT, arg, 2);
}

LOOP_TEST(who_waits_for_one_of_several_is_in_no_circle_while_another_may_come, COOPERATIVE)
{
	cigo_task *either[2], *waiter;

	waiter = cigo_spawn(ctx, waits_for_either, 0, either);
	either[0] = cigo_spawn(ctx, waits_at, 0, &waiter); /* waits for the waiter */
	either[1] = t_job(ctx, .ns = CIGO_MS(5));
	ok(cigo_join(ctx, waiter));
	ok(cigo_join(ctx, either[0]));
	unref_all((cigo_future *[]){ waiter, either[0], either[1] }, 3);
}

TEST_CASE("first result");

LOOP_TEST(first_result_gives_the_value_and_the_index_of_the_first_success)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(9), .value = 1),
		t_job(ctx, .ns = CIGO_MS(5), .value = 2),
		t_job(ctx, .ns = CIGO_MS(1), .value = 3, .result = -EIO),
	};
	int64_t start = cigo_now(ctx);
	int value = 99;

	equal(cigo_first_result(ctx, tasks, 3, &value, sizeof value), 1);
	equal(value, 2);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert(cigo_future_is_done(tasks[0]));
	fails(cigo_future_error(tasks[0]), -ECANCELED);
	fails(cigo_future_error(tasks[2]), -EIO);
	unref_all(tasks, 3);
}

LOOP_TEST(the_first_success_cancels_the_others_before_they_can_begin, COOPERATIVE)
{
	int begun[3] = { 0 };
	cigo_task *tasks[] = {
		t_job(ctx, .value = 1, .begun = &begun[0]),
		t_job(ctx, .value = 2, .begun = &begun[1]),
		t_job(ctx, .value = 3, .begun = &begun[2]),
	};
	int value;

	equal(cigo_first_result(ctx, tasks, 3, &value, sizeof value), 0);
	equal(value, 1);
	equal(begun[0], 1);
	equal(begun[1], 0);
	equal(begun[2], 0);
	unref_all(tasks, 3);
}

LOOP_TEST(a_loser_that_was_about_to_run_finds_itself_cancelled, COOPERATIVE)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(1), .value = 1),
		t_job(ctx, .ns = CIGO_MS(1), .value = 2),
	};
	int value;

	equal(cigo_first_result(ctx, tasks, 2, &value, sizeof value), 0);
	equal(value, 1);
	fails(cigo_future_error(tasks[1]), -ECANCELED);
	unref_all(tasks, 2);
}

LOOP_TEST(the_losers_have_returned_when_first_result_returns)
{
	int64_t start = cigo_now(ctx);
	int ended = 0, value;
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(60), .cleanup = CIGO_MS(50), .ended = &ended),
		t_job(ctx, .ns = CIGO_MS(5), .value = 7),
	};

	equal(cigo_first_result(ctx, tasks, 2, &value, sizeof value), 1);
	equal(value, 7);
	equal(ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(55));
	unref_all(tasks, 2);
}

LOOP_TEST(plain_futures_that_lose_are_cancelled)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *good = t_done(4);
	cigo_future *both[] = { f, good };
	int value;

	equal(cigo_first_result(ctx, both, 2, &value, sizeof value), 1);
	equal(value, 4);
	ck_assert(cigo_future_is_done(f));
	fails(cigo_future_error(f), -ECANCELED);
	unref_all(both, 2);
}

LOOP_TEST(when_all_fail_first_result_gives_the_error_of_the_last_to_finish)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(2), .result = -EIO, .value = 1),
		t_job(ctx, .ns = CIGO_MS(3), .result = -EPERM, .value = 2),
		t_job(ctx, .ns = CIGO_MS(1), .result = -EXDEV, .value = 3),
	};
	int value = 99;

	fails(cigo_first_result(ctx, tasks, 3, &value, sizeof value), -EPERM);
	equal(value, 0);
	unref_all(tasks, 3);
}

LOOP_TEST(the_first_result_of_nothing_is_invalid)
{
	int value = 99;

	fails(cigo_first_result(ctx, NULL, 0, &value, sizeof value), -EINVAL);
	equal(value, 0);
}

LOOP_TEST(for_first_result_a_future_that_could_not_be_made_has_failed)
{
	cigo_future *none[] = { NULL, NULL }, *some[] = { NULL, t_done(5) };
	int value = 99;

	fails(cigo_first_result(ctx, none, 2, &value, sizeof value), -ENOMEM);
	equal(value, 0);
	equal(cigo_first_result(ctx, some, 2, &value, sizeof value), 1);
	equal(value, 5);
	value = 99;
	fails(cigo_first_result(NULL, some, 0, &value, sizeof value), -ENOMEM);
	equal(value, 0);
	cigo_future_unref(some[1]);
}

LOOP_TEST(when_the_context_ends_first_result_cancels_all_and_waits_for_them)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int ended = 0, value = 99;
	cigo_future *futures[] = {
		t_job(ctx, .ns = CIGO_MS(60), .cleanup = CIGO_MS(50), .ended = &ended),
		t_job(ctx, .ns = CIGO_MS(60), .cleanup = CIGO_MS(10), .ended = &ended),
		cigo_future_new(sizeof(int)),
	};

	fails(cigo_first_result(timed, futures, 3, &value, sizeof value), -ETIMEDOUT);
	equal(value, 0);
	equal(ended, 2);
	equal(cigo_now(ctx) - start, CIGO_MS(55));
	for (int i = 0; i < 3; i++)
		fails(cigo_future_error(futures[i]), -ETIMEDOUT);
	unref_all(futures, 3);
	cigo_ctx_unref(timed);
}

LOOP_TEST(first_result_drops_a_value_nobody_wants)
{
	cigo_task *t = t_job(ctx, .value = 5);

	equal(cigo_first_result(ctx, &t, 1, NULL, 0), 0);
	cigo_future_unref(t);
}

CORO(first_result_of_itself)
{
	cigo_task *self = cigo_task_current(ctx);

	return cigo_first_result(ctx, &self, 1, NULL, 0) < 0 ? -EDEADLK : 0;
}

LOOP_TEST(first_result_of_oneself_does_not_hang)
{
	cigo_task *t = cigo_spawn(ctx, first_result_of_itself, 0, NULL);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));

	fails(cigo_future_take(timed, t, NULL, 0), -EDEADLK);
	cigo_ctx_unref(timed);
}

CORO(races_at)
{
	return cigo_first_result(ctx, arg, 1, NULL, 0);
}

LOOP_TEST(tasks_that_wait_for_each_other_s_first_result_do_not_hang, COOPERATIVE)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));
	cigo_task *a, *b;

	a = cigo_spawn(ctx, races_at, 0, &b);
	b = cigo_spawn(ctx, races_at, 0, &a);
	fails(cigo_join(timed, b), -EDEADLK);
	fails(cigo_join(timed, a), -EDEADLK);
	cigo_future_unref(a);
	cigo_future_unref(b);
	cigo_ctx_unref(timed);
}

LOOP_TEST(first_result_tells_what_is_done_under_a_dead_context_too)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_future *futures[] = { cigo_future_new(sizeof(int)), t_done(6) };
	int value = 99;

	equal(cigo_first_result(dead, futures, 2, &value, sizeof value), 1);
	equal(value, 6);
	fails(cigo_future_error(futures[0]), -ECANCELED);
	unref_all(futures, 2);
	cigo_ctx_unref(dead);
}

LOOP_TEST(first_result_under_a_dead_context_cancels_all, COOPERATIVE)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int begun = 0, value = 99;
	cigo_future *futures[] = { cigo_future_new(sizeof(int)), t_job(ctx, .begun = &begun) };

	fails(cigo_first_result(dead, futures, 2, &value, sizeof value), -EIO);
	equal(value, 0);
	equal(begun, 0);
	fails(cigo_future_error(futures[0]), -EIO);
	fails(cigo_future_error(futures[1]), -EIO);
	unref_all(futures, 2);
	cigo_ctx_unref(dead);
}

LOOP_TEST(the_same_future_may_race_against_itself)
{
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(1), .value = 4), *twice[] = { t, t };
	int value;

	equal(cigo_first_result(ctx, twice, 2, &value, sizeof value), 0);
	equal(value, 4);
	cigo_future_unref(t);
}

TEST_CASE("misuse");

MISUSE_TEST(a_first_result_of_another_size_is_misuse, "cigo_first_result")
{
	cigo_future *f = t_done(1);
	char value;

	cigo_ignore(cigo_first_result(ctx, &f, 1, &value, sizeof value));
}

static void waits_without_a_loop(void *arg)
{
	cigo_future *f = cigo_future_new(4);

	CIGO_UNUSED(arg);
	cigo_ignore(cigo_wait(cigo_ctx_background(), ALL, &f, 1));
}

static void races_without_a_loop(void *arg)
{
	cigo_future *f = cigo_future_new(4);

	CIGO_UNUSED(arg);
	cigo_ignore(cigo_first_result(cigo_ctx_background(), &f, 1, NULL, 0));
}

TEST(waiting_for_what_is_pending_without_a_loop_is_misuse)
{
	t_abort(waits_without_a_loop, NULL, "cigo_wait");
	t_abort(races_without_a_loop, NULL, "cigo_first_result");
}

THREAD(waits_foreign)
{
	cigo_future *f = cigo_future_new(4);

	cigo_ignore(cigo_wait(arg, ALL, &f, 1));
	return NULL;
}

MISUSE_TEST(waiting_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_wait")
{
	on_thread(waits_foreign, ctx);
}

CALLBACK_MISUSE_TEST(waiting_in_a_callback_is_misuse, "cigo_wait")
{
	cigo_future *f = cigo_future_new(4);

	cigo_ignore(cigo_wait(ctx, ALL, &f, 1));
}

/* ---- circles that a cancellation closes ---- */

static int stops_its_spawner(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_task_stop(ctx, cigo_future_ref(arg));
}

static int races_its_child(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *child = cigo_spawn(ctx, stops_its_spawner, 0, cigo_task_current(ctx));
	int err = cigo_first_result(ctx, &child, 1, NULL, 0);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_future_unref(child);
	return err;
}

TEST_CASE("circles");

LOOP_TEST(first_result_does_not_wait_for_a_loser_that_waits_for_it_by_then, COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, races_its_child, 0, NULL);

	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -ECANCELED);
}

static int races_its_owner(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future *f = cigo_future_new(0);
	cigo_future *both[] = { f, arg };
	int err = cigo_first_result(ctx, both, 2, NULL, 0);

	CIGO_UNUSED(ret);
	ck_assert_int_eq(err, -ECANCELED);
	ck_assert_int_eq(cigo_future_error(f), -ECANCELED);
	cigo_future_unref(f);
	return err;
}

static int owns_a_racer(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_spawn_in(g, races_its_owner, 0, cigo_task_current(ctx));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	return cigo_group_close(ctx, g);
}

LOOP_TEST(a_member_that_races_its_owner_does_not_hold_up_the_close, COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, owns_a_racer, 0, NULL);

	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -ECANCELED);
}

/* ---- any of one ---- */

static int waits_for_any_of_one(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task **other = arg;

	CIGO_UNUSED(ret);
	return cigo_wait(ctx, CIGO_WAIT_FIRST_RESULT, other, 1);
}

static int waits_for_the_first_error_of_one(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task **other = arg;

	CIGO_UNUSED(ret);
	return cigo_wait(ctx, CIGO_WAIT_FIRST_ERROR, other, 1);
}

static int awaits_the_other(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_future_await(ctx, *(cigo_task **)arg, NULL, 0);
}

LOOP_TEST(a_circle_through_a_wait_for_any_of_one_is_told, COOPERATIVE)
{
	cigo_coro_fn *waits[] = { waits_for_any_of_one, waits_for_the_first_error_of_one };

	for (int i = 0; i < 2; i++) {
		cigo_task *a, *b;

		a = cigo_task_spawn(ctx, "a", waits[i], 0, &b);
		b = cigo_task_spawn(ctx, "b", awaits_the_other, 0, &a);
		ck_assert_int_eq(cigo_future_await(ctx, b, NULL, 0), -EDEADLK);
		ck_assert_int_eq(cigo_future_take(ctx, a, NULL, 0), -EDEADLK);
		cigo_future_unref(b);
	}
}
