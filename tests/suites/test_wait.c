/* SPDX-License-Identifier: MIT
 * Waiting for several futures at once: wait and first_result.
 */
#include "tests/tools/bodies.h"

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

/* ---- wait ---- */

T_CORO(waiting_for_nothing_returns_at_once)
{
	cigo_detach(t_job(ctx, .word = "other"));
	ck_assert_int_eq(cigo_wait(ctx, ALL, NULL, 0), 0);
	ck_assert_int_eq(cigo_wait(ctx, RESULT, NULL, 0), 0);
	ck_assert_int_eq(cigo_wait(ctx, ERROR, NULL, 0), 0);
	t_expect_said("");
}

T_CORO(wait_all_waits_for_all)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(3)),
		t_job(ctx, .ns = CIGO_MS(9)),
		t_job(ctx, .ns = CIGO_MS(6)),
	};

	ck_assert_int_eq(cigo_wait(ctx, ALL, tasks, 3), 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(9));
	for (int i = 0; i < 3; i++)
		ck_assert(cigo_future_is_done(tasks[i]));
	unref_all(tasks, 3);
}

T_CORO(wait_all_gives_the_latest_error)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(2), .result = -EIO),
		t_job(ctx, .ns = CIGO_MS(3), .result = -EPERM),
		t_job(ctx, .ns = CIGO_MS(1), .result = -EXDEV),
		t_job(ctx, .ns = CIGO_MS(4)),
	};

	ck_assert_int_eq(cigo_wait(ctx, ALL, tasks, 4), -EPERM);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(4));
	ck_assert_int_eq(cigo_future_error(tasks[0]), -EIO); /* each keeps its own */
	ck_assert_int_eq(cigo_future_error(tasks[1]), -EPERM);
	ck_assert_int_eq(cigo_future_error(tasks[2]), -EXDEV);
	ck_assert_int_eq(cigo_future_error(tasks[3]), 0);
	unref_all(tasks, 4);
}

T_CORO(wait_first_result_returns_with_the_first_success)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(1), .result = -EIO),
		t_job(ctx, .ns = CIGO_MS(9)),
		t_job(ctx, .ns = CIGO_MS(5)),
	};

	ck_assert_int_eq(cigo_wait(ctx, RESULT, tasks, 3), 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert(!cigo_future_is_done(tasks[1])); /* it is not cancelled */
	ck_assert_int_eq(cigo_future_await(ctx, tasks[1], NULL, 0), 0);
	unref_all(tasks, 3);
}

T_CORO(wait_first_result_gives_the_latest_error_when_all_fail)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(2), .result = -EIO),
		t_job(ctx, .ns = CIGO_MS(3), .result = -EPERM),
		t_job(ctx, .ns = CIGO_MS(1), .result = -EXDEV),
	};

	ck_assert_int_eq(cigo_wait(ctx, RESULT, tasks, 3), -EPERM);
	unref_all(tasks, 3);
}

T_CORO(wait_first_error_returns_with_the_first_failure)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(1)),
		t_job(ctx, .ns = CIGO_MS(9)),
		t_job(ctx, .ns = CIGO_MS(5), .result = -EIO),
	};

	ck_assert_int_eq(cigo_wait(ctx, ERROR, tasks, 3), -EIO);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(cigo_future_await(ctx, tasks[1], NULL, 0), 0); /* it is not cancelled */
	unref_all(tasks, 3);
}

T_CORO(wait_first_error_waits_for_all_when_all_succeed)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[] = { t_job(ctx, .ns = CIGO_MS(1)), t_job(ctx, .ns = CIGO_MS(9)) };

	ck_assert_int_eq(cigo_wait(ctx, ERROR, tasks, 2), 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(9));
	unref_all(tasks, 2);
}

T_CORO(what_is_done_already_counts)
{
	cigo_future *good = t_done(1), *bad = failed(-EIO), *pending = cigo_future_new(sizeof(int));

	ck_assert_int_eq(cigo_wait_all(ctx, good, good), 0);
	ck_assert_int_eq(cigo_wait_all(ctx, good, bad), -EIO);
	ck_assert_int_eq(cigo_wait_any(ctx, pending, good), 0);
	ck_assert_int_eq(cigo_wait_any(ctx, bad, pending, good), 0);
	ck_assert_int_eq(cigo_wait(ctx, ERROR, (cigo_future *[]){ pending, bad }, 2), -EIO);
	ck_assert(!cigo_future_is_done(pending));
	cigo_future_unref(good);
	cigo_future_unref(bad);
	cigo_future_unref(pending);
}

T_CORO(what_is_done_already_is_told_under_a_dead_context_too)
{
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	cigo_future *good = t_done(1), *bad = failed(-EIO);

	ck_assert_int_eq(cigo_wait_all(dead, good, good), 0);
	ck_assert_int_eq(cigo_wait_all(dead, good, bad), -EIO);
	ck_assert_int_eq(cigo_wait_any(dead, bad, good), 0);
	cigo_future_unref(good);
	cigo_future_unref(bad);
	cigo_ctx_unref(dead);
}

T_CORO(a_future_that_could_not_be_made_counts_as_failed_for_want_of_memory)
{
	cigo_future *good = t_done(1), *pending = cigo_future_new(sizeof(int));

	ck_assert_int_eq(cigo_wait_all(ctx, good, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_wait_all(ctx, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_wait_any(ctx, NULL, good), 0);
	ck_assert_int_eq(cigo_wait_any(ctx, NULL, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_wait(ctx, ERROR, (cigo_future *[]){ pending, NULL }, 2), -ENOMEM);
	cigo_future_unref(good);
	cigo_future_unref(pending);
}

T_CORO(without_a_context_nothing_can_be_waited_for)
{
	cigo_future *pending = cigo_future_new(sizeof(int));

	ck_assert_int_eq(cigo_wait(NULL, ALL, &pending, 1), -ENOMEM);
	cigo_future_unref(pending);
	CIGO_UNUSED(ctx);
}

T_CORO(a_mix_of_tasks_futures_workers_and_shields_can_be_waited_for)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(2)), *inner = t_job(ctx, .ns = CIGO_MS(3));
	struct t_job job = { .value = 1 };
	cigo_task *worker = cigo_go(ctx, t_job_body, sizeof(int), &job);
	cigo_future *shield = cigo_future_shield(inner);

	cigo_future_set(f, &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_wait_all(ctx, f, t, shield, worker), 0);
	unref_all((cigo_future *[]){ f, t, inner, worker, shield }, 5);
}

T_CORO(the_same_future_may_be_waited_for_twice_at_once)
{
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(2), .result = -EIO);

	ck_assert_int_eq(cigo_wait_all(ctx, t, t, t), -EIO);
	cigo_future_unref(t);
}

T_CORO(a_wait_that_times_out_returns_at_once_and_cancels_nothing)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(50), .value = 3);
	cigo_future *f = cigo_future_new(sizeof(int));
	int value;

	ck_assert_int_eq(cigo_wait_all(timed, t, f), -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert(!cigo_future_is_done(t));
	ck_assert(!cigo_future_is_done(f));
	ck_assert_int_eq(cigo_take(ctx, t, &value), 0);
	ck_assert_int_eq(value, 3);
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

T_CORO(a_wait_under_a_dead_context_gives_the_cause)
{
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	cigo_future *pending = cigo_future_new(sizeof(int)), *good = t_done(1);

	ck_assert_int_eq(cigo_wait_all(dead, good, pending), -EXDEV);
	ck_assert(!cigo_future_is_done(pending));
	cigo_future_unref(pending);
	cigo_future_unref(good);
	cigo_ctx_unref(dead);
}

static int waits_all_of_two(cigo_ctx *ctx, void *arg, void *ret)
{
	int *err = ret;

	*err = cigo_wait(ctx, ALL, arg, 2);
	return 0;
}

T_CORO(a_wait_that_was_over_before_the_cancellation_has_succeeded)
{
	cigo_future *two[] = { cigo_future_new(4), cigo_future_new(4) };
	cigo_task *t = cigo_spawn(ctx, waits_all_of_two, sizeof(int), two);
	int err = 1;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_set(two[0], "123", 4);
	cigo_future_set(two[1], "123", 4);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(cigo_take(ctx, t, &err), -EIO);
	ck_assert_int_eq(err, 0);
	unref_all(two, 2);
}

T_CORO(a_wait_leaves_nothing_behind_on_a_long_lived_future)
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
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_unref(long_lived);
	cigo_future_unref(good);
	cigo_ctx_unref(dead);
}

T_CORO(ten_thousand_futures_can_be_waited_for)
{
	enum { N = 10000 };
	static cigo_future *futures[N];
	cigo_task *t;

	for (int i = 0; i < N; i++)
		futures[i] = cigo_future_new(sizeof(int));
	t = t_job(ctx, .ns = CIGO_MS(1), .word = "later");
	for (int i = 0; i < N - 1; i++)
		cigo_future_set(futures[i], &i, sizeof i);
	ck_assert_int_eq(cigo_wait(ctx, RESULT, futures, N), 0);
	cigo_future_set(futures[N - 1], &(int){ 1 }, sizeof(int));
	ck_assert_int_eq(cigo_wait(ctx, ALL, futures, N), 0);
	t_expect_said("");
	unref_all(futures, N);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
}

static int waits_for_itself_among_others(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future *futures[] = { arg, cigo_task_current(ctx) };

	CIGO_UNUSED(ret);
	return cigo_wait(ctx, ALL, futures, 2);
}

T_CORO(a_wait_for_who_waits_for_oneself_is_told)
{
	cigo_future *pending = cigo_future_new(sizeof(int));
	cigo_task *t = cigo_spawn(ctx, waits_for_itself_among_others, 0, pending);

	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EDEADLK);
	ck_assert(!cigo_future_is_done(pending));
	cigo_future_unref(pending);
}

static int waits_at(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_wait(ctx, ALL, arg, 1);
}

T_CORO(tasks_that_wait_for_each_other_are_told)
{
	cigo_task *a, *b;

	a = cigo_spawn(ctx, waits_at, 0, &b);
	b = cigo_spawn(ctx, waits_at, 0, &a);
	ck_assert_int_eq(cigo_join(ctx, b), -EDEADLK);
	ck_assert_int_eq(cigo_join(ctx, a), -EDEADLK);
	cigo_future_unref(a);
	cigo_future_unref(b);
}

T_CORO(the_values_of_what_was_waited_for_are_where_they_were_asked_to_be)
{
	int oops = cigo_error_new("oops");
	cigo_future *f = cigo_future_new(5);
	cigo_task *a = t_job(ctx, .ns = CIGO_S(1), .value = 20);
	cigo_task *b = t_job(ctx, .ns = CIGO_S(1), .value = 25, .result = oops);
	char text[5] = "";
	int values[2] = { 0 };

	cigo_future_set(f, "test", 5);
	ck_assert_int_eq(cigo_wait_all(ctx, cigo_write_to(ctx, f, &text),
				       cigo_write_to(ctx, a, &values[0]),
				       cigo_write_to(ctx, b, &values[1])),
			 oops);
	ck_assert_str_eq(text, "test");
	ck_assert_int_eq(values[0], 20);
	ck_assert_int_eq(values[1], 25);
	unref_all((cigo_future *[]){ f, a, b }, 3);
}

/* ---- first_result ---- */

T_CORO(first_result_gives_the_value_and_the_index_of_the_first_success)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(9), .value = 1),
		t_job(ctx, .ns = CIGO_MS(5), .value = 2),
		t_job(ctx, .ns = CIGO_MS(1), .value = 3, .result = -EIO),
	};
	int64_t start = cigo_now(ctx);
	int value = 99;

	ck_assert_int_eq(cigo_first_result(ctx, tasks, 3, &value, sizeof value), 1);
	ck_assert_int_eq(value, 2);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert(cigo_future_is_done(tasks[0]));
	ck_assert_int_eq(cigo_future_error(tasks[0]), -ECANCELED);
	ck_assert_int_eq(cigo_future_error(tasks[2]), -EIO);
	unref_all(tasks, 3);
}

T_CORO(the_first_success_cancels_the_others_before_they_can_begin)
{
	int begun[3] = { 0 };
	cigo_task *tasks[] = {
		t_job(ctx, .value = 1, .begun = &begun[0]),
		t_job(ctx, .value = 2, .begun = &begun[1]),
		t_job(ctx, .value = 3, .begun = &begun[2]),
	};
	int value;

	ck_assert_int_eq(cigo_first_result(ctx, tasks, 3, &value, sizeof value), 0);
	ck_assert_int_eq(value, 1);
	ck_assert_int_eq(begun[0], 1);
	ck_assert_int_eq(begun[1], 0);
	ck_assert_int_eq(begun[2], 0);
	unref_all(tasks, 3);
}

T_CORO(a_loser_that_was_about_to_run_finds_itself_cancelled)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(1), .value = 1),
		t_job(ctx, .ns = CIGO_MS(1), .value = 2),
	};
	int value;

	ck_assert_int_eq(cigo_first_result(ctx, tasks, 2, &value, sizeof value), 0);
	ck_assert_int_eq(value, 1);
	ck_assert_int_eq(cigo_future_error(tasks[1]), -ECANCELED);
	unref_all(tasks, 2);
}

T_CORO(the_losers_have_returned_when_first_result_returns)
{
	int64_t start = cigo_now(ctx);
	int ended = 0, value;
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(60), .cleanup = CIGO_MS(50), .ended = &ended),
		t_job(ctx, .ns = CIGO_MS(5), .value = 7),
	};

	ck_assert_int_eq(cigo_first_result(ctx, tasks, 2, &value, sizeof value), 1);
	ck_assert_int_eq(value, 7);
	ck_assert_int_eq(ended, 1);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(55));
	unref_all(tasks, 2);
}

T_CORO(plain_futures_that_lose_are_cancelled)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *good = t_done(4);
	cigo_future *both[] = { f, good };
	int value;

	ck_assert_int_eq(cigo_first_result(ctx, both, 2, &value, sizeof value), 1);
	ck_assert_int_eq(value, 4);
	ck_assert(cigo_future_is_done(f));
	ck_assert_int_eq(cigo_future_error(f), -ECANCELED);
	unref_all(both, 2);
}

T_CORO(when_all_fail_first_result_gives_the_error_of_the_last_to_finish)
{
	cigo_task *tasks[] = {
		t_job(ctx, .ns = CIGO_MS(2), .result = -EIO, .value = 1),
		t_job(ctx, .ns = CIGO_MS(3), .result = -EPERM, .value = 2),
		t_job(ctx, .ns = CIGO_MS(1), .result = -EXDEV, .value = 3),
	};
	int value = 99;

	ck_assert_int_eq(cigo_first_result(ctx, tasks, 3, &value, sizeof value), -EPERM);
	ck_assert_int_eq(value, 0);
	unref_all(tasks, 3);
}

T_CORO(the_first_result_of_nothing_is_invalid)
{
	int value = 99;

	ck_assert_int_eq(cigo_first_result(ctx, NULL, 0, &value, sizeof value), -EINVAL);
	ck_assert_int_eq(value, 0);
}

T_CORO(for_first_result_a_future_that_could_not_be_made_has_failed)
{
	cigo_future *none[] = { NULL, NULL }, *some[] = { NULL, t_done(5) };
	int value = 99;

	ck_assert_int_eq(cigo_first_result(ctx, none, 2, &value, sizeof value), -ENOMEM);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(cigo_first_result(ctx, some, 2, &value, sizeof value), 1);
	ck_assert_int_eq(value, 5);
	value = 99;
	ck_assert_int_eq(cigo_first_result(NULL, some, 0, &value, sizeof value), -ENOMEM);
	ck_assert_int_eq(value, 0);
	cigo_future_unref(some[1]);
}

T_CORO(when_the_context_ends_first_result_cancels_all_and_waits_for_them)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int ended = 0, value = 99;
	cigo_future *futures[] = {
		t_job(ctx, .ns = CIGO_MS(60), .cleanup = CIGO_MS(50), .ended = &ended),
		t_job(ctx, .ns = CIGO_MS(60), .cleanup = CIGO_MS(10), .ended = &ended),
		cigo_future_new(sizeof(int)),
	};

	ck_assert_int_eq(cigo_first_result(timed, futures, 3, &value, sizeof value), -ETIMEDOUT);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(ended, 2);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(55));
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(cigo_future_error(futures[i]), -ETIMEDOUT);
	unref_all(futures, 3);
	cigo_ctx_unref(timed);
}

T_CORO(first_result_drops_a_value_nobody_wants)
{
	cigo_task *t = t_job(ctx, .value = 5);

	ck_assert_int_eq(cigo_first_result(ctx, &t, 1, NULL, 0), 0);
	cigo_future_unref(t);
}

static int first_result_of_itself(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *self = cigo_task_current(ctx);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return cigo_first_result(ctx, &self, 1, NULL, 0) < 0 ? -EDEADLK : 0;
}

T_CORO(first_result_of_oneself_does_not_hang)
{
	cigo_task *t = cigo_spawn(ctx, first_result_of_itself, 0, NULL);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));

	ck_assert_int_eq(cigo_future_take(timed, t, NULL, 0), -EDEADLK);
	cigo_ctx_unref(timed);
}

static int races_at(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_first_result(ctx, arg, 1, NULL, 0);
}

T_CORO(tasks_that_wait_for_each_other_s_first_result_do_not_hang)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));
	cigo_task *a, *b;

	a = cigo_spawn(ctx, races_at, 0, &b);
	b = cigo_spawn(ctx, races_at, 0, &a);
	ck_assert_int_eq(cigo_join(timed, b), -EDEADLK);
	ck_assert_int_eq(cigo_join(timed, a), -EDEADLK);
	cigo_future_unref(a);
	cigo_future_unref(b);
	cigo_ctx_unref(timed);
}

static int waits_for_either(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_wait(ctx, RESULT, arg, 2);
}

T_CORO(who_waits_for_one_of_several_is_in_no_circle_while_another_may_come)
{
	cigo_task *either[2], *waiter;

	waiter = cigo_spawn(ctx, waits_for_either, 0, either);
	either[0] = cigo_spawn(ctx, waits_at, 0, &waiter); /* waits for the waiter */
	either[1] = t_job(ctx, .ns = CIGO_MS(5));
	ck_assert_int_eq(cigo_join(ctx, waiter), 0);
	ck_assert_int_eq(cigo_join(ctx, either[0]), 0);
	unref_all((cigo_future *[]){ waiter, either[0], either[1] }, 3);
}

T_CORO(first_result_tells_what_is_done_under_a_dead_context_too)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_future *futures[] = { cigo_future_new(sizeof(int)), t_done(6) };
	int value = 99;

	ck_assert_int_eq(cigo_first_result(dead, futures, 2, &value, sizeof value), 1);
	ck_assert_int_eq(value, 6);
	ck_assert_int_eq(cigo_future_error(futures[0]), -ECANCELED);
	unref_all(futures, 2);
	cigo_ctx_unref(dead);
}

T_CORO(first_result_under_a_dead_context_cancels_all)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int begun = 0, value = 99;
	cigo_future *futures[] = { cigo_future_new(sizeof(int)), t_job(ctx, .begun = &begun) };

	ck_assert_int_eq(cigo_first_result(dead, futures, 2, &value, sizeof value), -EIO);
	ck_assert_int_eq(value, 0);
	ck_assert_int_eq(begun, 0);
	ck_assert_int_eq(cigo_future_error(futures[0]), -EIO);
	ck_assert_int_eq(cigo_future_error(futures[1]), -EIO);
	unref_all(futures, 2);
	cigo_ctx_unref(dead);
}

T_CORO(the_same_future_may_race_against_itself)
{
	cigo_task *t = t_job(ctx, .ns = CIGO_MS(1), .value = 4), *twice[] = { t, t };
	int value;

	ck_assert_int_eq(cigo_first_result(ctx, twice, 2, &value, sizeof value), 0);
	ck_assert_int_eq(value, 4);
	cigo_future_unref(t);
}

T_CORO_SEED(under_any_schedule_there_is_exactly_one_first_result)
{
	int values[2], n, won = 0;
	cigo_task *tasks[8];

	for (int i = 0; i < 8; i++)
		tasks[i] = t_job(ctx, .ns = CIGO_MS(1 + i / 4), .value = i);
	n = cigo_first_result(ctx, tasks, 8, &values[0], sizeof(int));
	ck_assert_int_ge(n, 0);
	ck_assert_int_lt(n, 4); /* one of those whose time came first */
	ck_assert_int_eq(values[0], n);
	for (int i = 0; i < 8; i++) {
		ck_assert(cigo_future_is_done(tasks[i]));
		won += !cigo_future_error(tasks[i]);
	}
	ck_assert_int_eq(won, 1);
	unref_all(tasks, 8);
}

/* ---- misuse ---- */

T_MISUSE(a_first_result_of_another_size_is_misuse, "cigo_first_result")
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

T_TEST(waiting_for_what_is_pending_without_a_loop_is_misuse)
{
	t_abort(waits_without_a_loop, NULL, "cigo_wait");
	t_abort(races_without_a_loop, NULL, "cigo_first_result");
}
END_TEST

static void *waits_foreign(void *ctx)
{
	cigo_future *f = cigo_future_new(4);

	cigo_ignore(cigo_wait(ctx, ALL, &f, 1));
	return NULL;
}

T_MISUSE(waiting_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_wait")
{
	t_foreign(waits_foreign, ctx);
}

T_MISUSE_CALLBACK(waiting_in_a_callback_is_misuse, "cigo_wait")
{
	cigo_future *f = cigo_future_new(4);

	cigo_ignore(cigo_wait(ctx, ALL, &f, 1));
}

T_MISUSE_CALLBACK(waiting_for_a_first_result_in_a_callback_is_misuse, "cigo_first_result")
{
	cigo_future *f = cigo_future_new(4);

	cigo_ignore(cigo_first_result(ctx, &f, 1, NULL, 0));
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

T_CORO(first_result_does_not_wait_for_a_loser_that_waits_for_it_by_then)
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

T_CORO(a_member_that_races_its_owner_does_not_hold_up_the_close)
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

T_CORO(a_circle_through_a_wait_for_any_of_one_is_told)
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

int main(void)
{
	Suite *s = suite_create("wait");
	TCase *tc;

	mallopt(M_ARENA_MAX, 1); /* mallinfo2 knows the first arena only */
	tc = t_case(s, "wait");
	t_add(tc, wait_all_waits_for_all, wait_all_gives_the_latest_error,
	      wait_first_result_returns_with_the_first_success,
	      wait_first_result_gives_the_latest_error_when_all_fail,
	      wait_first_error_returns_with_the_first_failure,
	      wait_first_error_waits_for_all_when_all_succeed, what_is_done_already_counts,
	      what_is_done_already_is_told_under_a_dead_context_too,
	      a_future_that_could_not_be_made_counts_as_failed_for_want_of_memory,
	      without_a_context_nothing_can_be_waited_for,
	      a_mix_of_tasks_futures_workers_and_shields_can_be_waited_for,
	      the_same_future_may_be_waited_for_twice_at_once,
	      a_wait_that_times_out_returns_at_once_and_cancels_nothing,
	      a_wait_under_a_dead_context_gives_the_cause,
	      a_wait_leaves_nothing_behind_on_a_long_lived_future,
	      ten_thousand_futures_can_be_waited_for, a_wait_for_who_waits_for_oneself_is_told,
	      the_values_of_what_was_waited_for_are_where_they_were_asked_to_be);
	t_add_cooperative(tc, waiting_for_nothing_returns_at_once);
	t_add_cooperative(tc, tasks_that_wait_for_each_other_are_told);
	t_add_cooperative(tc, who_waits_for_one_of_several_is_in_no_circle_while_another_may_come);
	t_add_cooperative(tc, a_wait_that_was_over_before_the_cancellation_has_succeeded);
	tc = t_case(s, "first result");
	t_add(tc, first_result_gives_the_value_and_the_index_of_the_first_success,
	      the_losers_have_returned_when_first_result_returns,
	      plain_futures_that_lose_are_cancelled,
	      when_all_fail_first_result_gives_the_error_of_the_last_to_finish,
	      the_first_result_of_nothing_is_invalid,
	      for_first_result_a_future_that_could_not_be_made_has_failed,
	      when_the_context_ends_first_result_cancels_all_and_waits_for_them,
	      first_result_tells_what_is_done_under_a_dead_context_too,
	      the_same_future_may_race_against_itself, first_result_drops_a_value_nobody_wants,
	      first_result_of_oneself_does_not_hang);
	t_add_cooperative(tc, tasks_that_wait_for_each_other_s_first_result_do_not_hang);
	t_add_cooperative(tc, first_result_under_a_dead_context_cancels_all);
	t_add_cooperative(tc, a_loser_that_was_about_to_run_finds_itself_cancelled);
	t_add_cooperative(tc, the_first_success_cancels_the_others_before_they_can_begin);
	tcase_add_loop_test(tc, under_any_schedule_there_is_exactly_one_first_result, 0, 10);
	tc = t_case(s, "misuse");
	t_add(tc, waiting_for_what_is_pending_without_a_loop_is_misuse,
	      waiting_by_a_loop_s_context_on_a_foreign_thread_is_misuse,
	      a_first_result_of_another_size_is_misuse, waiting_in_a_callback_is_misuse,
	      waiting_for_a_first_result_in_a_callback_is_misuse);
	tc = t_case(s, "circles");
	t_add_cooperative(tc, first_result_does_not_wait_for_a_loser_that_waits_for_it_by_then);
	t_add_cooperative(tc, a_member_that_races_its_owner_does_not_hold_up_the_close);
	t_add_cooperative(tc, a_circle_through_a_wait_for_any_of_one_is_told);
	return t_main(s);
}
