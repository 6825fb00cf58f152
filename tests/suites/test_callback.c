/* SPDX-License-Identifier: MIT
 * Callbacks: their order, their thread, their cancellation, their end.
 */
#include "tests/tools/kit.h"

/* What was called, in order: each callback appends its number. */
static int called[128];
static int n_called;

CALLBACK(note)
{
	ok(status);
	called[n_called++] = *(const int *)arg;
}

static const int number[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

#define NUMBER(i) ((void *)(uintptr_t)&number[i])

static int64_t soon(const cigo_ctx *ctx, int i)
{
	int64_t id = cigo_loop_call_soon(cigo_ctx_loop(ctx), note, NUMBER(i));

	ck_assert_int_gt(id, 0);
	return id;
}

static int64_t later(const cigo_ctx *ctx, int64_t ns, int i)
{
	int64_t id = cigo_loop_call_later(cigo_ctx_loop(ctx), ns, note, NUMBER(i));

	ck_assert_int_gt(id, 0);
	return id;
}

static void called_were(int n, const int *numbers)
{
	equal(n_called, n);
	for (int i = 0; i < n; i++)
		equal(called[i], numbers[i]);
}

#define CALLED(...) \
	called_were(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), (int[]){ __VA_ARGS__ })

TEST_CASE("order");

LOOP_TEST(callbacks_are_called_in_the_order_of_the_calls, COOPERATIVE)
{
	for (int i = 0; i < 8; i++)
		soon(ctx, i);
	equal(n_called, 0); /* never inside the call that caused them */
	ok(cigo_yield(ctx));
	CALLED(0, 1, 2, 3, 4, 5, 6, 7);
}

/* asyncigo: 0 7 6 5 4 3 2 1 */
LOOP_TEST(callbacks_for_the_same_time_are_called_in_the_order_of_the_calls)
{
	int64_t when = cigo_now(ctx) + CIGO_MS(5);

	for (int i = 0; i < 8; i++)
		later(ctx, when - cigo_now(ctx), i);
	ok(cigo_sleep(ctx, CIGO_MS(6)));
	CALLED(0, 1, 2, 3, 4, 5, 6, 7);
}

LOOP_TEST(callbacks_are_called_in_the_order_of_their_times)
{
	later(ctx, CIGO_MS(3), 3);
	later(ctx, CIGO_MS(1), 1);
	later(ctx, CIGO_MS(2), 2);
	later(ctx, 0, 0);
	ok(cigo_sleep(ctx, CIGO_MS(10)));
	CALLED(0, 1, 2, 3);
}

LOOP_TEST(what_was_armed_first_for_the_same_time_comes_first, COOPERATIVE)
{
	later(ctx, CIGO_MS(5), 1);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	CALLED(1);
}

static int64_t when_called;

CALLBACK(note_time)
{
	ok(status);
	when_called = cigo_now(ctx);
}

LOOP_TEST(a_callback_is_called_at_its_time_to_the_nanosecond)
{
	int64_t start = cigo_now(ctx);

	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), 1234567, note_time, NULL), 0);
	ok(cigo_sleep(ctx, CIGO_S(1)));
	equal(when_called, start + 1234567);
}

LOOP_TEST(a_negative_time_is_now)
{
	int64_t start = cigo_now(ctx);

	later(ctx, -1, 1);
	later(ctx, INT64_MIN, 2);
	ok(cigo_yield(ctx));
	ok(cigo_yield(ctx));
	CALLED(1, 2);
	equal(cigo_now(ctx), start);
}

static int dropped;

CALLBACK(note_dropped)
{
	ck_assert_int_lt(status, 0);
	dropped++;
}

CORO(call_absurdly_late)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);

	ck_assert_int_gt(cigo_loop_call_later(loop, CIGO_NEVER, note_dropped, NULL), 0);
	ck_assert_int_gt(cigo_loop_call_later(loop, CIGO_NEVER - 1, note_dropped, NULL), 0);
	ok(cigo_sleep(ctx, CIGO_S(1000000)));
	equal(dropped, 0);
	return 0;
}

TEST(an_absurd_time_is_never)
{
	ok(t_run(call_absurdly_late, NULL));
	equal(dropped, 2);
}

static bool stop_it;

CALLBACK(call_again)
{
	int *times = arg;

	if (!status && !stop_it) {
		++*times;
		ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), call_again, times), 0);
	}
}

LOOP_TEST(a_callback_that_calls_itself_again_starves_nobody, COOPERATIVE)
{
	int times = 0;

	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), call_again, &times), 0);
	for (int i = 0; i < 10; i++)
		ok(cigo_yield(ctx));
	ck_assert_int_ge(times, 9);
	ck_assert_int_le(times, 11);
	stop_it = true;
	ok(cigo_loop_wait_idle(ctx));
}

TEST_CASE("where");

static pthread_t home;

CALLBACK(on_home_thread)
{
	ok(status);
	equal(pthread_equal(pthread_self(), home), true);
	++*(int *)arg;
}

CORO(not_on_home_thread)
{
	int on_home = 0;

	equal(pthread_equal(pthread_self(), home), false);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), on_home_thread, &on_home), 0);
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), 1000, on_home_thread, &on_home),
			 0);
	ok(cigo_loop_call_threadsafe(cigo_ctx_loop(ctx), on_home_thread, &on_home));
	ok(cigo_loop_wait_idle(ctx));
	equal(on_home, 3);
	return 0;
}

CORO(spawn_not_on_home_thread)
{
	ok(cigo_future_take(ctx, cigo_spawn(ctx, not_on_home_thread, 0, NULL), NULL, 0));
	return not_on_home_thread(ctx, NULL, NULL);
}

TEST(callbacks_run_on_the_home_thread_and_coroutines_never_do)
{
	home = pthread_self();
	ok(t_run(spawn_not_on_home_thread, NULL));
}

CALLBACK(look_around)
{
	cigo_loop **loop = arg;

	ok(status);
	ck_assert_ptr_eq(cigo_ctx_loop(ctx), *loop);
	ck_assert_ptr_null(cigo_task_current(ctx));
	ok(cigo_ctx_error(ctx));
	*loop = NULL;
}

LOOP_TEST(a_callback_has_a_context_of_the_loop_and_no_task)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);

	ck_assert_int_gt(cigo_loop_call_soon(loop, look_around, &loop), 0);
	ok(cigo_yield(ctx));
	ck_assert_ptr_null(loop);
}

CORO(count_up)
{
	++*(int *)arg;
	return 0;
}

CALLBACK(spawn_count_up)
{
	ok(status);
	cigo_detach(cigo_spawn(ctx, count_up, 0, arg));
	equal(*(int *)arg, 0); /* spawning does not switch */
}

LOOP_TEST(a_callback_may_spawn)
{
	int n = 0;

	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), spawn_count_up, &n), 0);
	for (int i = 0; i < 3; i++)
		ok(cigo_yield(ctx));
	equal(n, 1);
}

CALLBACK(set_future)
{
	ok(status);
	ok(cigo_future_set(arg, NULL, 0));
}

LOOP_TEST(a_callback_may_complete_what_is_awaited)
{
	cigo_future *f = cigo_future_new(0);

	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(1), set_future, f), 0);
	ok(cigo_future_take(ctx, f, NULL, 0));
}

TEST_CASE("cancel");

LOOP_TEST(a_cancelled_callback_is_not_called, COOPERATIVE)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	int64_t a = soon(ctx, 1), b = later(ctx, CIGO_MS(1), 2);

	soon(ctx, 3);
	equal(cigo_callback_cancel(loop, a), true);
	equal(cigo_callback_cancel(loop, a), false);
	equal(cigo_callback_cancel(loop, b), true);
	equal(cigo_callback_cancel(loop, b), false);
	ok(cigo_sleep(ctx, CIGO_MS(2)));
	CALLED(3);
}

LOOP_TEST(a_called_callback_cannot_be_cancelled)
{
	int64_t id = soon(ctx, 1);

	ok(cigo_yield(ctx));
	CALLED(1);
	equal(cigo_callback_cancel(cigo_ctx_loop(ctx), id), false);
}

LOOP_TEST(an_old_id_never_means_a_new_callback, COOPERATIVE)
{
	for (int i = 0; i < 1000; i++) {
		int64_t old = soon(ctx, 1), new;

		equal(cigo_callback_cancel(cigo_ctx_loop(ctx), old), true);
		new = soon(ctx, 2);
		ck_assert_int_ne(old, new);
		equal(cigo_callback_cancel(cigo_ctx_loop(ctx), old), false);
		equal(cigo_callback_cancel(cigo_ctx_loop(ctx), new), true);
	}
	ok(cigo_yield(ctx));
	equal(n_called, 0);
}

LOOP_TEST(an_id_nobody_gave_cancels_nothing)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	int64_t id = soon(ctx, 1);

	equal(cigo_callback_cancel(loop, 0), false);
	equal(cigo_callback_cancel(loop, -1), false);
	equal(cigo_callback_cancel(loop, -id), false);
	equal(cigo_callback_cancel(loop, INT64_MAX), false);
	equal(cigo_callback_cancel(loop, INT64_MIN), false);
	equal(cigo_callback_cancel(loop, -ENOMEM), false);
	equal(cigo_callback_cancel(NULL, id), false);
	ok(cigo_yield(ctx));
	CALLED(1);
}

struct victim {
	int64_t id;
	bool cancelled;
};

CALLBACK(cancel_victim)
{
	struct victim *v = arg;

	ok(status);
	v->cancelled = cigo_callback_cancel(cigo_ctx_loop(ctx), v->id);
}

LOOP_TEST(a_callback_may_cancel_another_that_is_due_at_the_same_time, COOPERATIVE)
{
	struct victim v;

	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), cancel_victim, &v), 0);
	v.id = soon(ctx, 1);
	ok(cigo_yield(ctx));
	equal(v.cancelled, true);
	equal(n_called, 0);
}

LOOP_TEST(a_callback_cannot_cancel_itself)
{
	struct victim v = { .cancelled = true };

	v.id = cigo_loop_call_soon(cigo_ctx_loop(ctx), cancel_victim, &v);
	ok(cigo_yield(ctx));
	equal(v.cancelled, false);
}

LOOP_TEST(calls_on_no_loop_fail)
{
	fails(cigo_loop_call_soon(NULL, note, NULL), -ENOMEM);
	fails(cigo_loop_call_later(NULL, 1, note, NULL), -ENOMEM);
	fails(cigo_loop_call_threadsafe(NULL, note, NULL), -ENOMEM);
}

TEST_CASE("wait_idle");

LOOP_TEST(wait_idle_returns_at_once_where_nothing_is_queued)
{
	int64_t start = cigo_now(ctx);

	ok(cigo_loop_wait_idle(ctx));
	equal(cigo_now(ctx), start);
}

LOOP_TEST(wait_idle_waits_for_callbacks_of_later_too)
{
	int64_t start = cigo_now(ctx);

	later(ctx, CIGO_S(5), 5);
	soon(ctx, 1);
	ok(cigo_loop_wait_idle(ctx));
	CALLED(1, 5);
	equal(cigo_now(ctx), start + CIGO_S(5));
}

static int rest;

CALLBACK(call_the_next)
{
	ok(status);
	if (--rest)
		ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), 1, call_the_next, NULL),
				 0);
}

LOOP_TEST(wait_idle_waits_for_what_callbacks_call)
{
	rest = 20;
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), call_the_next, NULL), 0);
	ok(cigo_loop_wait_idle(ctx));
	equal(rest, 0);
}

CORO(wait_idle)
{
	int err = cigo_loop_wait_idle(ctx);

	++*(int *)arg;
	return err;
}

LOOP_TEST(every_waiter_for_idleness_has_its_own_wait, COOPERATIVE)
{
	int idle = 0;
	cigo_task *a = cigo_spawn(ctx, wait_idle, 0, &idle);
	cigo_task *b = cigo_spawn(ctx, wait_idle, 0, &idle);
	cigo_task *c = cigo_spawn(ctx, wait_idle, 0, &idle);

	later(ctx, CIGO_S(1), 1);
	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, b), -ECANCELED);
	equal(idle, 1);
	equal(n_called, 0);
	ok(cigo_loop_wait_idle(ctx));
	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, c, NULL, 0));
	CALLED(1);
}

LOOP_TEST(cancelling_the_last_callback_makes_the_loop_idle)
{
	int idle = 0;
	int64_t id = later(ctx, CIGO_S(1), 1), start = cigo_now(ctx);
	cigo_task *t = cigo_spawn(ctx, wait_idle, 0, &idle);

	ok(cigo_yield(ctx));
	equal(idle, 0);
	equal(cigo_callback_cancel(cigo_ctx_loop(ctx), id), true);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(cigo_now(ctx), start);
}

LOOP_TEST(wait_idle_heeds_its_context)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));
	int64_t start = cigo_now(ctx), id = later(ctx, CIGO_S(5), 1);

	fails(cigo_loop_wait_idle(timed), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(1));
	cigo_ctx_unref(timed);
	equal(cigo_callback_cancel(cigo_ctx_loop(ctx), id), true);
}

TEST_CASE("end");

static int ended[16], n_ended;

CALLBACK(note_end)
{
	ck_assert_int_lt(status, 0);
	ck_assert_ptr_nonnull(cigo_ctx_loop(ctx));
	ended[n_ended++] = *(const int *)arg;
}

CORO(leave_callbacks)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	int64_t id;

	ck_assert_int_gt(cigo_loop_call_later(loop, CIGO_S(9), note_end, NUMBER(0)), 0);
	ck_assert_int_gt(cigo_loop_call_later(loop, CIGO_S(1), note_end, NUMBER(1)), 0);
	ck_assert_int_gt(cigo_loop_call_later(loop, CIGO_NEVER, note_end, NUMBER(2)), 0);
	ok(cigo_loop_call_threadsafe(loop, note_end, NUMBER(3)));
	id = cigo_loop_call_later(loop, CIGO_S(1), note_end, NUMBER(4));
	equal(cigo_callback_cancel(loop, id), true);
	return 0;
}

TEST(callbacks_left_at_the_end_are_called_once_with_a_negative_status, COOPERATIVE)
{
	int seen[5] = { 0 };

	ok(t_run(leave_callbacks, NULL));
	equal(n_ended, 4);
	for (int i = 0; i < n_ended; i++)
		seen[ended[i]]++;
	for (int i = 0; i < 4; i++)
		equal(seen[i], 1);
	equal(seen[4], 0);
}

static int64_t late_id;

CALLBACK(call_at_the_end)
{
	ck_assert_int_lt(status, 0);
	late_id = cigo_loop_call_soon(cigo_ctx_loop(ctx), note_end, NUMBER(1));
}

CORO(leave_a_caller)
{
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(1), call_at_the_end, NULL),
			 0);
	return 0;
}

TEST(what_is_called_past_the_end_is_refused_or_called_once)
{
	ok(t_run(leave_a_caller, NULL));
	if (late_id > 0) {
		equal(n_ended, 1);
	} else {
		equal(late_id, CIGO_ECLOSED);
		equal(n_ended, 0);
	}
}

CORO(keep_loop)
{
	*(cigo_loop **)arg = cigo_loop_ref(cigo_ctx_loop(ctx));
	return 0;
}

TEST(a_loop_past_its_end_takes_no_callbacks)
{
	cigo_loop *loop;

	ok(t_run(keep_loop, &loop));
	fails(cigo_loop_call_threadsafe(loop, note_end, NUMBER(1)), CIGO_ECLOSED);
	fails(cigo_loop_call_soon(loop, note_end, NUMBER(1)), CIGO_ECLOSED);
	fails(cigo_loop_call_later(loop, 1, note_end, NUMBER(1)), CIGO_ECLOSED);
	equal(cigo_callback_cancel(loop, 1), false);
	cigo_loop_unref(loop);
	equal(n_ended, 0);
}

TEST_CASE("misuse");

CALLBACK(sleep_here)
{
	cigo_ignore(cigo_sleep((cigo_ctx *)(uintptr_t)ctx, 1));
}

CALLBACK(yield_here)
{
	cigo_ignore(cigo_yield((cigo_ctx *)(uintptr_t)ctx));
}

CALLBACK(await_here)
{
	cigo_ignore(cigo_future_await((cigo_ctx *)(uintptr_t)ctx, arg, NULL, 0));
}

CALLBACK(idle_here)
{
	cigo_ignore(cigo_loop_wait_idle((cigo_ctx *)(uintptr_t)ctx));
}

CALLBACK(run_here)
{
	cigo_run(count_up, arg);
}

struct bad_callback {
	cigo_callback_fn *fn;
	void *arg;
};

CORO(call_bad)
{
	const struct bad_callback *bad = arg;

	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), bad->fn, bad->arg), 0);
	return cigo_sleep(ctx, CIGO_S(1));
}

static void run_bad(void *arg T_UNUSED)
{
	t_run(call_bad, arg);
}

/* asyncigo crashed with an index error */
TEST(to_suspend_in_a_callback_is_misuse)
{
	cigo_future *f = cigo_future_new(0);

	t_abort(run_bad, &(struct bad_callback){ sleep_here, NULL }, "cigo_sleep");
	t_abort(run_bad, &(struct bad_callback){ yield_here, NULL }, "cigo_yield");
	t_abort(run_bad, &(struct bad_callback){ await_here, f }, "cigo_future_await");
	t_abort(run_bad, &(struct bad_callback){ idle_here, NULL }, "cigo_loop_wait_idle");
	cigo_future_unref(f);
}

TEST(to_run_a_loop_in_a_callback_is_misuse)
{
	int n = 0;

	t_abort(run_bad, &(struct bad_callback){ run_here, &n }, "cigo_");
}

THREAD(call_soon_from_here)
{
	cigo_loop_call_soon(arg, note_end, NUMBER(0));
	return NULL;
}

MISUSE_TEST(call_soon_from_a_foreign_thread_is_misuse_and_names_the_call_to_use,
	    "cigo_loop_call_threadsafe")
{
	on_thread(call_soon_from_here, cigo_ctx_loop(ctx));
}

CALLBACK(never_due)
{
	fails(status, -ECANCELED);
}

CORO(stops_itself_and_waits_for_idleness)
{
	int64_t start = cigo_now(ctx);

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(3600), never_due, NULL);
	ok(cigo_loop_stop(cigo_ctx_loop(ctx), -33));
	fails(cigo_loop_wait_idle(ctx), -33);
	equal(cigo_now(ctx), start);
	return 0;
}

TEST_CASE("wait_idle and a stop");

TEST(wait_idle_hears_of_a_stop_that_it_delivers_itself)
{
	fails(t_run(stops_itself_and_waits_for_idleness, NULL), -33);
}
