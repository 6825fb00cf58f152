/* SPDX-License-Identifier: MIT
 * Workers: functions on threads of their own.
 */
#include "tests/tools/wire.h"

#include <semaphore.h>

CORO(return_arg_and_fail)
{
	*(int *)ret = 42;
	return *(int *)arg;
}

TEST_CASE("workers");

LOOP_TEST(a_workers_value_and_error_are_awaited_like_a_tasks)
{
	int err = 0, got = 0;

	ok(cigo_take(ctx, cigo_go(ctx, return_arg_and_fail, sizeof got, &err), &got));
	equal(got, 42);
	err = -EIO;
	got = 0;
	fails(cigo_take(ctx, cigo_go(ctx, return_arg_and_fail, sizeof got, &err), &got), -EIO);
	equal(got, 42);
	err = 5; /* counts as 0 */
	ok(cigo_take(ctx, cigo_go(ctx, return_arg_and_fail, sizeof got, &err), &got));
}

CORO(tell_name_and_stack)
{
	pthread_attr_t attr;

	ok(pthread_getattr_np(pthread_self(), &attr));
	ok(pthread_attr_getstacksize(&attr, ret));
	ok(pthread_attr_destroy(&attr));
	ok(pthread_getname_np(pthread_self(), arg, 16));
	return 0;
}

LOOP_TEST(a_worker_has_the_name_and_the_stack_of_its_options)
{
	char name[16] = "mill", on_thread[16];
	cigo_go_options o = { .size = sizeof o, .name = name, .stack_size = 3 << 20 };
	size_t stack;
	cigo_task *t = cigo_go_with(ctx, tell_name_and_stack, sizeof stack, on_thread, &o);

	strcpy(name, "changed"); /* it was copied */
	ck_assert_str_eq(cigo_task_name(t), "mill");
	ok(cigo_take(ctx, t, &stack));
	ck_assert_str_eq(on_thread, "mill");
	ck_assert_uint_ge(stack, 3 << 20);
	t = cigo_go_with(ctx, tell_name_and_stack, sizeof stack, on_thread, NULL);
	ck_assert_str_eq(cigo_task_name(t), "cigo_go");
	ok(cigo_take(ctx, t, &stack));
	ck_assert_uint_lt(stack, 3 << 20);
}

static const char key;
static pthread_t loop_thread, home;

CORO(look_around)
{
	const int *value = cigo_ctx_value(ctx, &key, sizeof *value);

	ck_assert_ptr_null(cigo_ctx_loop(ctx));
	ck_assert_ptr_null(cigo_task_current(ctx));
	ck_assert_ptr_nonnull(value);
	equal(*value, 7);
	ok(cigo_ctx_error(ctx));
	equal(pthread_equal(pthread_self(), loop_thread), false);
	equal(pthread_equal(pthread_self(), home), false);
	return 0;
}

CORO(start_observer)
{
	int value = 7;
	cigo_ctx *with = cigo_ctx_with_value(ctx, &key, &value, sizeof value);
	cigo_task *t;

	loop_thread = pthread_self();
	t = cigo_go(with, look_around, 0, NULL);
	cigo_ctx_unref(with);
	return cigo_future_take(ctx, t, NULL, 0);
}

TEST(a_worker_has_a_thread_of_its_own_no_loop_and_the_values_of_its_context)
{
	home = pthread_self();
	ok(t_run(start_observer, NULL));
}

CORO(wait_for_post)
{
	while (sem_wait(arg) && errno == EINTR)
		;
	return 0;
}

CALLBACK(start_worker)
{
	struct {
		sem_t sem;
		cigo_task *t;
	} *s = arg;

	ok(status);
	s->t = cigo_go(ctx, wait_for_post, 0, &s->sem);
}

LOOP_TEST(a_callback_may_start_a_worker)
{
	struct {
		sem_t sem;
		cigo_task *t;
	} s;

	sem_init(&s.sem, 0, 1);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), start_worker, &s), 0);
	ok(cigo_yield(ctx));
	ok(cigo_future_take(ctx, s.t, NULL, 0));
	sem_destroy(&s.sem);
}

TEST_CASE("cancellation");

struct sleeper {
	int err, asked, ended;
	int64_t nap_ms;
};

CORO(sleep_till_cancelled)
{
	struct sleeper *s = arg;

	s->err = cigo_sleep(ctx, CIGO_NEVER);
	s->asked = cigo_ctx_error(ctx);
	if (s->nap_ms)
		nap(s->nap_ms);
	if (ret)
		*(int *)ret = 9;
	s->ended = 1;
	return 0;
}

LOOP_TEST(cancelling_a_worker_wakes_what_blocks_by_its_context)
{
	struct sleeper s = { .nap_ms = 20 };
	cigo_task *t = cigo_go(ctx, sleep_till_cancelled, sizeof(int), &s);
	int got;

	ok(cigo_yield(ctx));
	nap(10);
	ok(cigo_future_cancel(t, -EPERM));
	equal(cigo_future_is_done(t), false); /* done when its function has returned */
	fails(cigo_take(ctx, t, &got), -EPERM);
	equal(got, 9); /* what it wrote, and the reason */
	equal(s.err, -EPERM);
	equal(s.asked, -EPERM);
}

CORO(spin_till_cancelled)
{
	while (!cigo_ctx_error(ctx))
		sched_yield();
	return cigo_ctx_error(ctx);
}

/* on the real clock: the virtual one stands still while a worker works */
REAL_TEST(an_await_under_a_timeout_cancels_the_worker_and_waits_for_it)
{
	struct sleeper s = { .nap_ms = 20 };
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(10));
	cigo_task *t = cigo_go(ctx, sleep_till_cancelled, 0, &s);

	fails(cigo_join(timed, t), -ETIMEDOUT);
	equal(s.ended, 1);
	equal(s.err, -ETIMEDOUT);
	cigo_future_unref(t);
	cigo_ctx_unref(timed);
}

CORO(await_worker)
{
	cigo_task *t = cigo_go(ctx, sleep_till_cancelled, 0, arg);

	fails(cigo_future_take(ctx, t, NULL, 0), -EPERM);
	return 0;
}

LOOP_TEST(cancelling_who_awaits_a_worker_cancels_the_worker)
{
	struct sleeper s = { .nap_ms = 10 };
	cigo_task *t = cigo_spawn(ctx, await_worker, 0, &s);

	ok(cigo_yield(ctx));
	ok(cigo_future_cancel(t, -EPERM));
	fails(cigo_future_take(ctx, t, NULL, 0), -EPERM);
	equal(s.ended, 1);
}

CORO(never_to_run)
{
	++*(int *)arg;
	return 0;
}

LOOP_TEST(under_a_dead_context_a_worker_never_runs)
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);
	int n = 0;

	cigo_ctx_cancel(dead, -EIO);
	fails(cigo_future_take(ctx, cigo_go(dead, never_to_run, 0, &n), NULL, 0), -EIO);
	equal(n, 0);
	cigo_ctx_unref(dead);
}

LOOP_TEST(cancelling_a_parent_context_reaches_the_worker)
{
	cigo_ctx *parent = cigo_ctx_with_cancel(ctx);
	cigo_task *t = cigo_go(parent, spin_till_cancelled, 0, NULL);

	nap(10);
	cigo_ctx_cancel(parent, -EIO);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	cigo_ctx_unref(parent);
}

TEST_CASE("end");

CORO(leave_sleeping_worker)
{
	cigo_detach(cigo_go(ctx, sleep_till_cancelled, 0, arg));
	nap(10);
	return 0;
}

TEST(the_end_of_the_run_cancels_its_workers)
{
	struct sleeper s = { 0 };

	ok(t_run_real(leave_sleeping_worker, &s));
	equal(s.ended, 1);
	equal(s.err, -ECANCELED);
}

CORO(keep_worker)
{
	int err = 0;

	*(cigo_task **)arg = cigo_go(ctx, return_arg_and_fail, sizeof(int), &err);
	return cigo_join(ctx, *(cigo_task **)arg);
}

TEST(a_workers_handle_may_outlive_the_loop)
{
	cigo_task *t;
	int got = 0;

	ok(t_run(keep_worker, &t));
	ok(cigo_result(t, &got));
	equal(got, 42);
	cigo_future_unref(t);
}

TEST_CASE("what a worker may do");

CORO(sleep_20_ms)
{
	int64_t start = t_real_now();

	ok(cigo_sleep(ctx, CIGO_MS(20)));
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(20));
	ok(cigo_yield(ctx));
	return 0;
}

LOOP_TEST(a_workers_sleep_blocks_its_thread_by_the_real_clock)
{
	ok(cigo_future_take(ctx, cigo_go(ctx, sleep_20_ms, 0, NULL), NULL, 0));
}

CORO(time_out_here)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(20));

	fails(cigo_sleep(timed, CIGO_NEVER), -ETIMEDOUT);
	ok(cigo_ctx_error(ctx));
	cigo_ctx_unref(timed);
	return 0;
}

LOOP_TEST(a_worker_may_have_timeouts_of_its_own)
{
	ok(cigo_future_take(ctx, cigo_go(ctx, time_out_here, 0, NULL), NULL, 0));
}

struct posting {
	cigo_loop *loop;
	int calls;
};

CORO(add_one)
{
	ok(cigo_yield(ctx));
	++*(int *)arg;
	return 0;
}

CORO(submit_here)
{
	struct posting *p = arg;

	for (int i = 0; i < 10; i++)
		ok(cigo_loop_submit(ctx, p->loop, add_one, &p->calls, NULL, 0));
	return 0;
}

LOOP_TEST(a_worker_may_submit_tasks_to_its_loop)
{
	struct posting p = { cigo_ctx_loop(ctx), 0 };

	ok(cigo_future_take(ctx, cigo_go(ctx, submit_here, 0, &p), NULL, 0));
	equal(p.calls, 10);
}

CORO(run_loop_here)
{
	return t_run(add_one, arg);
}

LOOP_TEST(a_worker_may_run_a_loop_of_its_own)
{
	int n = 0;

	ok(cigo_future_take(ctx, cigo_go(ctx, run_loop_here, 0, &n), NULL, 0));
	equal(n, 1);
}

CORO(echo_here)
{
	cigo_stream *s = cigo_stream_open(*(int *)arg);
	char c;
	ssize_t n;

	while ((n = cigo_stream_read(ctx, s, &c, 1)) > 0)
		equal(cigo_stream_write(ctx, s, &c, 1), 1);
	cigo_stream_close(s);
	return (int)n;
}

LOOP_TEST(a_worker_and_a_coroutine_may_talk_through_streams)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_task *t = cigo_go(ctx, echo_here, 0, &raw);
	char c;

	for (char i = 0; i < 100; i++) {
		equal(cigo_stream_write(ctx, s, &i, 1), 1);
		equal(cigo_stream_read(ctx, s, &c, 1), 1);
		equal(c, i);
	}
	cigo_stream_close(s);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

LOOP_TEST(many_workers_one_after_another_leave_nothing)
{
	int err = 0, got;

	for (int i = 0; i < 200; i++)
		ok(cigo_take(ctx, cigo_go(ctx, return_arg_and_fail, sizeof got, &err), &got));
	ck_assert_int_le(t_wait_threads(6), 6);
}

TEST_CASE("misuse");

static cigo_future *shared;

CORO(complete_here)
{
	cigo_future_set(shared, NULL, 0);
	return 0;
}

CORO(unref_here)
{
	cigo_future_unref(shared);
	return 0;
}

CORO(ask_here)
{
	cigo_future_is_done(shared);
	return 0;
}

CORO(spawn_here)
{
	cigo_detach(cigo_spawn(ctx, never_to_run, 0, arg));
	return 0;
}

CORO(await_here)
{
	return cigo_join(ctx, shared);
}

CORO(misuse_in_worker)
{
	shared = cigo_future_new(0);
	return cigo_future_take(ctx, cigo_go(ctx, *(cigo_coro_fn **)arg, 0, NULL), NULL, 0);
}

static void run_misuse(void *arg T_UNUSED)
{
	cigo_coro_fn *fn = (cigo_coro_fn *)(uintptr_t)arg;

	t_run(misuse_in_worker, &fn);
}

#define FN(name) ((void *)(uintptr_t)(name))

TEST(to_touch_a_future_from_a_worker_is_misuse_and_names_the_call_to_use)
{
	t_abort(run_misuse, FN(complete_here), "cigo_future_set");
	t_abort(run_misuse, FN(complete_here), "cigo_loop_call_threadsafe");
	t_abort(run_misuse, FN(unref_here), "cigo_future_unref");
	t_abort(run_misuse, FN(ask_here), "cigo_future_is_done");
}

TEST(to_spawn_or_await_in_a_worker_is_misuse)
{
	t_abort(run_misuse, FN(spawn_here), "cigo_task_spawn");
	t_abort(run_misuse, FN(await_here), "cigo_future_await");
}

CORO(complete_worker)
{
	int err = 0;
	cigo_task *t = cigo_go(ctx, return_arg_and_fail, sizeof(int), &err);

	return cigo_set(t, &err);
}

PLAIN_MISUSE_TEST(to_complete_a_worker_is_misuse, "cigo_future_set")
{
	t_run(complete_worker, NULL);
}

CORO(exit_thread)
{
	pthread_exit(NULL);
}

TEST(pthread_exit_in_a_worker_is_misuse)
{
	t_abort(run_misuse, FN(exit_thread), "misuse");
}
