/* SPDX-License-Identifier: MIT
 * The loop: its run and its end, its options, its guests from other threads, its clock.
 */
#include "tests/tools/wire.h"

#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

/* ---- bodies that many tests use ---- */

CORO(return_arg)
{
	return *(int *)arg;
}

CORO(count_up)
{
	++*(int *)arg;
	return 0;
}

CORO(sleep_for_ever)
{
	return cigo_sleep(ctx, CIGO_NEVER);
}

/* What a leftover saw: how often it began, how it was woken, how often it ended. */
struct fate {
	int began, err, ended;
};

CORO(sleep_till_cancelled)
{
	struct fate *f = arg;

	f->began++;
	f->err = cigo_sleep(ctx, CIGO_NEVER);
	f->ended++;
	return 0;
}

TEST_CASE("run");

TEST(run_returns_what_main_returned)
{
	int values[] = { 0, -EIO, -1, CIGO_ECLOSED, INT32_MIN };

	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		fails(cigo_run(return_arg, &values[i]), values[i]);
}

TEST(a_positive_result_of_main_counts_as_0)
{
	int value = 7;

	ok(cigo_run(return_arg, &value));
}

TEST(main_runs_once_on_a_thread_of_its_own)
{
	int n = 0;

	ok(cigo_run(count_up, &n));
	equal(n, 1);
}

CORO(ret_is_null)
{
	ck_assert_ptr_null(ret);
	ck_assert_ptr_nonnull(cigo_task_current(ctx));
	return 0;
}

TEST(main_has_no_place_for_a_value)
{
	ok(cigo_run(ret_is_null, NULL));
}

TEST(a_loop_can_be_made_first_and_run_later)
{
	cigo_loop *loop = cigo_loop_new(NULL);
	int n = 0;

	ck_assert_ptr_nonnull(loop);
	ok(cigo_loop_run(loop, cigo_ctx_background(), count_up, &n));
	equal(n, 1);
	cigo_loop_unref(loop);
}

TEST(a_loop_that_never_ran_leaves_nothing)
{
	int fds = t_count_fds();
	cigo_loop *loop = cigo_loop_new(NULL);

	equal(t_count_fds(), fds); /* made by allocation only */
	ck_assert_ptr_eq(cigo_loop_ref(loop), loop);
	cigo_loop_unref(loop);
	cigo_loop_unref(loop);
	cigo_loop_unref(NULL);
}

TEST(no_loop_cannot_be_run)
{
	int n = 0;

	fails(cigo_loop_run(NULL, cigo_ctx_background(), count_up, &n), -ENOMEM);
	fails(cigo_loop_stop(NULL, 0), -ENOMEM);
	equal(n, 0);
}

CORO(look_at_loop)
{
	ck_assert_ptr_eq(cigo_ctx_loop(ctx), arg);
	return 0;
}

TEST(a_context_knows_its_loop)
{
	cigo_loop *loop = cigo_loop_new(NULL);

	ck_assert_ptr_null(cigo_ctx_loop(cigo_ctx_background()));
	ok(cigo_loop_run(loop, cigo_ctx_background(), look_at_loop, loop));
	cigo_loop_unref(loop);
}

TEST(a_hundred_runs_leave_nothing_behind)
{
	int n = 0, fds = t_count_fds();

	for (int i = 0; i < 100; i++)
		ok(cigo_run(count_up, &n));
	equal(n, 100);
	equal(t_count_fds(), fds);
}

CORO(run_inside)
{
	return cigo_run(count_up, arg);
}

CORO(leave_by_pthread_exit)
{
	pthread_exit(NULL);
}

static void exit_from_main(void *arg T_UNUSED)
{
	cigo_run(leave_by_pthread_exit, NULL);
}

CORO(spawn_leaver)
{
	return cigo_future_take(
		ctx, cigo_task_spawn(ctx, "quitter", leave_by_pthread_exit, 0, NULL), NULL, 0);
}

static void exit_from_a_task(void *arg T_UNUSED)
{
	cigo_run(spawn_leaver, NULL);
}

PLAIN_MISUSE_TEST(to_run_a_loop_twice_is_misuse, "cigo_loop_run")
{
	cigo_loop *loop = cigo_loop_new(NULL);
	int n = 0;

	cigo_loop_run(loop, ctx, count_up, &n);
	cigo_loop_run(loop, ctx, count_up, &n);
}

PLAIN_MISUSE_TEST(to_run_a_loop_inside_a_coroutine_is_misuse, "cigo_")
{
	int n = 0;

	cigo_run(run_inside, &n);
}

TEST(pthread_exit_in_a_body_is_misuse_and_names_the_coroutine)
{
	t_abort(exit_from_main, NULL, "misuse");
	t_abort(exit_from_a_task, NULL, "quitter");
}

MISUSE_TEST(to_block_by_a_context_without_loop_in_a_coroutine_is_misuse, "cigo_sleep")
{
	cigo_ignore(cigo_sleep(cigo_ctx_background(), 1));
}

TEST_CASE("who runs");

/* While it sleeps, its thread drives the loop: and writes on what is unsent, till EAGAIN. */
STREAM_TEST(errno_survives_suspension)
{
	static char mass[1 << 20];

	ok(cigo_stream_send(s, mass, sizeof mass));
	for (int i = 0; i < 3; i++) {
		ck_assert_int_gt(read(raw, mass, 65536), 0);
		errno = 77;
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		equal(errno, 77);
		ck_assert_int_gt(read(raw, mass, 65536), 0);
		errno = 77;
		ok(cigo_yield(ctx));
		equal(errno, 77);
	}
	cigo_stream_abort(s, 0);
}

CORO(stay_on_thread)
{
	pthread_t me = pthread_self();

	for (int i = 0; i < 10; i++) {
		ok(cigo_yield(ctx));
		equal(pthread_equal(pthread_self(), me), true);
	}
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(pthread_equal(pthread_self(), me), true);
	return 0;
}

LOOP_TEST(a_coroutine_never_changes_its_thread)
{
	cigo_task *t[10];

	for (int i = 0; i < 10; i++)
		t[i] = cigo_spawn(ctx, stay_on_thread, 0, NULL);
	for (int i = 0; i < 10; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
}

static char turns[64];

CORO(take_turns)
{
	for (int i = 0; i < 3; i++) {
		strcat(turns, arg);
		ok(cigo_yield(ctx));
	}
	return 0;
}

LOOP_TEST(who_is_ready_runs_in_order, COOPERATIVE)
{
	char a[] = "a", b[] = "b", c[] = "c";

	cigo_detach(cigo_spawn(ctx, take_turns, 0, a));
	cigo_detach(cigo_spawn(ctx, take_turns, 0, b));
	cigo_detach(cigo_spawn(ctx, take_turns, 0, c));
	for (int i = 0; i < 5; i++)
		ok(cigo_yield(ctx));
	ck_assert_str_eq(turns, "abcabcabc");
}

CORO(sleep_ms_and_sign)
{
	ok(cigo_sleep(ctx, CIGO_MS(*(const char *)arg - 'a')));
	strcat(turns, arg);
	return 0;
}

LOOP_TEST(sleepers_wake_in_the_order_of_their_times)
{
	static char names[][2] = { "d", "b", "e", "c", "a" };

	for (int i = 0; i < 5; i++)
		cigo_detach(cigo_spawn(ctx, sleep_ms_and_sign, 0, names[i]));
	ok(cigo_sleep(ctx, CIGO_MS(10)));
	ck_assert_str_eq(turns, "abcde");
}

CORO(sleep_5_and_sign)
{
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	strcat(turns, arg);
	return 0;
}

LOOP_TEST(sleepers_of_the_same_time_wake_in_the_order_they_fell_asleep, COOPERATIVE)
{
	static char names[][2] = { "a", "b", "c", "d", "e", "f", "g", "h" };

	for (int i = 0; i < 8; i++)
		cigo_detach(cigo_spawn(ctx, sleep_5_and_sign, 0, names[i]));
	ok(cigo_sleep(ctx, CIGO_MS(10)));
	ck_assert_str_eq(turns, "abcdefgh");
}

CORO(recurse)
{
	volatile char page[4096];
	int depth = *(int *)arg - 1;

	page[0] = page[4095] = (char)depth;
	return depth > 0 ? recurse(ctx, &depth, ret) : (int)page[0];
}

TEST(the_stack_size_is_an_option)
{
	cigo_loop_options o = { .size = sizeof o, .stack_size = 8 << 20 };
	int pages = (int)t_scale(1500, 700); /* redzones make frames bigger */

	ok(cigo_run_with(&o, cigo_ctx_background(), recurse, &pages));
}

TEST(the_default_stack_takes_200_kib)
{
	int pages = (int)t_scale(46, 20);

	ok(cigo_run(recurse, &pages));
}

TEST_CASE("nobody starves");

static bool enough;

CORO(yield_till_enough)
{
	long *yields = ret;

	while (!enough) {
		ok(cigo_yield(ctx));
		++*yields;
		ck_assert_int_lt(*yields, 10000000);
	}
	return 0;
}

CORO(read_a_byte)
{
	char c;
	ssize_t n = cigo_stream_read(ctx, arg, &c, 1);

	enough = true;
	return n == 1 ? 0 : -EIO;
}

static int read_beside_yielders(cigo_ctx *ctx)
{
	int before, raw;
	cigo_stream *s;
	cigo_task *reader, *a, *b;
	long yields;

	raw = stream_pair(&s);
	reader = cigo_spawn(ctx, read_a_byte, 0, s);
	a = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);
	b = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);
	for (before = 0; before < 3; before++)
		ok(cigo_yield(ctx));
	raw_say(raw, "x");
	ok(cigo_future_take(ctx, reader, NULL, 0));
	ok(cigo_take(ctx, a, &yields));
	ck_assert_int_lt(yields, 1000);
	ok(cigo_take(ctx, b, &yields));
	cigo_stream_close(s);
	close(raw);
	return 0;
}

LOOP_TEST(yielding_tasks_do_not_starve_io)
{
	ok(read_beside_yielders(ctx));
}

REAL_TEST(yielding_tasks_do_not_starve_io_on_the_real_clock)
{
	ok(read_beside_yielders(ctx));
}

CALLBACK(say_enough)
{
	ok(status);
	enough = true;
}

CORO(yield_beside_timers)
{
	cigo_task *a = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);
	cigo_task *b = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);
	int64_t start = t_real_now();

	ok(cigo_sleep(ctx, CIGO_MS(5)));
	ck_assert_int_lt(t_real_now() - start, CIGO_S(1));
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(5), say_enough, NULL), 0);
	ok(cigo_future_take(ctx, a, NULL, 0));
	return cigo_future_take(ctx, b, NULL, 0);
}

TEST(yielding_tasks_do_not_starve_timers)
{
	ok(t_run_real(yield_beside_timers, NULL));
}

THREAD(post_enough)
{
	nap(5);
	ok(cigo_loop_call_threadsafe(arg, say_enough, NULL));
	cigo_loop_unref(arg);
	return NULL;
}

REAL_TEST(yielding_tasks_do_not_starve_posts_of_other_threads)
{
	pthread_t t = thread_start(post_enough, cigo_loop_ref(cigo_ctx_loop(ctx)));
	cigo_task *a = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);
	cigo_task *b = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);

	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
	thread_join(t);
}

LOOP_TEST(an_ever_ready_stream_gives_the_others_a_turn_every_64_calls, COOPERATIVE)
{
	int raw, bytes = 640;
	cigo_stream *s;
	cigo_task *other;
	char c, many[640] = { 0 };
	long yields;

	raw = stream_pair(&s);
	raw_write(raw, many, sizeof many);
	other = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);
	while (bytes--)
		equal(cigo_stream_read(ctx, s, &c, 1), 1);
	enough = true;
	ok(cigo_take(ctx, other, &yields));
	ck_assert_int_ge(yields, 8);
	ck_assert_int_le(yields, 13);
	cigo_stream_close(s);
	close(raw);
}

LOOP_TEST(sleeping_under_a_dead_context_gives_the_others_a_turn, COOPERATIVE)
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);
	cigo_task *other = cigo_spawn(ctx, yield_till_enough, sizeof(long), NULL);
	long yields;

	cigo_ctx_cancel(dead, -EIO);
	for (int i = 0; i < 640; i++)
		fails(cigo_sleep(dead, CIGO_S(1)), -EIO);
	enough = true;
	ok(cigo_take(ctx, other, &yields));
	ck_assert_int_ge(yields, 8);
	cigo_ctx_unref(dead);
}

LOOP_TEST(awaiting_what_is_done_gives_nobody_a_turn, COOPERATIVE)
{
	int n = 0;
	cigo_future *f = cigo_future_new(0);
	cigo_task *other = cigo_spawn(ctx, count_up, 0, &n);

	ok(cigo_future_set(f, NULL, 0));
	for (int i = 0; i < 1000; i++)
		ok(cigo_join(ctx, f));
	equal(n, 0);
	ok(cigo_future_take(ctx, other, NULL, 0));
	cigo_future_unref(f);
}

TEST_CASE("stop");

TEST(stopped_before_the_run_main_never_runs)
{
	cigo_loop *loop = cigo_loop_new(NULL);
	int n = 0;

	ok(cigo_loop_stop(loop, -EIO));
	cigo_ignore(cigo_loop_stop(loop, -EPERM)); /* the first reason stays */
	fails(cigo_loop_run(loop, cigo_ctx_background(), count_up, &n), -EIO);
	equal(n, 0);
	fails(cigo_loop_stop(loop, 0), CIGO_ECLOSED);
	cigo_loop_unref(loop);
}

CORO(stop_myself)
{
	ok(cigo_loop_stop(cigo_ctx_loop(ctx), -EIO));
	fails(cigo_sleep(ctx, CIGO_S(1)), -EIO);
	return 0;
}

TEST(stop_cancels_main_and_the_run_returns_the_reason)
{
	fails(t_run(stop_myself, NULL), -EIO);
}

CALLBACK(stop_loop)
{
	ok(status);
	ok(cigo_loop_stop(cigo_ctx_loop(ctx), 0));
}

CORO(be_stopped_by_a_callback)
{
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(3), stop_loop, NULL), 0);
	fails(cigo_sleep(ctx, CIGO_NEVER), -ECANCELED);
	return 0;
}

TEST(stop_without_a_reason_is_ecanceled)
{
	fails(t_run(be_stopped_by_a_callback, NULL), -ECANCELED);
}

THREAD(stop_from_here)
{
	nap(20);
	ok(cigo_loop_stop(arg, -EPERM));
	cigo_loop_unref(arg);
	return NULL;
}

CORO(be_stopped_by_a_thread)
{
	*(pthread_t *)arg = thread_start(stop_from_here, cigo_loop_ref(cigo_ctx_loop(ctx)));
	fails(cigo_sleep(ctx, CIGO_NEVER), -EPERM);
	return 0;
}

TEST(a_foreign_thread_may_stop_a_sleeping_loop)
{
	pthread_t t;

	fails(t_run_real(be_stopped_by_a_thread, &t), -EPERM);
	thread_join(t);
}

CORO(stop_and_clean_up)
{
	cigo_ctx *grace;

	ok(cigo_loop_stop(cigo_ctx_loop(ctx), -EIO));
	grace = cigo_ctx_without_cancel(ctx, CIGO_S(5));
	ok(cigo_sleep(grace, CIGO_S(3)));
	cigo_ctx_unref(grace);
	*(bool *)arg = true;
	return 0;
}

TEST(a_stopped_main_may_clean_up)
{
	bool clean = false;

	fails(t_run(stop_and_clean_up, &clean), -EIO);
	equal(clean, true);
}

TEST_CASE("outer context");

TEST(a_dead_outer_context_means_main_never_runs)
{
	cigo_ctx *outer = cigo_ctx_with_cancel(cigo_ctx_background());
	int n = 0;

	cigo_ctx_cancel(outer, -EIO);
	fails(cigo_run_with(NULL, outer, count_up, &n), -EIO);
	equal(n, 0);
	cigo_ctx_unref(outer);
}

struct outer {
	cigo_ctx *ctx;
	int reason;
	int64_t cancelled_at, woken_at;
};

THREAD(cancel_outer)
{
	struct outer *o = arg;

	nap(30);
	o->cancelled_at = t_real_now();
	cigo_ctx_cancel(o->ctx, o->reason);
	return NULL;
}

CORO(wake_by_outer)
{
	struct outer *o = arg;

	fails(cigo_sleep(ctx, CIGO_NEVER), o->reason);
	o->woken_at = t_real_now();
	return 0;
}

/* asyncigo noticed it after up to 30 s */
TEST(an_outer_cancel_wakes_main_at_once)
{
	struct outer o = { cigo_ctx_with_cancel(cigo_ctx_background()), -EPERM, 0, 0 };
	pthread_t t = thread_start(cancel_outer, &o);

	fails(cigo_run_with(NULL, o.ctx, wake_by_outer, &o), -EPERM);
	thread_join(t);
	ck_assert_int_lt(o.woken_at - o.cancelled_at, CIGO_MS(500));
	cigo_ctx_unref(o.ctx);
}

CORO(look_into_first_await)
{
	cigo_future *f = cigo_future_new(0);

	cigo_ctx_cancel(arg, -EIO);
	fails(cigo_join(ctx, f), -EIO);
	cigo_future_unref(f);
	return 0;
}

/* asyncigo's first await after an external cancel was not cancelled */
TEST(the_first_await_after_an_outer_cancel_is_cancelled)
{
	cigo_ctx *outer = cigo_ctx_with_cancel(cigo_ctx_background());

	fails(cigo_run_with(NULL, outer, look_into_first_await, outer), -EIO);
	cigo_ctx_unref(outer);
}

CORO(sleep_past_the_deadline)
{
	cigo_ctx *grace;

	ck_assert_int_lt(cigo_ctx_deadline(ctx), CIGO_NEVER);
	fails(cigo_sleep(ctx, CIGO_NEVER), -ETIMEDOUT);
	grace = cigo_ctx_without_cancel(ctx, CIGO_S(5));
	ok(cigo_sleep(grace, CIGO_MS(5)));
	cigo_ctx_unref(grace);
	*(bool *)arg = true;
	return 0;
}

TEST(an_outer_deadline_ends_main_which_may_clean_up)
{
	int64_t ns = CIGO_MS(t_is_slow() ? 500 : 50); /* main must have begun by then */
	cigo_ctx *outer = cigo_ctx_with_timeout(cigo_ctx_background(), ns);
	bool clean = false;
	int64_t start = t_real_now();

	fails(cigo_run_with(NULL, outer, sleep_past_the_deadline, &clean), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - start, ns);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(2));
	equal(clean, true);
	cigo_ctx_unref(outer);
}

static const char key;

CORO(look_for_value)
{
	const int *value = cigo_ctx_value(ctx, &key, sizeof *value);

	ck_assert_ptr_nonnull(value);
	return -*value;
}

TEST(main_knows_the_values_of_the_outer_context)
{
	int value = 42;
	cigo_ctx *outer = cigo_ctx_with_value(cigo_ctx_background(), &key, &value, sizeof value);

	fails(cigo_run_with(NULL, outer, look_for_value, NULL), -42);
	cigo_ctx_unref(outer);
}

CORO(look_at_outer)
{
	ck_assert_ptr_null(cigo_ctx_loop(arg));
	ok(cigo_ctx_error(arg));
	ck_assert_ptr_nonnull(cigo_ctx_loop(ctx));
	return 0;
}

TEST(an_outer_context_outlives_its_runs)
{
	cigo_ctx *outer = cigo_ctx_with_cancel(cigo_ctx_background());

	for (int i = 0; i < 3; i++)
		ok(cigo_run_with(NULL, outer, look_at_outer, outer));
	cigo_ctx_cancel(outer, 0);
	fails(cigo_run_with(NULL, outer, look_at_outer, outer), -ECANCELED);
	cigo_ctx_unref(outer);
}

TEST_CASE("end");

CORO(leave_sleepers)
{
	struct fate *fates = arg;

	for (int i = 0; i < 5; i++)
		cigo_detach(cigo_spawn(ctx, sleep_till_cancelled, 0, &fates[i]));
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(sleeping_leftovers_are_cancelled_and_return)
{
	struct fate fates[5] = { { 0 } };

	ok(t_run(leave_sleepers, fates));
	for (int i = 0; i < 5; i++) {
		equal(fates[i].began, 1);
		equal(fates[i].err, -ECANCELED);
		equal(fates[i].ended, 1);
	}
}

static int freed;

static void count_free(void *arg)
{
	(void)arg;
	freed++;
}

CORO(leave_not_started)
{
	cigo_task_options o = { .size = sizeof o, .arg_free = count_free };

	for (int i = 0; i < 5; i++)
		cigo_detach(cigo_spawn_with(ctx, sleep_till_cancelled, 0, arg, &o));
	return 0;
}

TEST(leftovers_not_yet_started_never_run_and_their_arguments_are_freed, COOPERATIVE)
{
	struct fate fate = { 0 };

	ok(t_run(leave_not_started, &fate));
	equal(fate.began, 0);
	equal(freed, 5);
}

struct io_fate {
	cigo_stream *stream;
	int fd;
	int read_err, wait_err;
};

CORO(read_till_cancelled)
{
	struct io_fate *f = arg;
	char c;

	f->read_err = (int)cigo_stream_read(ctx, f->stream, &c, 1);
	return 0;
}

CORO(fd_wait_till_cancelled)
{
	struct io_fate *f = arg;

	f->wait_err = cigo_fd_wait(ctx, f->fd, CIGO_READ);
	return 0;
}

CORO(leave_io)
{
	cigo_detach(cigo_spawn(ctx, read_till_cancelled, 0, arg));
	cigo_detach(cigo_spawn(ctx, fd_wait_till_cancelled, 0, arg));
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(leftovers_waiting_for_io_are_cancelled_and_return)
{
	struct io_fate f = { .read_err = 1 };
	int raw = stream_pair(&f.stream);

	f.fd = raw;
	ok(t_run(leave_io, &f));
	equal(f.read_err, -ECANCELED);
	equal(f.wait_err, -ECANCELED);
	cigo_stream_close(f.stream);
	close(raw);
}

CORO(clean_up_slowly)
{
	int *steps = arg;
	cigo_ctx *grace;

	fails(cigo_sleep(ctx, CIGO_NEVER), -ECANCELED);
	grace = cigo_ctx_without_cancel(ctx, CIGO_S(60));
	for (int i = 0; i < 3; i++) {
		ok(cigo_sleep(grace, CIGO_S(1)));
		++*steps;
	}
	cigo_ctx_unref(grace);
	return 0;
}

CORO(leave_cleaner)
{
	cigo_detach(cigo_spawn(ctx, clean_up_slowly, 0, arg));
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(a_leftover_may_clean_up_and_the_run_waits_for_it)
{
	int steps = 0;

	ok(t_run(leave_cleaner, &steps));
	equal(steps, 3);
}

CORO(spawn_at_the_end)
{
	struct fate *f = arg;

	fails(cigo_sleep(ctx, CIGO_NEVER), -ECANCELED);
	cigo_detach(cigo_spawn(ctx, sleep_till_cancelled, 0, f));
	return 0;
}

CORO(leave_spawner)
{
	cigo_detach(cigo_spawn(ctx, spawn_at_the_end, 0, arg));
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(what_a_leftover_spawns_at_the_end_never_runs)
{
	struct fate f = { 0 };

	ok(t_run(leave_spawner, &f));
	equal(f.began, 0);
}

CORO(hold_mutex)
{
	ok(cigo_mutex_lock(ctx, arg));
	fails(cigo_sleep(ctx, CIGO_NEVER), -ECANCELED);
	cigo_mutex_unlock(arg);
	return 0;
}

CORO(want_mutex)
{
	fails(cigo_mutex_lock(ctx, arg), -ECANCELED);
	return 0;
}

CORO(leave_mutex)
{
	cigo_detach(cigo_spawn(ctx, hold_mutex, 0, arg));
	cigo_detach(cigo_spawn(ctx, want_mutex, 0, arg));
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(leftovers_waiting_for_a_mutex_are_cancelled_and_it_is_free_afterwards, COOPERATIVE)
{
	cigo_mutex *m = cigo_mutex_new();

	ok(t_run(leave_mutex, m));
	cigo_mutex_free(m);
}

struct orphans {
	cigo_task *task, *never_begun;
	cigo_future *future;
	cigo_ctx *ctx, *timed;
	cigo_queue *queue;
	cigo_stream *in, *out;
	cigo_loop *loop;
};

CORO(leave_orphans)
{
	struct orphans *o = arg;
	int item = 5, value = 6;

	o->task = cigo_spawn(ctx, sleep_for_ever, sizeof(int), NULL);
	o->future = cigo_future_new(sizeof(int));
	ok(cigo_set(o->future, &value));
	o->ctx = cigo_ctx_with_cancel(ctx);
	o->timed = cigo_ctx_with_timeout(ctx, CIGO_S(100));
	o->queue = cigo_queue_new(sizeof item, 0);
	ok(cigo_put(ctx, o->queue, &item));
	ok(cigo_pipe(&o->in, &o->out));
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	o->loop = cigo_loop_ref(cigo_ctx_loop(ctx)); /* the virtual clock stands still from here */
	o->never_begun = cigo_spawn(ctx, sleep_for_ever, 0, NULL);
	return 0;
}

TEST(handles_may_outlive_their_loop)
{
	struct orphans o;
	int got = 1;

	ok(t_run(leave_orphans, &o));
	equal(cigo_future_is_done(o.task), true);
	fails(cigo_future_error(o.task), -ECANCELED);
	fails(cigo_result(o.task, &got), -ECANCELED);
	equal(got, 0);
	equal(cigo_future_is_done(o.never_begun), true);
	fails(cigo_future_error(o.never_begun), -ECANCELED);
	ok(cigo_result(o.future, &got));
	equal(got, 6);
	ok(cigo_queue_try_get(o.queue, &got, sizeof got));
	equal(got, 5);
	cigo_future_unref(o.task);
	cigo_future_unref(o.never_begun);
	cigo_future_unref(o.future);
	cigo_ctx_unref(o.ctx);
	cigo_ctx_unref(o.timed);
	cigo_queue_free(o.queue);
	cigo_stream_close(o.in);
	cigo_stream_close(o.out);
	cigo_loop_unref(o.loop);
}

CORO(keep_pending)
{
	*(cigo_future **)arg = cigo_future_new(0);
	return 0;
}

TEST(a_future_pending_at_the_end_is_cancelled)
{
	cigo_future *f;

	ok(t_run(keep_pending, &f));
	equal(cigo_future_is_done(f), true);
	fails(cigo_future_error(f), -ECANCELED);
	fails(cigo_future_set(f, NULL, 0), -EALREADY);
	cigo_future_unref(f);
}

CORO(fail_with_leftovers)
{
	cigo_detach(cigo_spawn(ctx, sleep_till_cancelled, 0, arg));
	ok(cigo_yield(ctx));
	return -EIO;
}

TEST(the_run_returns_mains_error_and_not_a_leftovers)
{
	struct fate f = { 0 };

	fails(t_run(fail_with_leftovers, &f), -EIO);
	equal(f.ended, 1);
}

CORO(await_leftover)
{
	fails(cigo_join(ctx, arg), -ECANCELED);
	return 0;
}

CORO(leave_a_chain)
{
	cigo_task *t = cigo_spawn(ctx, sleep_till_cancelled, 0, arg);

	for (int i = 0; i < 10; i++) {
		cigo_task *next = cigo_spawn(ctx, await_leftover, 0, t);

		cigo_detach(t);
		t = next;
	}
	cigo_detach(t);
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(leftovers_that_await_each_other_all_return)
{
	struct fate f = { 0 };

	ok(t_run(leave_a_chain, &f));
	equal(f.ended, 1);
}

TEST_CASE("posts");

enum { THREADS = 4 };

struct poster {
	cigo_loop *loop;
	pthread_t home;
	int index, posts;
	int next; /* the number the next call of this poster must have */
	int called, dropped, refused;
	cigo_future *all; /* set by the last call */
};

struct post {
	struct poster *poster;
	int number;
};

CALLBACK(take_post)
{
	struct post *p = arg;
	struct poster *from = p->poster;

	if (status < 0) {
		from->dropped++;
	} else {
		equal(pthread_equal(pthread_self(), from->home), true);
		equal(p->number, from->next++);
		if (++from->called == from->posts && from->all)
			ok(cigo_future_set(from->all, NULL, 0));
	}
	free(p);
}

THREAD(post_numbers)
{
	struct poster *from = arg;

	for (int i = 0; i < from->posts; i++) {
		struct post *p = malloc(sizeof *p);
		int err;

		*p = (struct post){ from, i };
		err = cigo_loop_call_threadsafe(from->loop, take_post, p);
		if (err) {
			equal(err, CIGO_ECLOSED);
			from->refused++;
			free(p);
		}
		if (i % 50 == from->index)
			nap(1); /* so that the loop falls asleep now and then */
	}
	cigo_loop_unref(from->loop);
	return NULL;
}

static pthread_t posts_home;

CORO(receive_posts)
{
	struct poster from[THREADS];
	pthread_t threads[THREADS];
	cigo_future *all[THREADS];

	for (int i = 0; i < THREADS; i++) {
		all[i] = cigo_future_new(0);
		from[i] = (struct poster){ .loop = cigo_loop_ref(cigo_ctx_loop(ctx)),
					   .home = posts_home,
					   .index = i,
					   .posts = 1000,
					   .all = all[i] };
		threads[i] = thread_start(post_numbers, &from[i]);
	}
	ok(cigo_wait(ctx, CIGO_WAIT_ALL, all, THREADS));
	for (int i = 0; i < THREADS; i++) {
		thread_join(threads[i]);
		equal(from[i].called, 1000);
		cigo_future_unref(all[i]);
	}
	return 0;
}

TEST(posts_of_several_threads_arrive_in_the_order_of_each)
{
	posts_home = pthread_self();
	ok(t_run_real(receive_posts, NULL));
}

CALLBACK(count_call)
{
	ok(status);
	++*(int *)arg;
}

struct flood {
	cigo_loop *loop;
	int n, *called;
};

THREAD(flood_loop)
{
	struct flood *f = arg;

	for (int i = 0; i < f->n; i++)
		ok(cigo_loop_call_threadsafe(f->loop, count_call, f->called));
	return NULL;
}

/* asyncigo's 101st deadlocked */
LOOP_TEST(any_number_of_posts_fits_while_the_loop_stands_still, COOPERATIVE)
{
	int called = 0;
	struct flood f = { cigo_ctx_loop(ctx), 20000, &called };

	on_thread(flood_loop, &f);
	equal(called, 0);
	ok(cigo_loop_wait_idle(ctx));
	equal(called, 20000);
}

CORO(leave_while_threads_post)
{
	struct poster *from = arg;

	for (int i = 0; i < THREADS; i++)
		from[i].loop = cigo_loop_ref(cigo_ctx_loop(ctx));
	for (int i = 0; i < THREADS; i++)
		((pthread_t *)(from + THREADS))[i] = thread_start(post_numbers, &from[i]);
	return cigo_sleep(ctx, CIGO_MS(3));
}

TEST(a_post_accepted_as_the_loop_ends_is_called_once_and_others_are_refused)
{
	struct {
		struct poster from[THREADS];
		pthread_t threads[THREADS];
	} all = { 0 };

	for (int i = 0; i < THREADS; i++)
		all.from[i] = (struct poster){ .home = pthread_self(), .index = i, .posts = 2000 };
	ok(t_run_real(leave_while_threads_post, &all));
	for (int i = 0; i < THREADS; i++) {
		const struct poster *p = &all.from[i];

		thread_join(all.threads[i]);
		equal(p->called + p->dropped + p->refused, p->posts);
	}
}

CALLBACK(count_either)
{
	int *n = arg;

	n[status < 0]++;
}

TEST(a_post_to_a_loop_that_never_runs_is_dropped_once)
{
	cigo_loop *loop = cigo_loop_new(NULL);
	int n[2] = { 0, 0 };

	ok(cigo_loop_call_threadsafe(loop, count_either, n));
	cigo_loop_unref(loop);
	equal(n[0], 0);
	equal(n[1], 1);
}

CORO(yield_twice)
{
	ok(cigo_yield(ctx));
	return cigo_yield(ctx);
}

TEST(a_post_before_the_run_is_called_in_the_run)
{
	cigo_loop *loop = cigo_loop_new(NULL);
	int n[2] = { 0, 0 };

	ok(cigo_loop_call_threadsafe(loop, count_either, n));
	ok(cigo_loop_run(loop, cigo_ctx_background(), yield_twice, NULL));
	cigo_loop_unref(loop);
	equal(n[0], 1);
	equal(n[1], 0);
}

CORO(sleep_real_second)
{
	return cigo_sleep(ctx, CIGO_S(1));
}

CORO(post_to_other_loop)
{
	return cigo_loop_call_threadsafe(arg, stop_loop, NULL);
}

/* A loop that runs on a thread of its own till it is stopped. */
struct other {
	cigo_loop *loop;
	pthread_t thread;
	int err;
};

THREAD(run_other)
{
	struct other *o = arg;

	o->err = cigo_loop_run(o->loop, cigo_ctx_background(), sleep_for_ever, NULL);
	return NULL;
}

static void other_start(struct other *o)
{
	o->loop = cigo_loop_new(NULL);
	o->thread = thread_start(run_other, o);
}

static void other_stop(struct other *o)
{
	ok(cigo_loop_stop(o->loop, 0));
	thread_join(o->thread);
	cigo_loop_unref(o->loop);
	fails(o->err, -ECANCELED);
}

TEST(one_loop_may_post_to_another)
{
	struct other o;

	other_start(&o);
	ok(cigo_run(post_to_other_loop, o.loop));
	thread_join(o.thread);
	cigo_loop_unref(o.loop);
	fails(o.err, -ECANCELED);
}

/* A token that several loops pass around by posts. */
enum { RING = 4, LAPS = 200 };

struct ring {
	struct member {
		struct ring *ring;
		cigo_loop *loop;
		cigo_future *done;
		pthread_t thread;
		int index;
	} members[RING];
	int passes;
	pthread_barrier_t begin, end;
};

CALLBACK(pass_token)
{
	struct member *m = arg;
	struct ring *r = m->ring;

	ok(status);
	if (++r->passes >= RING * LAPS) {
		ok(cigo_future_set(m->done, NULL, 0));
		if (r->passes >= RING * LAPS + RING - 1)
			return;
	}
	ok(cigo_loop_call_threadsafe(r->members[(m->index + 1) % RING].loop, pass_token,
				     &r->members[(m->index + 1) % RING]));
}

CORO(ring_main)
{
	struct member *m = arg;

	m->loop = cigo_ctx_loop(ctx);
	m->done = cigo_future_new(0);
	pthread_barrier_wait(&m->ring->begin);
	if (m->index == 0)
		ok(cigo_loop_call_threadsafe(m->loop, pass_token, m));
	ok(cigo_future_take(ctx, m->done, NULL, 0));
	pthread_barrier_wait(&m->ring->end); /* no loop ends before its neighbour has posted */
	return 0;
}

THREAD(ring_thread)
{
	ok(t_run_real(ring_main, arg));
	return NULL;
}

TEST(several_loops_in_several_threads_pass_a_token_around)
{
	struct ring r = { .passes = 0 };

	pthread_barrier_init(&r.begin, NULL, RING);
	pthread_barrier_init(&r.end, NULL, RING);
	for (int i = 0; i < RING; i++) {
		r.members[i].ring = &r;
		r.members[i].index = i;
		r.members[i].thread = thread_start(ring_thread, &r.members[i]);
	}
	for (int i = 0; i < RING; i++)
		thread_join(r.members[i].thread);
	equal(r.passes, RING * LAPS + RING - 1);
	pthread_barrier_destroy(&r.begin);
	pthread_barrier_destroy(&r.end);
}

TEST_CASE("submit");

struct sum {
	int a, b, err;
};

CORO(add)
{
	const struct sum *s = arg;

	ck_assert_ptr_nonnull(cigo_ctx_loop(ctx));
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	*(int *)ret = s->a + s->b;
	return s->err;
}

TEST(a_plain_thread_may_submit_a_task_and_waits_for_its_result)
{
	struct other o;
	struct sum s = { 20, 22, 0 };
	int got = 0;

	other_start(&o);
	ok(cigo_loop_submit(cigo_ctx_background(), o.loop, add, &s, &got, sizeof got));
	equal(got, 42);
	s.err = -EIO;
	fails(cigo_loop_submit(cigo_ctx_background(), o.loop, add, &s, &got, sizeof got), -EIO);
	equal(got, 42); /* beside the error */
	other_stop(&o);
}

CORO(submit_to_other)
{
	struct sum s = { 1, 2, 0 };
	int got;

	ok(cigo_loop_submit(ctx, arg, add, &s, &got, sizeof got));
	equal(got, 3);
	return 0;
}

TEST(a_coroutine_may_submit_to_another_loop)
{
	struct other o;

	other_start(&o);
	ok(t_run_real(submit_to_other, o.loop));
	other_stop(&o);
}

static bool ticked;

CORO(tick_once)
{
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	ticked = true;
	return 0;
}

struct slow_submit {
	cigo_loop *to;
	struct fate fate;
};

CORO(submit_and_tick)
{
	cigo_task *t = cigo_spawn(ctx, tick_once, 0, NULL);
	struct sum s = { 1, 2, 0 };
	int got;

	for (int i = 0; i < 10; i++)
		ok(cigo_loop_submit(ctx, arg, add, &s, &got, sizeof got));
	equal(ticked, true); /* the submitter's loop went on */
	return cigo_future_take(ctx, t, NULL, 0);
}

TEST(a_submitting_coroutine_does_not_block_its_loop)
{
	struct other o;

	other_start(&o);
	ok(t_run_real(submit_and_tick, o.loop));
	other_stop(&o);
}

LOOP_TEST(a_coroutine_may_submit_to_its_own_loop)
{
	struct sum s = { 4, 5, 0 };
	int got;

	ok(cigo_loop_submit(ctx, cigo_ctx_loop(ctx), add, &s, &got, sizeof got));
	equal(got, 9);
}

TEST(when_its_context_ends_the_submitted_task_is_cancelled_and_waited_for)
{
	struct other o;
	struct fate f = { 0 };

	other_start(&o);
	for (int64_t ns = CIGO_MS(20); !f.began; ns *= 2) { /* too little time to begin at all? */
		cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), ns);

		fails(cigo_loop_submit(timed, o.loop, sleep_till_cancelled, &f, NULL, 0),
		      -ETIMEDOUT);
		cigo_ctx_unref(timed);
	}
	equal(f.ended, 1);
	equal(f.err, -ETIMEDOUT);
	other_stop(&o);
}

CORO(submit_with_timeout)
{
	struct slow_submit *s = arg;

	for (int64_t ns = CIGO_MS(20); !s->fate.began; ns *= 2) {
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, ns);

		fails(cigo_loop_submit(timed, s->to, sleep_till_cancelled, &s->fate, NULL, 0),
		      -ETIMEDOUT);
		cigo_ctx_unref(timed);
	}
	equal(s->fate.ended, 1);
	return 0;
}

TEST(a_coroutines_timeout_cancels_what_it_submitted)
{
	struct other o;
	struct slow_submit s = { 0 };

	other_start(&o);
	s.to = o.loop;
	ok(t_run_real(submit_with_timeout, &s));
	other_stop(&o);
}

THREAD(submit_sleeper)
{
	struct slow_submit *s = arg;
	intptr_t err = cigo_loop_submit(cigo_ctx_background(), s->to, sleep_till_cancelled,
					&s->fate, NULL, 0);

	return (void *)err;
}

TEST(a_task_submitted_to_a_loop_that_ends_is_cancelled_and_its_submitter_told)
{
	struct other o;
	struct slow_submit s = { 0 };
	pthread_t t;

	other_start(&o);
	s.to = cigo_loop_ref(o.loop);
	t = thread_start(submit_sleeper, &s);
	nap(50);
	other_stop(&o);
	equal((intptr_t)thread_join(t), -ECANCELED);
	equal(s.fate.ended, 1);
	cigo_loop_unref(s.to);
}

CORO(keep_loop)
{
	*(cigo_loop **)arg = cigo_loop_ref(cigo_ctx_loop(ctx));
	return 0;
}

CORO(submit_in_vain)
{
	struct slow_submit *s = arg;
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));

	fails(cigo_loop_submit(timed, s->to, sleep_till_cancelled, &s->fate, NULL, 0), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	return 0;
}

CORO(stays_a_moment)
{
	return cigo_sleep(ctx, CIGO_MS(1));
}

/* By a plain thread, and by a coroutine, which its own loop does not wait for either. */
TEST(what_a_loop_that_does_not_run_was_given_is_taken_back)
{
	struct slow_submit s = { .to = cigo_loop_new(NULL) };

	submit_in_vain((cigo_ctx *)cigo_ctx_background(), &s, NULL);
	ok(t_run_real(submit_in_vain, &s));
	ok(cigo_loop_run(s.to, cigo_ctx_background(), stays_a_moment, NULL));
	equal(s.fate.began, 0); /* no trace of it is left */
	cigo_loop_unref(s.to);
}

TEST(to_submit_to_a_loop_past_its_end_fails)
{
	cigo_loop *loop;
	struct sum s = { 1, 2, 0 };
	int got = 5;

	ok(t_run(keep_loop, &loop));
	fails(cigo_loop_submit(cigo_ctx_background(), loop, add, &s, &got, sizeof got),
	      CIGO_ECLOSED);
	equal(got, 0);
	got = 5;
	fails(cigo_loop_submit(cigo_ctx_background(), NULL, add, &s, &got, sizeof got), -ENOMEM);
	equal(got, 0);
	cigo_loop_unref(loop);
}

struct late_submit {
	cigo_loop *loop;
	sem_t now;
	struct fate fate;
	int err, dropped;
};

CALLBACK(count_dropped)
{
	ck_assert_int_lt(status, 0);
	++*(int *)arg;
}

THREAD(submit_late)
{
	struct late_submit *l = arg;
	int err;

	while (sem_wait(&l->now) && errno == EINTR)
		;
	err = cigo_loop_call_threadsafe(l->loop, count_dropped, &l->dropped);
	if (err == CIGO_ECLOSED)
		l->dropped++;
	l->err = cigo_loop_submit(cigo_ctx_background(), l->loop, sleep_till_cancelled, &l->fate,
				  NULL, 0);
	return NULL;
}

CALLBACK(hold_the_end_up)
{
	struct late_submit *l = arg;

	ck_assert_int_lt(status, 0);
	sem_post(&l->now);
	nap(50);
}

CORO(leave_holder_up)
{
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(1), hold_the_end_up, arg),
			 0);
	return 0;
}

TEST(what_is_submitted_while_the_loop_closes_is_refused)
{
	struct late_submit l = { .loop = cigo_loop_new(NULL) };
	pthread_t t;

	sem_init(&l.now, 0, 0);
	t = thread_start(submit_late, &l);
	ok(cigo_loop_run(l.loop, cigo_ctx_background(), leave_holder_up, &l));
	thread_join(t);
	ck_assert(l.err == CIGO_ECLOSED || l.err == -ECANCELED);
	equal(l.dropped, 1);
	equal(l.fate.began, 0);
	cigo_loop_unref(l.loop);
	sem_destroy(&l.now);
}

TEST(under_a_dead_context_nothing_is_submitted)
{
	struct other o;
	cigo_ctx *dead = cigo_ctx_with_cancel(cigo_ctx_background());
	int n = 0;

	cigo_ctx_cancel(dead, -EIO);
	other_start(&o);
	fails(cigo_loop_submit(dead, o.loop, count_up, &n, NULL, 0), -EIO);
	equal(n, 0);
	other_stop(&o);
	cigo_ctx_unref(dead);
}

TEST_CASE("options");

PLAIN_MISUSE_TEST(options_of_size_0_are_misuse, "size")
{
	cigo_loop_options o = { .size = 0 };
	int n = 0;

	cigo_run_with(&o, ctx, count_up, &n);
}

TEST(no_options_means_the_defaults)
{
	int n = 0;

	ok(cigo_run_with(NULL, cigo_ctx_background(), count_up, &n));
	equal(n, 1);
}

/* Waits, without a call of the library, until the other has been here too: only who runs beside it can. */
CORO(meet)
{
	int *here = arg;

	__atomic_add_fetch(here, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(here, __ATOMIC_SEQ_CST) < 2)
		sched_yield();
	return 0;
}

CORO(meet_both)
{
	cigo_task *a = cigo_spawn(ctx, meet, 0, arg), *b = cigo_spawn(ctx, meet, 0, arg);
	int err = cigo_future_take(ctx, a, NULL, 0);

	return err ? err : cigo_future_take(ctx, b, NULL, 0);
}

TEST(in_the_preemptive_model_coroutines_run_beside_each_other)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_PREEMPTIVE };
	int here = 0, n = 0;

	ok(cigo_run_with(&o, cigo_ctx_background(), meet_both, &here));
	equal(here, 2);
	here = 0;
	setenv("CIGO_MODEL", "preemptive", 1);
	ok(cigo_run(meet_both, &here));
	equal(here, 2);
	o.model = CIGO_COOPERATIVE;
	ok(cigo_run_with(&o, cigo_ctx_background(), count_up, &n));
	setenv("CIGO_MODEL", "cooperative", 1);
	ok(cigo_run(count_up, &n));
	equal(n, 2);
}

/* A second of the loop in less than one of ours. */
static bool is_virtual(const cigo_loop_options *o)
{
	int64_t start = t_real_now();

	ok(cigo_run_with(o, cigo_ctx_background(), sleep_real_second, NULL));
	return t_real_now() - start < CIGO_S(0.9);
}

TEST(the_environment_chooses_the_clock_where_the_program_does_not)
{
	cigo_loop_options real = { .size = sizeof real, .clock = CIGO_CLOCK_REAL };
	cigo_loop_options open = { .size = sizeof open };

	setenv("CIGO_CLOCK", "virtual", 1);
	equal(is_virtual(NULL), true);
	equal(is_virtual(&open), true);
	equal(is_virtual(&real), false);
	setenv("CIGO_CLOCK", "real", 1);
	equal(is_virtual(NULL), false);
}

TEST(a_value_not_understood_is_named_and_ignored)
{
	static const char *const names[] = { "CIGO_CLOCK", "CIGO_POLLER", "CIGO_MODEL", "CIGO_SEED",
					     "CIGO_DEBUG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct caught c;
		const char *said;
		int n = 0;

		setenv(names[i], "sundial", 1);
		catch_stderr(&c);
		ok(cigo_run(count_up, &n));
		said = caught_stderr(&c);
		ck_assert_msg(strstr(said, names[i]) && strstr(said, "sundial"), "%s: said \"%s\"",
			      names[i], said);
		unsetenv(names[i]);
		equal(n, 1);
	}
}

static void run_with_options(void *arg T_UNUSED)
{
	int n = 0;

	cigo_run_with(arg, cigo_ctx_background(), count_up, &n);
}

TEST(an_option_out_of_range_is_misuse)
{
	cigo_loop_options wrong[] = { { .size = sizeof *wrong, .model = 9 },
				      { .size = sizeof *wrong, .clock = 9 },
				      { .size = sizeof *wrong, .poller = -1 },
				      { .size = sizeof *wrong, .debug = 9 },
				      { .size = 5000 } };

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		t_abort(run_with_options, &wrong[i], "option");
}

CORO(ignore_cancel)
{
	for (int i = 0; i < 1100; i++)
		fails(cigo_sleep(ctx, 1), -ECANCELED);
	return 0;
}

CORO(sleep_then_ignore)
{
	fails(cigo_sleep(ctx, CIGO_NEVER), -ECANCELED);
	return ignore_cancel(ctx, arg, ret);
}

CORO(stop_ignorant)
{
	cigo_task *t = cigo_task_spawn(ctx, "ignorant", sleep_then_ignore, 0, NULL);

	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	return 0;
}

TEST(who_ignores_a_thousand_dead_awaits_is_named)
{
	struct caught c;
	const char *said;

	catch_stderr(&c);
	ok(t_run(stop_ignorant, NULL));
	said = caught_stderr(&c);
	ck_assert_msg(strstr(said, "ignorant"), "said \"%s\"", said);
}

PLAIN_MISUSE_TEST(who_ignores_a_thousand_dead_awaits_is_aborted_in_debug_mode, "ignorant")
{
	setenv("CIGO_DEBUG", "1", 1);
	t_run(stop_ignorant, NULL);
}

TEST_CASE("shuffle");

enum { SHUFFLED = 20 };

struct order {
	int n, order[SHUFFLED];
};

struct runner {
	struct order *order;
	int index;
};

CORO(sign_in)
{
	const struct runner *r = arg;

	r->order->order[r->order->n++] = r->index;
	return 0;
}

CORO(spawn_shuffled)
{
	struct order *o = arg;

	o->n = 0;
	for (int i = 0; i < SHUFFLED; i++)
		cigo_detach(cigo_spawn_copy(ctx, sign_in, 0, &(struct runner){ o, i }));
	for (int i = 0; i < 3; i++)
		ok(cigo_yield(ctx));
	equal(o->n, SHUFFLED);
	return 0;
}

static struct order shuffled(uint64_t seed)
{
	struct order o;

	ok(t_run_seed(seed, spawn_shuffled, &o));
	return o;
}

static bool same(const struct order *a, const struct order *b)
{
	return !memcmp(a->order, b->order, sizeof a->order);
}

TEST(a_seed_gives_the_same_order_each_time, COOPERATIVE)
{
	for (uint64_t seed = 1; seed < 20; seed++) {
		struct order a = shuffled(seed), b = shuffled(seed);

		equal(same(&a, &b), true);
	}
}

TEST(seeds_give_different_orders_and_each_is_complete, COOPERATIVE)
{
	struct order fifo = shuffled(0);
	int differ = 0, moved = 0;

	for (int i = 0; i < SHUFFLED; i++)
		equal(fifo.order[i], i); /* no seed: first come, first served */
	for (uint64_t seed = 1; seed < 20; seed++) {
		struct order a = shuffled(seed), b = shuffled(seed + 1);
		bool seen[SHUFFLED] = { false };

		differ += !same(&a, &b);
		moved += !same(&a, &fifo);
		for (int i = 0; i < SHUFFLED; i++)
			seen[a.order[i]] = true;
		for (int i = 0; i < SHUFFLED; i++)
			equal(seen[i], true);
	}
	ck_assert_int_ge(differ, 18);
	ck_assert_int_ge(moved, 18);
}

TEST(the_environment_gives_the_seed_where_the_program_does_not, COOPERATIVE)
{
	struct order by_option = shuffled(7), by_environment, both;

	setenv("CIGO_SEED", "7", 1);
	ok(t_run(spawn_shuffled, &by_environment));
	equal(same(&by_option, &by_environment), true);
	setenv("CIGO_SEED", "8", 1);
	both = shuffled(7);
	equal(same(&by_option, &both), true);
}

TEST_CASE("virtual clock");

LOOP_TEST(an_hour_passes_in_no_time)
{
	int64_t start = cigo_now(ctx), real = t_real_now();

	ok(cigo_sleep(ctx, CIGO_S(3600)));
	equal(cigo_now(ctx), start + CIGO_S(3600)); /* to the nanosecond */
	ck_assert_int_lt(t_real_now() - real, CIGO_S(5));
}

LOOP_TEST(the_virtual_clock_stands_still_between_jumps)
{
	int64_t start = cigo_now(ctx);

	nap(5);
	equal(cigo_now(ctx), start);
	for (int i = 0; i < 1000; i++)
		ok(cigo_yield(ctx));
	equal(cigo_now(ctx), start);
}

static int64_t woke_at[2];

CORO(sleep_1_day)
{
	ok(cigo_sleep(ctx, CIGO_S(86400)));
	woke_at[0] = cigo_now(ctx);
	return 0;
}

LOOP_TEST(the_virtual_clock_jumps_to_the_next_timer_and_no_further)
{
	int64_t start = cigo_now(ctx);
	cigo_task *t = cigo_spawn(ctx, sleep_1_day, 0, NULL);

	ok(cigo_sleep(ctx, 1));
	equal(cigo_now(ctx), start + 1);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(woke_at[0], start + CIGO_S(86400));
}

static int nap_30(void *arg)
{
	nap(30);
	*(bool *)arg = true;
	return 0;
}

CORO(block_30_ms)
{
	return cigo_blocking_call(ctx, nap_30, arg);
}

LOOP_TEST(the_virtual_clock_waits_for_blocking_sections)
{
	bool over = false;
	cigo_task *t = cigo_spawn(ctx, block_30_ms, 0, &over);

	ok(cigo_sleep(ctx, 1));
	equal(over, true);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

CORO(work_30_ms)
{
	return nap_30(arg);
}

LOOP_TEST(the_virtual_clock_waits_for_worker_threads)
{
	bool over = false;
	cigo_task *t = cigo_go(ctx, work_30_ms, 0, &over);

	ok(cigo_sleep(ctx, 1));
	equal(over, true);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

struct foreign {
	cigo_loop *loop;
	cigo_future *f;
};

THREAD(post_after_30_ms)
{
	struct foreign *f = arg;

	nap(30);
	ok(cigo_loop_call_threadsafe(f->loop, count_either, f->f));
	cigo_loop_unref(f->loop);
	return NULL;
}

LOOP_TEST(the_virtual_clock_waits_for_references_of_other_threads)
{
	int n[2] = { 0, 0 };
	struct foreign f = { cigo_loop_ref(cigo_ctx_loop(ctx)), (void *)n };
	pthread_t t = thread_start(post_after_30_ms, &f);

	ok(cigo_sleep(ctx, 1));
	equal(n[0], 1);
	thread_join(t);
}

THREAD(say_x_after_20_ms)
{
	nap(20);
	raw_say(*(int *)arg, "x");
	return NULL;
}

/* On the virtual clock, which jumps after a silence of ns. */
static int run_with_silence(int64_t ns, cigo_coro_fn *body, void *arg)
{
	cigo_loop_options o = { .size = sizeof o, .clock = CIGO_CLOCK_VIRTUAL, .silence_ns = ns };

	return cigo_run_with(&o, cigo_ctx_background(), body, arg);
}

CORO(read_with_timeout)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	pthread_t t = thread_start(say_x_after_20_ms, &raw);
	char c = 0;

	cigo_stream_set_timeout(s, CIGO_S(100));
	equal(cigo_stream_read(ctx, s, &c, 1), 1);
	equal(c, 'x');
	thread_join(t);
	cigo_stream_close(s);
	close(raw);
	return 0;
}

TEST(the_virtual_clock_waits_till_foreign_descriptors_have_been_silent)
{
	ok(run_with_silence(CIGO_S(5), read_with_timeout, NULL));
}

static void wince(int sig)
{
	(void)sig;
}

CORO(read_from_who_is_silent)
{
	cigo_stream *s;
	sigset_t *alarm_only = arg;
	int raw = stream_pair(&s);
	int64_t real = t_real_now();
	char c;

	pthread_sigmask(SIG_UNBLOCK, alarm_only, NULL); /* here, where the loop waits */
	cigo_stream_set_timeout(s, CIGO_S(100));
	fails(cigo_stream_read(ctx, s, &c, 1), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - real, CIGO_MS(40));
	cigo_stream_close(s);
	close(raw);
	return 0;
}

/* Each cuts the loop's wait short. */
TEST(signals_do_not_break_the_silence_the_virtual_clock_waits_for)
{
	struct sigaction act = { .sa_handler = wince };
	struct itimerval often = { .it_interval.tv_usec = 5000, .it_value.tv_usec = 5000 };
	sigset_t alarm_only;

	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
	ok(sigaction(SIGALRM, &act, NULL));
	ok(setitimer(ITIMER_REAL, &often, NULL));
	ok(run_with_silence(CIGO_MS(40), read_from_who_is_silent, &alarm_only));
}

CORO(read_own_pipe_with_timeout)
{
	cigo_stream *r, *w;
	int64_t real = t_real_now();
	char c;

	ok(cigo_pipe(&r, &w));
	cigo_stream_set_timeout(r, CIGO_S(100));
	for (int i = 0; i < 10; i++)
		fails(cigo_stream_read(ctx, r, &c, 1), -ETIMEDOUT);
	ck_assert_int_lt(t_real_now() - real, CIGO_S(4));
	cigo_stream_close(r);
	cigo_stream_close(w);
	return 0;
}

TEST(the_virtual_clock_need_not_wait_for_the_loops_own_pipes)
{
	ok(run_with_silence(CIGO_S(5), read_own_pipe_with_timeout, NULL));
}

TEST_CASE("out of threads", .seconds = 30);

/* Runs body in a process that may have no more than n threads; its exit status: 0, all was well. */
static int with_few_threads(int n, int (*body)(void))
{
	struct rlimit few = { (rlim_t)n, (rlim_t)n };
	pid_t child = fork();
	int status;

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* a user nobody else is; root is above the limit */
		if (setrlimit(RLIMIT_NPROC, &few) || setresgid(54321, 54321, 54321) ||
		    setresuid(54321, 54321, 54321))
			_exit(77);
		_exit(body());
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* Only root can become somebody else; helgrind reports a pthread_create that fails, DRD dies of
 * it. */
static bool threads_cannot_be_refused(void)
{
	return geteuid() != 0 || t_under_valgrind();
}

enum { MANY = 30 };

/* Exit codes name the check that failed: an assertion would not get out of this process. */
#define REQUIRE(condition)                                                      \
	do {                                                                    \
		if (!(condition)) {                                             \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
			return -EDOM;                                           \
		}                                                               \
	} while (0)

CORO(sleep_500_ms)
{
	return cigo_sleep(ctx, CIGO_MS(500));
}

CORO(run_out_while_others_sleep)
{
	cigo_task *t[MANY];
	int slept = 0, starved = 0;

	for (int i = 0; i < MANY; i++)
		t[i] = cigo_spawn(ctx, sleep_500_ms, 0, NULL);
	for (int i = 0; i < MANY; i++) {
		int err = cigo_future_take(ctx, t[i], NULL, 0);

		slept += !err;
		starved += err == -EAGAIN;
	}
	REQUIRE(slept >= 3);
	REQUIRE(starved >= MANY - 12);
	REQUIRE(slept + starved == MANY);
	return 0;
}

static int run_out(void)
{
	cigo_loop_options o = { .size = sizeof o,
				.clock = CIGO_CLOCK_REAL,
				.patience_ns = CIGO_MS(100) };

	return cigo_run_with(&o, cigo_ctx_background(), run_out_while_others_sleep, NULL) ? 1 : 0;
}

TEST(a_task_that_finds_no_thread_in_time_fails_with_eagain)
{
	if (threads_cannot_be_refused())
		return;
	equal(with_few_threads(12, run_out), 0);
}

CORO(wait_for_arg)
{
	cigo_ignore(cigo_join(ctx, arg));
	return 0;
}

CORO(run_out_for_good)
{
	cigo_future *f = cigo_future_new(0);
	cigo_task *t[MANY];
	int starved = 0;
	int64_t start = t_real_now();

	for (int i = 0; i < MANY; i++)
		t[i] = cigo_spawn(ctx, wait_for_arg, 0, f);
	/* the last of them never begins, and nobody else could wake the loop */
	REQUIRE(cigo_join(ctx, t[MANY - 1]) == -EAGAIN);
	REQUIRE(t_real_now() - start < CIGO_S(30));
	cigo_future_set(f, NULL, 0);
	for (int i = 0; i < MANY; i++)
		starved += cigo_future_take(ctx, t[i], NULL, 0) == -EAGAIN;
	REQUIRE(starved >= MANY - 12);
	cigo_future_unref(f);
	return 0;
}

static int run_out_patiently(void)
{
	cigo_loop_options o = { .size = sizeof o, .patience_ns = CIGO_S(3600) };

	return cigo_run_with(&o, cigo_ctx_background(), run_out_for_good, NULL) ? 1 : 0;
}

TEST(out_of_threads_for_good_a_task_fails_at_once)
{
	if (threads_cannot_be_refused())
		return;
	equal(with_few_threads(12, run_out_patiently), 0);
}

CORO(sleep_30_ms)
{
	++*(int *)arg;
	return cigo_sleep(ctx, CIGO_MS(30));
}

CORO(share_few_threads)
{
	cigo_task *t[MANY];
	int began = 0;

	for (int i = 0; i < MANY; i++)
		t[i] = cigo_spawn(ctx, sleep_30_ms, 0, &began);
	for (int i = 0; i < MANY; i++)
		REQUIRE(cigo_future_take(ctx, t[i], NULL, 0) == 0);
	REQUIRE(began == MANY);
	return 0;
}

static int run_with_few(void)
{
	return t_run(share_few_threads, NULL) || t_run_real(share_few_threads, NULL) ? 1 : 0;
}

TEST(with_few_threads_short_tasks_wait_for_one_to_be_free)
{
	if (threads_cannot_be_refused())
		return;
	equal(with_few_threads(12, run_with_few), 0);
}

static int run_with_none(void)
{
	int n = 0;

	return t_run(count_up, &n) == -EAGAIN && n == 0 ? 0 : 1;
}

TEST(where_main_finds_no_thread_the_run_fails_with_eagain)
{
	if (threads_cannot_be_refused())
		return;
	equal(with_few_threads(1, run_with_none), 0);
}

TEST(where_no_descriptor_is_to_be_had_the_run_fails_with_emfile)
{
	struct rlimit old, none;
	int n = 0, fd = dup(0), err;

	ck_assert_int_ge(fd, 0);
	close(fd);
	getrlimit(RLIMIT_NOFILE, &old);
	none = (struct rlimit){ (rlim_t)fd, old.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	err = cigo_run(count_up, &n);
	setrlimit(RLIMIT_NOFILE, &old);
	fails(err, -EMFILE);
	equal(n, 0);
}

TEST_CASE("signals");

static volatile sig_atomic_t alarms, alarms_elsewhere;
static pthread_t alarm_home;

static void on_alarm(int signal)
{
	(void)signal;
	alarms++;
	if (!pthread_equal(pthread_self(), alarm_home))
		alarms_elsewhere++;
}

CORO(echo_under_alarms)
{
	cigo_stream **s = arg;
	char buf[64];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, s[0], buf, sizeof buf)) > 0)
		equal(cigo_stream_write(ctx, s[1], buf, (size_t)n), n);
	return (int)n;
}

CORO(work_under_alarms)
{
	cigo_stream *a[2], *b[2], *there[2];
	cigo_task *t;
	int64_t until = t_real_now() + CIGO_MS(200);
	char buf[64] = "x";
	bool over = false;

	ok(cigo_pipe(&a[0], &a[1]));
	ok(cigo_pipe(&b[0], &b[1]));
	there[0] = a[0];
	there[1] = b[1];
	t = cigo_spawn(ctx, echo_under_alarms, 0, there);
	while (t_real_now() < until) {
		ok(cigo_sleep(ctx, CIGO_MS(2)));
		equal(cigo_stream_write(ctx, a[1], buf, sizeof buf), sizeof buf);
		equal(cigo_stream_read_chunk(ctx, b[0], buf, sizeof buf), sizeof buf);
		equal(cigo_fd_wait(ctx, cigo_stream_fd(a[1]), CIGO_WRITE), CIGO_WRITE);
		ok(cigo_future_take(ctx, cigo_go(ctx, work_30_ms, 0, &over), NULL, 0));
		cigo_blocking_begin(ctx);
		nap(2);
		cigo_blocking_end(ctx);
	}
	cigo_stream_close(a[1]);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(a[0]);
	cigo_stream_close(b[0]);
	cigo_stream_close(b[1]);
	return 0;
}

TEST(signals_disturb_nothing_and_never_reach_the_librarys_threads)
{
	struct sigaction action = { .sa_handler = on_alarm }; /* no SA_RESTART */
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { { 0, 0 }, { 0, 0 } };

	if (t_under_valgrind()) /* helgrind reports a sem_wait that a signal interrupts */
		return;
	alarm_home = pthread_self();
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	ok(t_run_real(work_under_alarms, NULL));
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_int_gt(alarms, 10);
	equal(alarms_elsewhere, 0);
}

CORO(look_at_mask)
{
	static const int open[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS };
	static const int blocked[] = { SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGCHLD, SIGHUP };
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		equal(sigismember(&mask, open[i]), 0);
	for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
		equal(sigismember(&mask, blocked[i]), 1);
	return 0;
}

LOOP_TEST(asynchronous_signals_are_blocked_in_coroutines_and_workers)
{
	ok(look_at_mask(ctx, NULL, NULL));
	ok(cigo_future_take(ctx, cigo_go(ctx, look_at_mask, 0, NULL), NULL, 0));
}

TEST(the_home_thread_keeps_its_own_signal_mask)
{
	sigset_t before, after;
	int n = 0;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	ok(cigo_run(count_up, &n));
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int i = 1; i < 32; i++)
		equal(sigismember(&before, i), sigismember(&after, i));
}

CORO(fork_here)
{
	cpu_set_t *original = arg;
	pid_t child;
	int status;

	ok(cigo_yield(ctx));
	child = fork();
	if (child == 0) {
		sigset_t mask;
		cpu_set_t cpus;

		pthread_sigmask(SIG_SETMASK, NULL, &mask);
		sched_getaffinity(0, sizeof cpus, &cpus);
		_exit(sigismember(&mask, SIGTERM) ? 1 : !CPU_EQUAL(&cpus, original) ? 2 : 0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	equal(status, 0);
	return 0;
}

CORO(spawn_forker)
{
	ok(fork_here(ctx, arg, NULL));
	ok(cigo_future_take(ctx, cigo_spawn(ctx, fork_here, 0, arg), NULL, 0));
	ok(cigo_yield(ctx));
	return 0;
}

TEST(a_child_forked_in_a_coroutine_has_the_processs_mask_and_cpus)
{
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof cpus, &cpus);
	ok(cigo_run(spawn_forker, &cpus));
}

TEST(after_the_run_the_home_thread_has_its_cpus_back)
{
	cpu_set_t before, after;
	int n = 0;

	sched_getaffinity(0, sizeof before, &before);
	ok(cigo_run(count_up, &n));
	sched_getaffinity(0, sizeof after, &after);
	equal(CPU_EQUAL(&before, &after), true);
}

CORO(exit_here)
{
	exit(*(int *)arg);
}

TEST(exit_in_a_coroutine_ends_the_process)
{
	int code = 43, status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		cigo_run(exit_here, &code);
		_exit(1);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	equal(WIFEXITED(status), true);
	equal(WEXITSTATUS(status), 43);
}
