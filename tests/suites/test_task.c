/* SPDX-License-Identifier: MIT
 * Tasks: spawning, results, cancellation, arguments, cycles; yield and sleep.
 */
#include "tests/tools/kit.h"

#include <sys/syscall.h>
#include <unistd.h>

TEST_CASE("spawning");

LOOP_TEST(spawn_returns_before_the_body_begins, COOPERATIVE)
{
	int begun = 0;
	cigo_task *t = t_job(ctx, .begun = &begun);

	ck_assert_ptr_nonnull(t);
	equal(begun, 0);
	ck_assert(!cigo_future_is_done(t));
	ok(cigo_yield(ctx));
	equal(begun, 1);
	ck_assert(cigo_future_is_done(t));
	cigo_future_unref(t);
}

LOOP_TEST(bodies_begin_in_the_order_of_spawning, COOPERATIVE)
{
	cigo_detach(t_job(ctx, .word = "a"));
	cigo_detach(t_job(ctx, .word = "b"));
	cigo_detach(t_job(ctx, .word = "c"));
	ok(cigo_yield(ctx));
	t_expect_said("abc");
}

LOOP_TEST(a_task_s_result_is_its_body_s_value_and_error)
{
	int value;

	ok(cigo_take(ctx, t_job(ctx, .value = 42), &value));
	equal(value, 42);
	fails(cigo_take(ctx, t_job(ctx, .value = 25, .result = -EIO), &value), -EIO);
	equal(value, 25);
	ok(cigo_take(ctx, t_job(ctx, .value = 26, .result = 5), &value));
	equal(value, 26);
}

LOOP_TEST(a_finished_task_can_be_asked_again_and_again)
{
	cigo_task *t = t_job(ctx, .value = 42);
	int value = 0;

	fails(cigo_result(t, &value), -EINPROGRESS);
	ok(cigo_join(ctx, t));
	for (int i = 0; i < 3; i++) {
		value = 0;
		ok(cigo_await(ctx, t, &value));
		equal(value, 42);
	}
	ok(cigo_result(t, &value));
	ok(cigo_future_error(t));
	cigo_future_unref(t);
}

CORO(named_by_its_function)
{
	return 0;
}

LOOP_TEST(a_task_is_named_after_its_function_or_as_it_is_told)
{
	char name[] = "given";
	cigo_task_options named = { .size = sizeof named, .name = name };
	cigo_task_options unnamed = { .size = sizeof unnamed };
	cigo_task *tasks[] = {
		cigo_spawn(ctx, named_by_its_function, 0, NULL),
		cigo_spawn_copy(ctx, named_by_its_function, 0, &(int){ 1 }),
		cigo_spawn_with(ctx, named_by_its_function, 0, NULL, &named),
		cigo_spawn_with(ctx, named_by_its_function, 0, NULL, &unnamed),
		cigo_task_spawn(ctx, "by hand", named_by_its_function, 0, NULL),
	};

	memset(name, 'x', sizeof name - 1); /* it was copied */
	ck_assert_str_eq(cigo_task_name(tasks[0]), "named_by_its_function");
	ck_assert_str_eq(cigo_task_name(tasks[1]), "named_by_its_function");
	ck_assert_str_eq(cigo_task_name(tasks[2]), "given");
	ck_assert_str_eq(cigo_task_name(tasks[3]), "task");
	ck_assert_str_eq(cigo_task_name(tasks[4]), "by hand");
	for (int i = 0; i < 5; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
}

CORO(tells_current)
{
	*(cigo_task **)ret = cigo_task_current(ctx);
	return 0;
}

CALLBACK(notes_current)
{
	if (!status)
		*(cigo_task **)arg = cigo_task_current(ctx);
}

LOOP_TEST(a_coroutine_knows_its_task_and_a_callback_has_none)
{
	cigo_task *t = cigo_spawn(ctx, tells_current, sizeof(cigo_task *), NULL);
	cigo_task *told = NULL, *in_callback = t;

	ok(cigo_await(ctx, t, &told));
	ck_assert_ptr_eq(told, t);
	ck_assert_ptr_nonnull(cigo_task_current(ctx));
	ck_assert_ptr_ne(cigo_task_current(ctx), t);
	cigo_loop_call_soon(cigo_ctx_loop(ctx), notes_current, &in_callback);
	ok(cigo_sleep(ctx, 1));
	ck_assert_ptr_null(in_callback);
	cigo_future_unref(t);
}

CORO(counts_words)
{
	*(size_t *)ret = strlen(arg);
	return 0;
}

LOOP_TEST(a_copied_argument_is_the_body_s_own)
{
	char text[16] = "eight...";
	cigo_task *t = cigo_spawn_copy(ctx, counts_words, sizeof(size_t), &text);
	size_t n;

	memset(text, 0, sizeof text);
	ok(cigo_take(ctx, t, &n));
	equal(n, 8);
}

LOOP_TEST(an_argument_is_passed_on_as_it_is)
{
	size_t n;

	ok(cigo_take(ctx, cigo_spawn(ctx, counts_words, sizeof n, (char[]){ "four" }), &n));
	equal(n, 4);
}

CALLBACK(spawns_in_callback)
{
	if (!status)
		*(cigo_task **)arg = t_job(ctx, .value = 3, .word = "body");
	t_say("callback ");
}

LOOP_TEST(a_callback_may_spawn)
{
	cigo_task *t = NULL;
	int value;

	cigo_loop_call_soon(cigo_ctx_loop(ctx), spawns_in_callback, &t);
	ok(cigo_sleep(ctx, 1));
	t_expect_said("callback body");
	ok(cigo_take(ctx, t, &value));
	equal(value, 3);
}

LOOP_TEST(a_detached_task_runs_on)
{
	int ended = 0;

	equal(cigo_detach(t_job(ctx, .ns = CIGO_MS(5), .ended = &ended)), 0);
	ok(cigo_sleep(ctx, CIGO_MS(6)));
	equal(ended, 1);
	fails(cigo_detach(NULL), -ENOMEM);
}

LOOP_TEST(a_thousand_tasks_run_side_by_side)
{
	int64_t start = cigo_now(ctx);
	cigo_task *tasks[1000];
	int n = (int)t_scale(1000, 200), value, sum = 0;

	for (int i = 0; i < n; i++)
		tasks[i] = t_job(ctx, .ns = CIGO_S(2), .value = i);
	for (int i = 0; i < n; i++) {
		ok(cigo_take(ctx, tasks[i], &value));
		sum += value;
	}
	equal(sum, n * (n - 1) / 2);
	equal(cigo_now(ctx) - start, CIGO_S(2));
}

CORO(fills_stack)
{
	volatile char large[200 * 1024];

	for (size_t i = 0; i < sizeof large; i += 512)
		large[i] = 1;
	return large[512] ? 0 : -1;
}

CORO(fills_large_stack)
{
	volatile char large[3 * 1024 * 1024];

	for (size_t i = 0; i < sizeof large; i += 512)
		large[i] = 1;
	return large[512] ? 0 : -1;
}

LOOP_TEST(a_body_has_256_kib_of_stack_or_what_it_is_told)
{
	cigo_task_options o = { .size = sizeof o, .stack_size = 4 << 20 };
	cigo_task *t = cigo_spawn(ctx, fills_stack, 0, NULL);

	ok(cigo_future_take(ctx, t, NULL, 0));
	t = cigo_spawn_with(ctx, fills_large_stack, 0, NULL, &o);
	ok(cigo_future_take(ctx, t, NULL, 0));
	t = cigo_spawn(ctx, fills_stack, 0, NULL);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

struct thread_facts {
	int thread_same, errno_kept;
	char name[32];
};

CORO(looks_at_its_thread)
{
	struct thread_facts *facts = arg;
	pthread_t thread = pthread_self();

	facts->thread_same = facts->errno_kept = 1;
	for (int i = 0; i < 5; i++) {
		int err;

		errno = 77 + i;
		err = i % 2 ? cigo_yield(ctx) : cigo_sleep(ctx, CIGO_MS(1));
		facts->errno_kept &= errno == 77 + i;
		facts->thread_same &= pthread_equal(thread, pthread_self()) != 0;
		if (err)
			return err;
	}
	return pthread_getname_np(thread, facts->name, sizeof facts->name);
}

LOOP_TEST(a_coroutine_has_a_thread_of_its_own_that_bears_its_name_and_keeps_its_errno)
{
	struct thread_facts facts[3];
	cigo_task *tasks[3];

	for (int i = 0; i < 3; i++)
		tasks[i] = cigo_spawn(ctx, looks_at_its_thread, 0, &facts[i]);
	for (int i = 0; i < 3; i++) {
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
		ck_assert(facts[i].thread_same);
		ck_assert(facts[i].errno_kept);
		ck_assert_str_eq(facts[i].name, "looks_at_its_th"); /* 15 bytes */
	}
}

CORO(keeps_errno)
{
	int err;

	errno = 77;
	err = cigo_sleep(ctx, CIGO_MS(1));
	*(int *)ret = errno;
	return err;
}

LOOP_TEST(errno_is_kept_though_the_loop_s_work_fails_on_the_same_thread)
{
	cigo_task_options o = { .size = sizeof o, .stack_size = (size_t)1 << 50 };
	cigo_task *t = cigo_spawn(ctx, keeps_errno, sizeof(int), NULL);
	cigo_task *impossible = cigo_spawn_with(ctx, t_sleeper, 0, NULL, &o);
	int error;

	if (t_under_valgrind()) /* helgrind reports a pthread_create that fails */
		return;
	ok(cigo_take(ctx, t, &error));
	equal(error, 77);
	fails(cigo_future_take(ctx, impossible, NULL, 0), -EAGAIN);
}

CORO(tells_thread)
{
	*(long *)ret = syscall(SYS_gettid);
	return cigo_sleep(ctx, CIGO_MS(1));
}

LOOP_TEST(coroutines_that_live_together_have_different_threads_and_none_the_home_thread)
{
	cigo_task *a = cigo_spawn(ctx, tells_thread, sizeof(long), NULL);
	cigo_task *b = cigo_spawn(ctx, tells_thread, sizeof(long), NULL);
	long threads[3] = { syscall(SYS_gettid) };

	ok(cigo_take(ctx, a, &threads[1]));
	ok(cigo_take(ctx, b, &threads[2]));
	for (int i = 0; i < 3; i++) {
		ck_assert_int_ne(threads[i], getpid());
		ck_assert_int_ne(threads[i], threads[(i + 1) % 3]);
	}
}

static cigo_task *kept;

CORO(keeps_task)
{
	kept = t_job(ctx, .ns = CIGO_NEVER, .value = 5);
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(a_task_s_handle_may_outlive_its_loop)
{
	int value = 0;

	ok(t_run(keeps_task, NULL));
	ck_assert(cigo_future_is_done(kept));
	fails(cigo_result(kept, &value), -ECANCELED);
	equal(value, 5);
	ck_assert_str_eq(cigo_task_name(kept), "job");
	equal(cigo_future_unref(kept), 0);
}

static int ends_at_run_s_end[3];

CORO(leaves_tasks)
{
	cigo_detach(t_job(ctx, .ns = CIGO_NEVER, .ended = &ends_at_run_s_end[0]));
	cigo_detach(
		t_job(ctx, .ns = CIGO_NEVER, .cleanup = CIGO_S(1), .ended = &ends_at_run_s_end[1]));
	cigo_ignore(cigo_yield(ctx));
	cigo_detach(t_job(ctx, .ns = CIGO_NEVER, .begun = &ends_at_run_s_end[2]));
	return -EXDEV;
}

TEST(when_main_returns_the_others_are_cancelled_and_run_to_their_end, COOPERATIVE)
{
	fails(t_run(leaves_tasks, NULL), -EXDEV);
	equal(ends_at_run_s_end[0], 1);
	equal(ends_at_run_s_end[1], 1);
	equal(ends_at_run_s_end[2], 0); /* cancelled before it began */
}

/* ---- what can go wrong with spawning ---- */

static int freed;

static void counts_free(void *arg)
{
	CIGO_UNUSED(arg);
	freed++;
}

LOOP_TEST(a_task_that_could_not_be_made_is_one_that_failed)
{
	int arg = 1;
	cigo_task_options o = { .size = sizeof o, .arg_free = counts_free };
	cigo_task_options copy = { .size = sizeof o,
				   .arg_free = counts_free,
				   .arg_size = sizeof arg };

	ck_assert_ptr_null(cigo_spawn(NULL, named_by_its_function, 0, NULL));
	ck_assert_ptr_null(cigo_spawn_copy(NULL, named_by_its_function, 0, &arg));
	ck_assert_ptr_null(cigo_spawn_with(NULL, named_by_its_function, 0, &arg, &o));
	equal(freed, 1); /* exactly once, also if it could not be spawned */
	ck_assert_ptr_null(cigo_spawn_with(NULL, named_by_its_function, 0, &arg, &copy));
	equal(freed, 2);
	fails(cigo_task_stop(ctx, NULL), -ENOMEM);
	cigo_ignore(cigo_task_name(NULL) == NULL);
}

LOOP_TEST(a_result_of_an_absurd_size_is_want_of_memory)
{
	cigo_task_options o = { .size = sizeof o, .arg_free = counts_free };

	ck_assert_ptr_null(cigo_spawn(ctx, named_by_its_function, SIZE_MAX, NULL));
	ck_assert_ptr_null(cigo_spawn(ctx, named_by_its_function, SIZE_MAX / 2, NULL));
	ck_assert_ptr_null(cigo_task_spawn_copy(ctx, "t", named_by_its_function, 0, "x", SIZE_MAX));
	ck_assert_ptr_null(cigo_spawn_with(ctx, named_by_its_function, SIZE_MAX / 2, NULL, &o));
	equal(freed, 1);
}

LOOP_TEST(a_task_no_thread_can_be_had_for_fails_with_eagain_and_its_argument_is_freed)
{
	int begun = 0;
	struct t_job job = { .begun = &begun };
	cigo_task_options o = { .size = sizeof o,
				.stack_size = (size_t)1 << 60,
				.arg_free = counts_free };
	cigo_task *t = cigo_spawn_with(ctx, t_job_body, sizeof(int), &job, &o);
	int value = 99;

	if (t_under_valgrind()) /* helgrind reports a pthread_create that fails */
		return;
	ck_assert_ptr_nonnull(t);
	fails(cigo_take(ctx, t, &value), -EAGAIN);
	equal(value, 0);
	equal(begun, 0);
	equal(freed, 1);
	t = t_job(ctx, .value = 3); /* others are not in want of one */
	ok(cigo_take(ctx, t, &value));
}

LOOP_TEST(a_task_too_large_for_every_thread_there_is_fails_too)
{
	cigo_task_options o = { .size = sizeof o, .stack_size = (size_t)1 << 50 };
	cigo_task *small = t_job(ctx, .ns = CIGO_MS(1)), *large;

	if (t_under_valgrind()) /* helgrind reports a pthread_create that fails */
		return;
	ok(cigo_future_take(ctx, small, NULL, 0)); /* leaves a thread idle */
	large = cigo_spawn_with(ctx, t_sleeper, 0, NULL, &o);
	fails(cigo_future_take(ctx, large, NULL, 0), -EAGAIN);
}

TEST_CASE("arguments");

static int begun_freeable, freed_at_begin, freed_value;
static void *freed_pointer;

CORO(freeable)
{
	begun_freeable++;
	freed_at_begin = freed;
	return cigo_sleep(ctx, CIGO_MS(1));
}

static void notes_free(void *arg)
{
	freed++;
	freed_pointer = arg;
	freed_value = *(int *)arg;
}

static const cigo_task_options freeing = { .size = sizeof freeing, .arg_free = notes_free };
static const cigo_task_options freeing_copy = { .size = sizeof freeing_copy,
						.arg_free = notes_free,
						.arg_size = sizeof(int) };

LOOP_TEST(an_argument_is_freed_once_its_body_has_returned)
{
	int arg = 7;
	cigo_task *t = cigo_spawn_with(ctx, freeable, 0, &arg, &freeing);

	ok(cigo_yield(ctx));
	equal(freed, 0);
	ok(cigo_join(ctx, t));
	equal(freed, 1); /* by the time anybody is told */
	equal(freed_at_begin, 0);
	ck_assert_ptr_eq(freed_pointer, &arg);
	cigo_future_unref(t);
	equal(freed, 1);
}

LOOP_TEST(a_copied_argument_is_freed_as_the_copy)
{
	int arg = 7;
	cigo_task *t = cigo_spawn_with(ctx, freeable, 0, &arg, &freeing_copy);

	arg = 8;
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(freed, 1);
	ck_assert_ptr_ne(freed_pointer, &arg);
	equal(freed_value, 7);
}

LOOP_TEST(an_argument_is_freed_once_when_its_body_is_cancelled)
{
	int arg = 7;
	cigo_task *t = cigo_spawn_with(ctx, freeable, 0, &arg, &freeing);

	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	equal(begun_freeable, 1);
	equal(freed, 1);
}

LOOP_TEST(an_argument_is_freed_once_when_its_body_never_ran, COOPERATIVE)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int arg = 7;
	cigo_task *t = cigo_spawn_with(ctx, freeable, 0, &arg, &freeing);

	fails(cigo_task_stop(ctx, t), -ECANCELED);
	equal(freed, 1);
	t = cigo_spawn_with(dead, freeable, 0, &arg, &freeing_copy);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(freed, 2);
	equal(begun_freeable, 0);
	cigo_ctx_unref(dead);
}

static int arg_of_leftover = 7;

CORO(leaves_freeable)
{
	cigo_detach(cigo_spawn_with(ctx, freeable, 0, &arg_of_leftover, &freeing));
	cigo_ignore(cigo_yield(ctx));
	cigo_detach(cigo_spawn_with(ctx, freeable, 0, &arg_of_leftover, &freeing));
	return 0;
}

TEST(an_argument_is_freed_once_when_the_run_ends, COOPERATIVE)
{
	ok(t_run(leaves_freeable, NULL));
	equal(begun_freeable, 1);
	equal(freed, 2);
}

TEST_CASE("cancelling");

LOOP_TEST(a_task_cancelled_before_its_first_step_never_runs, COOPERATIVE)
{
	int begun = 0;
	cigo_task *t = t_job(ctx, .begun = &begun);

	equal(cigo_future_cancel(t, -EXDEV), 0);
	fails(cigo_future_take(ctx, t, NULL, 0), -EXDEV);
	equal(begun, 0);
}

LOOP_TEST(a_task_whose_context_ends_before_its_first_step_never_runs, COOPERATIVE)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	int begun = 0;
	cigo_task *before = t_job(c, .begun = &begun), *after;

	cigo_ctx_cancel(c, -EIO);
	after = t_job(c, .begun = &begun);
	fails(cigo_future_take(ctx, before, NULL, 0), -EIO);
	fails(cigo_future_take(ctx, after, NULL, 0), -EIO);
	equal(begun, 0);
	cigo_ctx_unref(c);
}

struct deaf {
	int errors[4];
	int result;
};

CORO(goes_on)
{
	struct deaf *d = arg;
	cigo_future *f = cigo_future_new(0);

	d->errors[0] = cigo_sleep(ctx, CIGO_S(1));
	d->errors[1] = cigo_future_take(ctx, f, NULL, 0);
	d->errors[2] = cigo_yield(ctx);
	d->errors[3] = cigo_ctx_error(ctx);
	*(int *)ret = 42;
	return d->result;
}

LOOP_TEST(a_cancelled_body_runs_on_and_its_waits_return_the_cause, COOPERATIVE)
{
	struct deaf d = { .result = 0 };
	cigo_task *t = cigo_spawn(ctx, goes_on, sizeof(int), &d);
	int value;

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_cancel(t, -EXDEV), 0);
	ck_assert(!cigo_future_is_done(t)); /* only marked */
	fails(cigo_take(ctx, t, &value), -EXDEV);
	equal(value, 42); /* what it wrote, and the reason */
	for (int i = 0; i < 4; i++)
		equal(d.errors[i], -EXDEV);
}

LOOP_TEST(a_cancelled_task_ends_with_the_reason_whatever_its_body_returned)
{
	struct deaf d = { .result = -ENOSPC };
	cigo_task *t = cigo_spawn(ctx, goes_on, sizeof(int), &d);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_cancel(t, 0);
	fails(cigo_future_take(ctx, t, NULL, 0), -ECANCELED);
}

LOOP_TEST(the_first_reason_stays, COOPERATIVE)
{
	cigo_task *t = t_job(ctx, .ns = CIGO_S(1));

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_cancel(t, -EXDEV), 0);
	equal(cigo_future_cancel(t, -EIO), 0); /* it is not done yet */
	fails(cigo_join(ctx, t), -EXDEV);
	fails(cigo_future_cancel(t, -EIO), -EALREADY);
	fails(cigo_future_error(t), -EXDEV);
	cigo_future_unref(t);
}

LOOP_TEST(a_task_is_done_only_when_its_body_has_returned)
{
	int64_t start = cigo_now(ctx);
	int ended = 0;
	cigo_task *t = t_job(ctx, .ns = CIGO_S(60), .cleanup = CIGO_MS(50), .ended = &ended);

	ok(cigo_sleep(ctx, CIGO_MS(10)));
	cigo_future_cancel(t, 0);
	ok(cigo_sleep(ctx, CIGO_MS(49)));
	ck_assert(!cigo_future_is_done(t));
	equal(ended, 0);
	fails(cigo_future_take(ctx, t, NULL, 0), -ECANCELED);
	equal(ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(60));
}

CORO(parent_of_cleaner)
{
	int *ended = arg;
	cigo_task *t =
		t_job(ctx, .ns = CIGO_S(60), .cleanup = CIGO_MS(50), .ended = ended, .value = 7);
	int err = cigo_take(ctx, t, (int *)ret);

	ended[1] = ended[0]; /* had it returned when we were told? */
	return err;
}

LOOP_TEST(awaiting_a_task_passes_a_cancellation_on_and_waits_for_its_body)
{
	int64_t start = cigo_now(ctx);
	int ended[2] = { 0 }, value;
	cigo_task *t = cigo_spawn(ctx, parent_of_cleaner, sizeof(int), ended);

	ok(cigo_sleep(ctx, CIGO_MS(10)));
	cigo_future_cancel(t, -EXDEV);
	fails(cigo_take(ctx, t, &value), -EXDEV);
	equal(ended[1], 1);
	equal(value, 7); /* the child's value, though it came with an error */
	equal(cigo_now(ctx) - start, CIGO_MS(60));
}

LOOP_TEST(a_timeout_around_an_await_cancels_the_task_and_waits_for_its_body)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(10));
	int ended = 0, value = 99;
	cigo_task *t =
		t_job(ctx, .ns = CIGO_S(60), .cleanup = CIGO_MS(50), .ended = &ended, .value = 7);

	fails(cigo_await(timed, t, &value), -ETIMEDOUT);
	equal(ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(60));
	equal(value, 7);
	fails(cigo_future_error(t), -ETIMEDOUT);
	cigo_future_unref(t);
	cigo_ctx_unref(timed);
}

LOOP_TEST(awaiting_a_task_under_a_dead_context_cancels_it_and_waits)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int ended = 0;
	cigo_task *t = t_job(ctx, .ns = CIGO_S(60), .cleanup = CIGO_MS(5), .ended = &ended);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	fails(cigo_join(dead, t), -EIO);
	equal(ended, 1);
	cigo_future_unref(t);
	cigo_ctx_unref(dead);
}

LOOP_TEST(a_task_is_cancelled_by_one_waiter_s_timeout_though_others_wait)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(10));
	cigo_task *t = t_job(ctx, .ns = CIGO_S(60));
	cigo_task *other = t_job(ctx, .future = t);

	ok(cigo_yield(ctx));
	fails(cigo_join(timed, t), -ETIMEDOUT);
	fails(cigo_future_take(ctx, other, NULL, 0), -ETIMEDOUT);
	cigo_future_unref(t);
	cigo_ctx_unref(timed);
}

CORO(stubborn)
{
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(60));
	int err = cigo_sleep(clean, CIGO_MS(20));

	cigo_ctx_unref(clean);
	return err;
}

LOOP_TEST(what_waits_under_a_context_without_cancel_does_not_hear_its_task_s_cancellation)
{
	int64_t start = cigo_now(ctx);
	cigo_task *t = cigo_spawn(ctx, stubborn, 0, NULL);

	ok(cigo_sleep(ctx, CIGO_MS(5)));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	equal(cigo_now(ctx) - start, CIGO_MS(20));
}

struct family {
	cigo_task *child;
	cigo_ctx *ctx;
	int *ended;
};

CORO(begets)
{
	struct family *f = arg;

	f->child = t_job(ctx, .ns = CIGO_MS(20), .value = 5, .ended = f->ended);
	f->ctx = cigo_ctx_ref(ctx);
	return cigo_sleep(ctx, CIGO_MS(5));
}

LOOP_TEST(the_end_of_a_task_cancels_nothing)
{
	int ended = 0, value;
	struct family f = { .ended = &ended };
	cigo_task *t = cigo_spawn(ctx, begets, 0, &f);

	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(ended, 0);
	ok(cigo_ctx_error(f.ctx));
	ok(cigo_take(ctx, f.child, &value));
	equal(value, 5);
	ok(cigo_take(ctx, t_job(f.ctx, .value = 6), &value));
	equal(value, 6);
	cigo_ctx_unref(f.ctx);
}

LOOP_TEST(cancelling_a_task_cancels_what_descends_from_its_context)
{
	int ended = 0;
	struct family f = { .ended = &ended };
	cigo_task *t = cigo_spawn(ctx, begets, 0, &f);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_cancel(t, -EXDEV);
	fails(cigo_future_take(ctx, t, NULL, 0), -EXDEV);
	fails(cigo_future_take(ctx, f.child, NULL, 0), -EXDEV);
	cigo_ctx_unref(f.ctx);
}

LOOP_TEST(cancelling_a_task_does_not_cancel_its_spawner_nor_its_siblings)
{
	cigo_task *a = t_job(ctx, .ns = CIGO_MS(5)), *b = t_job(ctx, .ns = CIGO_MS(5));

	cigo_future_cancel(a, 0);
	fails(cigo_future_take(ctx, a, NULL, 0), -ECANCELED);
	ok(cigo_future_take(ctx, b, NULL, 0));
	ok(cigo_ctx_error(ctx));
}

CORO(cancels_itself)
{
	cigo_future_cancel(cigo_task_current(ctx), -EIO);
	return cigo_sleep(ctx, CIGO_S(1));
}

LOOP_TEST(a_task_may_cancel_itself)
{
	int64_t start = cigo_now(ctx);

	fails(cigo_future_take(ctx, cigo_spawn(ctx, cancels_itself, 0, NULL), NULL, 0), -EIO);
	equal(cigo_now(ctx), start);
}

/* ---- stop ---- */

LOOP_TEST(stop_cancels_waits_and_tells_the_error)
{
	int64_t start = cigo_now(ctx);
	int ended = 0;
	cigo_task *t = t_job(ctx, .ns = CIGO_S(60), .cleanup = CIGO_MS(5), .ended = &ended);

	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	equal(ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
}

LOOP_TEST(stop_tells_the_error_of_a_task_that_was_done_before)
{
	cigo_task *good = t_job(ctx, .value = 1), *bad = t_job(ctx, .result = -EIO);

	ok(cigo_yield(ctx));
	ok(cigo_task_stop(ctx, good));
	fails(cigo_task_stop(ctx, bad), -EIO);
}

LOOP_TEST(stop_before_the_start_completes_too, COOPERATIVE)
{
	int begun = 0;

	fails(cigo_task_stop(ctx, t_job(ctx, .begun = &begun)), -ECANCELED);
	equal(begun, 0);
}

LOOP_TEST(stop_waits_under_a_dead_context_too)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int ended = 0;
	cigo_task *t = t_job(ctx, .ns = CIGO_S(60), .cleanup = CIGO_MS(5), .ended = &ended);

	ok(cigo_yield(ctx));
	cigo_task_stop(dead, t);
	equal(ended, 1);
	cigo_ctx_unref(dead);
}

TEST_CASE("cycles");

CORO(awaits_itself)
{
	return cigo_join(ctx, cigo_task_current(ctx));
}

LOOP_TEST(a_task_that_awaits_itself_is_told)
{
	fails(cigo_future_take(ctx, cigo_spawn(ctx, awaits_itself, 0, NULL), NULL, 0), -EDEADLK);
	fails(cigo_join(ctx, cigo_task_current(ctx)), -EDEADLK);
}

CORO(awaits_at)
{
	return cigo_join(ctx, *(cigo_task **)arg);
}

LOOP_TEST(tasks_that_await_each_other_are_told, COOPERATIVE)
{
	cigo_task *a, *b;

	a = cigo_spawn(ctx, awaits_at, 0, &b);
	b = cigo_spawn(ctx, awaits_at, 0, &a);
	fails(cigo_join(ctx, b), -EDEADLK); /* who closed the circle */
	fails(cigo_join(ctx, a), -EDEADLK); /* what b returned */
	cigo_future_unref(a);
	cigo_future_unref(b);
}

LOOP_TEST(a_circle_of_many_tasks_is_found, COOPERATIVE)
{
	enum { N = 100 };
	cigo_task *tasks[N];

	for (int i = 0; i < N; i++)
		tasks[i] = cigo_spawn(ctx, awaits_at, 0, &tasks[(i + 1) % N]);
	for (int i = 0; i < N; i++)
		fails(cigo_join(ctx, tasks[i]), -EDEADLK);
	for (int i = 0; i < N; i++)
		cigo_future_unref(tasks[i]);
}

LOOP_TEST(a_child_that_awaits_its_awaiting_parent_is_told)
{
	cigo_task *parent = cigo_task_current(ctx);
	cigo_task *child = cigo_spawn(ctx, awaits_at, 0, &parent);

	fails(cigo_future_take(ctx, child, NULL, 0), -EDEADLK);
}

LOOP_TEST(a_parent_that_awaits_the_child_awaiting_it_is_told)
{
	cigo_task *parent = cigo_task_current(ctx);
	cigo_task *child = cigo_spawn(ctx, awaits_at, 0, &parent);

	ok(cigo_yield(ctx));
	fails(cigo_join(ctx, child), -EDEADLK);
	ck_assert(!cigo_future_is_done(child)); /* it was not cancelled by that */
	ok(cigo_ctx_error(ctx));
	cigo_future_unref(child);
}

LOOP_TEST(a_long_chain_of_awaits_is_no_circle)
{
	enum { N = 100 };
	cigo_task *tasks[N];

	tasks[0] = t_job(ctx, .ns = CIGO_MS(5), .result = -EIO);
	for (int i = 1; i < N; i++)
		tasks[i] = cigo_spawn(ctx, awaits_at, 0, &tasks[i - 1]);
	fails(cigo_join(ctx, tasks[N - 1]), -EIO);
	for (int i = 0; i < N; i++)
		cigo_future_unref(tasks[i]);
}

CORO(stops_at)
{
	return cigo_task_stop(ctx, cigo_future_ref(*(cigo_task **)arg));
}

CORO(is_stopped_by_its_child)
{
	cigo_task *parent = cigo_task_current(ctx);
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(1));
	cigo_task *child = cigo_spawn(clean, stops_at, 0, &parent);

	*(int *)arg = cigo_future_take(clean, child, NULL, 0);
	cigo_ctx_unref(clean);
	return 0;
}

LOOP_TEST(who_stops_the_one_that_awaits_it_is_told)
{
	int err = 0;
	cigo_task *t = cigo_spawn(ctx, is_stopped_by_its_child, 0, &err);

	fails(cigo_future_take(ctx, t, NULL, 0), -ECANCELED);
	equal(err, -EDEADLK);
}

TEST_CASE("yield");

struct yielder {
	const char *word;
	int times;
};

CORO(yields)
{
	struct yielder *y = arg;
	int err = 0;

	for (int i = 0; i < y->times && !err; i++) {
		t_say(y->word);
		err = cigo_yield(ctx);
	}
	return err;
}

LOOP_TEST(yield_gives_every_other_a_turn, COOPERATIVE)
{
	cigo_task *a = cigo_spawn_copy(ctx, yields, 0, &(struct yielder){ "a", 3 });
	cigo_task *b = cigo_spawn_copy(ctx, yields, 0, &(struct yielder){ "b", 3 });
	cigo_task *c = cigo_spawn_copy(ctx, yields, 0, &(struct yielder){ "c", 3 });

	ok(cigo_wait_all(ctx, a, b, c));
	t_expect_said("abcabcabc");
	cigo_future_unref(a);
	cigo_future_unref(b);
	cigo_future_unref(c);
}

LOOP_TEST(yield_alone_returns)
{
	int64_t start = cigo_now(ctx);

	for (int i = 0; i < 1000; i++)
		ok(cigo_yield(ctx));
	equal(cigo_now(ctx), start);
}

LOOP_TEST(yield_under_a_dead_context_gives_the_cause)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);

	fails(cigo_yield(dead), -EIO);
	cigo_ctx_unref(dead);
}

TEST(yield_without_a_loop_is_the_system_s)
{
	ok(cigo_yield(cigo_ctx_background()));
}

static volatile int flag;

CORO(spins_until_flag)
{
	int64_t until = t_real_now() + CIGO_S(5);

	while (!flag && t_real_now() < until)
		cigo_ignore(cigo_yield(ctx));
	return flag ? 0 : -ETIME;
}

REAL_TEST(yielding_tasks_do_not_starve_a_timer)
{
	cigo_task *a = cigo_spawn(ctx, spins_until_flag, 0, NULL);
	cigo_task *b = cigo_spawn(ctx, spins_until_flag, 0, NULL);

	ok(cigo_sleep(ctx, CIGO_MS(2)));
	flag = 1;
	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
}

CORO(sleeps_dead_until_flag)
{
	int64_t until = t_real_now() + CIGO_S(2);

	*(int *)arg = 1;
	while (!flag && t_real_now() < until)
		cigo_ignore(cigo_sleep(ctx, CIGO_S(1)));
	*(bool *)ret = flag;
	return 0;
}

CORO(sets_flag)
{
	int *begun = arg, err = 0;

	while (!*begun && !err)
		err = cigo_yield(ctx);
	flag = 1;
	return err;
}

LOOP_TEST(a_coroutine_whose_calls_never_wait_gives_the_others_a_turn, COOPERATIVE)
{
	bool had_a_turn = false;
	int begun = 0;
	cigo_task *deaf = cigo_spawn(ctx, sleeps_dead_until_flag, sizeof(bool), &begun);
	cigo_task *other;

	ok(cigo_yield(ctx));
	cigo_future_cancel(deaf, 0); /* it runs first */
	other = cigo_spawn(ctx, sets_flag, 0, &begun);
	fails(cigo_take(ctx, deaf, &had_a_turn), -ECANCELED);
	ck_assert(had_a_turn);
	ok(cigo_future_take(ctx, other, NULL, 0));
}

TEST_CASE("sleep");

LOOP_TEST(sleepers_wake_in_the_order_of_their_times_and_then_of_their_coming, COOPERATIVE)
{
	static const struct {
		int ms;
		const char *word;
	} sleepers[] = { { 3, "d" }, { 1, "a" }, { 2, "b" }, { 3, "e" }, { 2, "c" }, { 3, "f" } };

	for (int i = 0; i < 6; i++)
		cigo_detach(t_job(ctx, .ns = CIGO_MS(sleepers[i].ms), .word = sleepers[i].word));
	ok(cigo_sleep(ctx, CIGO_MS(3)));
	ok(cigo_yield(ctx));
	t_expect_said("abcdef");
}

LOOP_TEST(sleep_takes_the_time_asked_for)
{
	int64_t start = cigo_now(ctx);

	ok(cigo_sleep(ctx, 1));
	equal(cigo_now(ctx) - start, 1);
	ok(cigo_sleep(ctx, 999999999));
	equal(cigo_now(ctx) - start, CIGO_S(1));
}

REAL_TEST(sleep_never_takes_less)
{
	for (int i = 0; i < 10; i++) {
		int64_t ns = CIGO_MS(0.3) * i + 12345, start = t_real_now();

		ok(cigo_sleep(ctx, ns));
		ck_assert_int_ge(t_real_now() - start, ns);
	}
}

LOOP_TEST(a_sleep_of_no_time_is_a_yield, COOPERATIVE)
{
	static const int64_t times[] = { 0, -1, -CIGO_S(1), INT64_MIN };
	int64_t start = cigo_now(ctx);

	for (int i = 0; i < 4; i++) {
		cigo_detach(t_job(ctx, .word = "other "));
		ok(cigo_sleep(ctx, times[i]));
		t_say("sleeper ");
		t_expect_said("other sleeper ");
	}
	equal(cigo_now(ctx), start);
}

LOOP_TEST(a_sleep_for_ever_ends_by_cancellation_only)
{
	static const int64_t times[] = { CIGO_NEVER, CIGO_NEVER - 1, CIGO_NEVER - CIGO_S(1) };

	for (int i = 0; i < 3; i++) {
		cigo_task *t = t_job(ctx, .ns = times[i]);

		ok(cigo_sleep(ctx, CIGO_S(3600) * 24 * 365));
		ck_assert(!cigo_future_is_done(t));
		fails(cigo_task_stop(ctx, t), -ECANCELED);
	}
}

LOOP_TEST(a_sleep_under_a_dead_context_gives_the_cause_without_sleeping)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	int64_t start = cigo_now(ctx);

	fails(cigo_sleep(dead, CIGO_S(1)), -EIO);
	fails(cigo_sleep(dead, 0), -EIO);
	fails(cigo_sleep(dead, CIGO_NEVER), -EIO);
	equal(cigo_now(ctx), start);
	cigo_ctx_unref(dead);
}

TEST(a_sleep_without_a_loop_blocks_the_thread)
{
	int64_t start = t_real_now();

	ok(cigo_sleep(cigo_ctx_background(), CIGO_MS(3)));
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(3));
	ok(cigo_sleep(cigo_ctx_background(), -5));
	ok(cigo_sleep(cigo_ctx_background(), 0));
}

enum { TIMERS = 2000 };

static struct timer {
	int64_t when;
	int number;
} fired_last;
static int fired, fired_early;

CALLBACK(fires)
{
	const struct timer *t = arg;

	if (status)
		return;
	fired++;
	fired_early += cigo_now(ctx) != t->when || t->when < fired_last.when ||
		       (t->when == fired_last.when && t->number < fired_last.number);
	fired_last = *t;
}

LOOP_TEST(timers_fire_in_the_order_of_their_times_and_then_of_their_setting)
{
	static struct timer timers[TIMERS];
	uint32_t random = 12345;

	for (int i = 0; i < TIMERS; i++) {
		random = random * 1664525 + 1013904223;
		timers[i].when = cigo_now(ctx) + 1 + (random >> 16) % 500; /* with many ties */
		timers[i].number = i;
		ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx),
						      timers[i].when - cigo_now(ctx), fires,
						      &timers[i]),
				 0);
	}
	ok(cigo_sleep(ctx, 1000));
	equal(fired, TIMERS);
	equal(fired_early, 0);
}

CORO(sleeps_twice)
{
	int *errors = arg;

	errors[0] = cigo_sleep(ctx, CIGO_MS(5));
	errors[1] = cigo_sleep(ctx, CIGO_MS(5));
	return 0;
}

LOOP_TEST(a_sleep_that_was_over_before_the_cancellation_has_succeeded, COOPERATIVE)
{
	int errors[2] = { 1, 1 };
	cigo_task *t = cigo_spawn(ctx, sleeps_twice, 0, errors);

	ok(cigo_sleep(ctx, CIGO_MS(5))); /* due together, and we run first */
	equal(errors[0], 1);
	cigo_future_cancel(t, -EIO);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(errors[0], 0);
	equal(errors[1], -EIO);
}

TEST_CASE("seeds");

CORO(says_ten)
{
	static const char *const words[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };

	for (int i = 0; i < 10; i++)
		cigo_detach(t_job(ctx, .word = words[i]));
	return cigo_sleep(ctx, CIGO_MS(1));
}

TEST(the_same_seed_gives_the_same_order_and_another_another, COOPERATIVE)
{
	char orders[3][16];
	static const uint64_t seeds[] = { 12345, 12345, 54321 };

	for (int i = 0; i < 3; i++) {
		ok(t_run_seed(seeds[i], says_ten, NULL));
		snprintf(orders[i], sizeof orders[i], "%.15s", t_said);
		t_said[0] = 0;
	}
	equal(strlen(orders[0]), 10);
	ck_assert_str_eq(orders[0], orders[1]);
	ck_assert_str_ne(orders[0], orders[2]);
}

TEST_CASE("misuse");

MISUSE_TEST(options_without_their_size_are_misuse, "cigo_task_spawn_with")
{
	cigo_task_options o = { .name = "x" };

	cigo_detach(cigo_spawn_with(ctx, named_by_its_function, 0, NULL, &o));
}

CORO(overruns)
{
	memset(ret, 0xff, 5);
	return 0;
}

MISUSE_TEST(a_body_that_overruns_its_result_is_named, "overruns")
{
	char value[4];

	cigo_ignore(cigo_take(ctx, cigo_spawn(ctx, overruns, 4, NULL), &value));
}

CORO(exits_its_thread)
{
	cigo_ignore(cigo_yield(ctx));
	pthread_exit(NULL);
}

MISUSE_TEST(a_body_that_ends_its_thread_is_named, "exits_its_thread")
{
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, exits_its_thread, 0, NULL), NULL, 0));
}

CORO(deaf_to_cancellation)
{
	for (int i = 0; i < 2000; i++)
		cigo_ignore(cigo_sleep(ctx, CIGO_MS(1)));
	return 0;
}

CORO(runs_deaf)
{
	cigo_task *t = cigo_spawn(ctx, deaf_to_cancellation, 0, NULL);

	cigo_ignore(cigo_yield(ctx));
	return cigo_task_stop(ctx, t);
}

static void debugs(void *arg)
{
	cigo_loop_options o = { .size = sizeof o,
				.clock = CIGO_CLOCK_VIRTUAL,
				.debug = CIGO_DEBUG_ON };

	cigo_run_with(&o, cigo_ctx_background(), *(cigo_coro_fn **)arg, NULL);
}

TEST(debug_mode_names_a_body_that_ignores_1000_dead_waits)
{
	cigo_coro_fn *fn = runs_deaf;

	t_abort(debugs, &fn, "deaf_to_cancellation");
}

CORO(careless_child)
{
	int err = cigo_sleep(ctx, CIGO_MS(1));

	return err ? err : *(int *)arg;
}

CORO(careless)
{
	/* not a plain local: AddressSanitizer puts those elsewhere */
	int *on_my_stack = __builtin_alloca(sizeof *on_my_stack);

	*on_my_stack = 1;
	cigo_detach(cigo_spawn(ctx, careless_child, 0, on_my_stack));
	return cigo_yield(ctx);
}

CORO(runs_careless)
{
	return cigo_future_take(ctx, cigo_spawn(ctx, careless, 0, NULL), NULL, 0);
}

TEST(debug_mode_names_a_body_that_leaves_a_child_with_an_argument_on_its_stack)
{
	cigo_coro_fn *fn = runs_careless;

	t_abort(debugs, &fn, "careless");
}

PLAIN_MISUSE_TEST(spawning_without_a_loop_is_misuse, "cigo_task_spawn")
{
	cigo_detach(cigo_spawn(ctx, named_by_its_function, 0, NULL));
}

THREAD(spawns_foreign)
{
	cigo_detach(cigo_spawn(arg, named_by_its_function, 0, NULL));
	return NULL;
}

THREAD(sleeps_foreign)
{
	cigo_ignore(cigo_sleep(arg, CIGO_MS(1)));
	return NULL;
}

THREAD(yields_foreign)
{
	cigo_ignore(cigo_yield(arg));
	return NULL;
}

MISUSE_TEST(spawning_from_a_foreign_thread_is_misuse, "cigo_task_spawn")
{
	on_thread(spawns_foreign, ctx);
}

MISUSE_TEST(sleeping_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_sleep")
{
	on_thread(sleeps_foreign, ctx);
}

MISUSE_TEST(yielding_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_yield")
{
	on_thread(yields_foreign, ctx);
}

CALLBACK_MISUSE_TEST(sleeping_in_a_callback_is_misuse, "cigo_sleep")
{
	cigo_ignore(cigo_sleep(ctx, CIGO_MS(1)));
}

CALLBACK_MISUSE_TEST(yielding_in_a_callback_is_misuse, "cigo_yield")
{
	cigo_ignore(cigo_yield(ctx));
}

CALLBACK_MISUSE_TEST(stopping_in_a_callback_is_misuse, "cigo_task_stop")
{
	cigo_task_stop(ctx, t_job(ctx, .ns = CIGO_NEVER));
}

MISUSE_TEST(spawning_in_a_coroutine_by_the_background_is_misuse, "cigo_task_spawn")
{
	cigo_detach(cigo_spawn(cigo_ctx_background(), named_by_its_function, 0, NULL));
}
