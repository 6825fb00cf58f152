/* SPDX-License-Identifier: MIT
 * The debug mode: hogs, errors nobody asked for, loops that sleep for ever.
 */
#include "tests/tools/wire.h"

#include <signal.h>

static const char *run(cigo_loop_options o, cigo_coro_fn *body, void *arg, int expected)
{
	static struct caught c;

	o.size = sizeof o;
	o.debug = CIGO_DEBUG_ON;
	if (!o.model)
		o.model = CIGO_COOPERATIVE; /* in the other nobody hogs anything */
	catch_stderr(&c);
	int err = cigo_run_with(&o, cigo_ctx_background(), body, arg);
	const char *got = caught_stderr(&c);
	fails(err, expected);
	return got;
}

static const char *run_virtual(cigo_coro_fn *body, void *arg, int expected)
{
	return run((cigo_loop_options){ .clock = CIGO_CLOCK_VIRTUAL }, body, arg, expected);
}

static void has(const char *got, const char *text)
{
	if (!strstr(got, text))
		ck_abort_msg("\"%s\" is not in \"%s\"", text, got);
}

/* "...TEXT", then a number that is at least `least`, then " ms". */
static void has_time(const char *got, const char *text, long least)
{
	const char *p = strstr(got, text);
	char *end;

	ck_assert_msg(p != NULL, "\"%s\" is not in \"%s\"", text, got);
	ck_assert_int_ge(strtol(p + strlen(text), &end, 10), least);
	equal(strncmp(end, " ms", 3), 0);
}

TEST_CASE("slow");

CORO(naps)
{
	nap(120);
	return 0;
}

CORO(naps_in_many_ways)
{
	nap(120);
	ok(cigo_yield(ctx));
	nap(120);
	cigo_task *t = cigo_spawn(ctx, naps, 0, NULL);
	return cigo_take(ctx, t, (char *)NULL);
}

TEST(a_hog_is_named_with_call_and_place)
{
	const char *got = run_virtual(naps_in_many_ways, NULL, 0);

	has_time(got, "cigo: main #1 held the baton for ", 120);
	has(got, " ms, until yield\n");
	has(got, " ms, until future_take, at test_debug.c:");
	has_time(got, "cigo: naps #2 held the baton for ", 120);
	has(got, " ms, until its end\n");
}

CALLBACK(callback_naps)
{
	nap(120);
}

CORO(calls_back)
{
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), callback_naps, NULL), 0);
	return cigo_loop_wait_idle(ctx);
}

TEST(a_callback_can_hog_too)
{
	has_time(run_virtual(calls_back, NULL, 0), "cigo: a callback held the baton for ", 120);
}

CORO(naps_without_the_baton)
{
	cigo_task *t = cigo_go(ctx, naps, 0, NULL);

	cigo_blocking_begin(ctx);
	nap(120);
	cigo_blocking_end(ctx);
	ok(cigo_sleep(ctx, CIGO_MS(120)));
	return cigo_take(ctx, t, (char *)NULL);
}

TEST(who_gives_the_baton_up_is_no_hog)
{
	ck_assert_str_eq(run((cigo_loop_options){ .clock = CIGO_CLOCK_REAL,
						  .slow_ns = t_is_slow() ? CIGO_MS(900) : 0 },
			     naps_without_the_baton, NULL, 0),
			 "");
}

CORO(naps_shortly)
{
	nap(20);
	return 0;
}

TEST(how_long_is_long_is_an_option)
{
	cigo_loop_options o = { .slow_ns = CIGO_MS(10) };

	has_time(run(o, naps_shortly, NULL, 0), "cigo: main #1 held the baton for ", 20);
	o.slow_ns = CIGO_S(100);
	ck_assert_str_eq(run(o, naps_shortly, NULL, 0), "");
}

TEST(nothing_is_said_without_the_debug_mode)
{
	static struct caught c;

	catch_stderr(&c);
	int err = cigo_run(naps_in_many_ways, NULL);
	const char *got = caught_stderr(&c);
	ok(err);
	ck_assert_str_eq(got, "");
}

TEST_CASE("errors");

CORO(breaks)
{
	return -EPIPE;
}

CORO(forgets_a_task)
{
	cigo_detach(cigo_spawn(CIGO_AT(ctx), breaks, 0, NULL));
	return cigo_sleep(ctx, 1);
}

TEST(a_detached_task_that_fails_is_told)
{
	const char *got = run_virtual(forgets_a_task, NULL, 0);

	has(got, "cigo: task \"breaks\" #2, spawned at test_debug.c:");
	has(got, " (forgets_a_task), failed, and nobody asked for its error: Broken pipe\n");
}

CORO(keeps_a_task)
{
	*(cigo_task **)arg = cigo_spawn(ctx, breaks, 0, NULL);
	return cigo_sleep(ctx, 1);
}

TEST(so_is_one_that_is_left_over)
{
	cigo_task *t = NULL;

	has(run_virtual(keeps_a_task, &t, 0),
	    " (keeps_a_task), failed, and nobody asked for its error: Broken pipe");
	fails(cigo_future_error(t), -EPIPE);
	cigo_future_unref(t);
}

CORO(forgets_a_future)
{
	cigo_future *f = cigo_future_new(0);

	ok(cigo_future_fail(f, -ENOENT));
	cigo_future_unref(f);
	f = cigo_future_new(0);
	ok(cigo_future_cancel(f, 0));
	cigo_future_unref(f);
	return 0;
}

TEST(so_is_a_future_but_not_a_cancelled_one)
{
	ck_assert_str_eq(run_virtual(forgets_a_future, NULL, 0),
			 "cigo: future failed, and nobody asked for its error: No such file or "
			 "directory\n");
}

CORO(naps_long)
{
	return cigo_sleep(ctx, CIGO_S(1));
}

CORO(ends_one_for_a_reason)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);

	cigo_detach(cigo_spawn(c, naps_long, 0, NULL));
	ok(cigo_yield(ctx));
	cigo_ctx_cancel(c, -EINTR);
	cigo_ctx_unref(c);
	return cigo_sleep(ctx, 1);
}

TEST(nor_a_task_that_was_told_to_end_with_that_error)
{
	ck_assert_str_eq(run_virtual(ends_one_for_a_reason, NULL, 0), "");
}

/* ---- names ---- */

CORO(begins)
{
	char name[16] = "";

	pthread_getname_np(pthread_self(), name, sizeof name);
	ck_assert_str_eq(name, "begins");
	return 0;
}

CORO(starts_one)
{
	return cigo_future_take(ctx, cigo_spawn(ctx, begins, 0, NULL), NULL, 0);
}

TEST(threads_bear_names_from_the_first_step_on)
{
	ck_assert_str_eq(run_virtual(starts_one, NULL, 0), "");
}

/* ---- who asks ---- */

static void hears(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(arg);
	fails(err, -EPIPE);
}

CORO(asks_in_every_way)
{
	cigo_task *t[9];

	for (int i = 0; i < 9; i++)
		t[i] = cigo_spawn(ctx, breaks, 0, NULL);
	fails(cigo_join(ctx, t[0]), -EPIPE);
	fails(cigo_future_error(t[1]), -EPIPE);
	fails(cigo_future_result(t[2], NULL, 0), -EPIPE);
	fails(cigo_wait(ctx, CIGO_WAIT_ALL, &t[3], 1), -EPIPE);
	ok(cigo_future_on_done(ctx, t[4], hears, NULL));
	cigo_future *shield = cigo_future_shield(t[5]);
	fails(cigo_join(ctx, shield), -EPIPE);
	cigo_iter *it = cigo_iter_completed(&t[6], 1);
	cigo_future *got;
	while (cigo_next(ctx, it, &got) > 0)
		;
	ok(cigo_iter_close(ctx, it));
	fails(cigo_task_stop(ctx, cigo_future_ref(t[7])), -EPIPE);
	fails(cigo_wait(ctx, CIGO_WAIT_FIRST_RESULT, &t[8], 1), -EPIPE);
	for (int i = 0; i < 9; i++)
		cigo_future_unref(t[i]);
	cigo_future_unref(shield);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_group_spawn(g, "member", breaks, 0, NULL);
	fails(cigo_group_wait(ctx, g), -EPIPE);
	fails(cigo_group_close(ctx, g), -EPIPE);
	return -ENOENT;
}

TEST(whoever_asks_is_left_alone)
{
	ck_assert_str_eq(run_virtual(asks_in_every_way, NULL, -ENOENT), "");
}

TEST_CASE("for ever");

/* Ctrl-C is the way out of those. It needs no reference on the loop. */
THREAD(interrupts)
{
	nap(200);
	kill(getpid(), SIGINT);
	return NULL;
}

static const char *run_interrupted(cigo_loop_options o, cigo_coro_fn *body)
{
	signal(SIGINT, SIG_DFL); /* shells ignore it for what runs in the background */
	pthread_t t = thread_start(interrupts, NULL);
	const char *got = run(o, body, NULL, -EINTR);

	thread_join(t);
	return got;
}

CORO(awaits_nothing)
{
	cigo_future *f = cigo_future_new(0);
	int err = cigo_join(ctx, f);

	cigo_future_unref(f);
	return err;
}

CORO(awaits_in_vain)
{
	cigo_task *t = cigo_spawn(ctx, awaits_nothing, 0, NULL);

	for (int i = 0; i < 3; i++)
		ok(cigo_yield(ctx));
	return cigo_take(ctx, t, (char *)NULL);
}

static void tell_once(int model)
{
	static const char text[] = "cigo: the loop sleeps for ever: ";
	cigo_loop_options o = { .model = model, .clock = CIGO_CLOCK_REAL };
	const char *got = run_interrupted(o, awaits_in_vain);

	has(got, text);
	ck_assert_ptr_null(strstr(strstr(got, text) + 1, text));
	has(got, "  main #1  has waited 0.0");
	has(got, "future_take for awaits_nothing #2, at test_debug.c:");
	has(got, "    awaits_nothing #2  has waited 0.0");
	has(got, "future_await for a future, at test_debug.c:");
}

TEST(a_loop_that_nothing_can_wake_says_so_once_and_dumps)
{
	tell_once(CIGO_COOPERATIVE);
	tell_once(CIGO_PREEMPTIVE);
}

CORO(awaits_a_descriptor)
{
	int fd[2];

	raw_pipe(fd);
	int err = cigo_fd_wait(ctx, fd[0], CIGO_READ);
	close(fd[0]);
	close(fd[1]);
	return err;
}

CORO(awaits_a_signal)
{
	int sig = SIGUSR1;

	return cigo_signal_wait(ctx, &sig, 1);
}

static cigo_loop *held;

CORO(is_referred_to)
{
	held = cigo_loop_ref(cigo_ctx_loop(ctx));
	return awaits_nothing(ctx, NULL, NULL);
}

TEST(one_that_something_may_wake_does_not)
{
	cigo_loop_options real = { .clock = CIGO_CLOCK_REAL };

	ck_assert_str_eq(run_interrupted(real, awaits_a_descriptor), "");
	ck_assert_str_eq(run_interrupted(real, awaits_a_signal), "");
	ck_assert_str_eq(run_interrupted(real, is_referred_to), "");
	cigo_loop_unref(held);
}

CORO(has_an_outer)
{
	return awaits_nothing(ctx, NULL, NULL);
}

THREAD(cancels)
{
	nap(100);
	cigo_ctx_cancel(arg, -EPIPE);
	return NULL;
}

TEST(an_outer_context_may_wake_it)
{
	cigo_loop_options o = { .size = sizeof o, .debug = CIGO_DEBUG_ON };
	cigo_ctx *outer = cigo_ctx_with_cancel(cigo_ctx_background());
	pthread_t t = thread_start(cancels, outer);
	static struct caught c;

	catch_stderr(&c);
	int err = cigo_run_with(&o, outer, has_an_outer, NULL);
	const char *got = caught_stderr(&c);
	fails(err, -EPIPE);
	ck_assert_str_eq(got, "");
	thread_join(t);
	cigo_ctx_unref(outer);
}
