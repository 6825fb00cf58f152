/* SPDX-License-Identifier: MIT
 * Contexts: cancellation, deadlines, values, clean-up; with a loop and without.
 */
#include "tests/tools/kit.h"

#include <pthread.h>
#include <sched.h>

TEST_CASE("tree");

TEST(the_background_is_never_cancelled_and_has_nothing)
{
	static const char key;
	cigo_ctx *bg = cigo_ctx_background();

	ck_assert_ptr_nonnull(bg);
	ck_assert_ptr_eq(bg, cigo_ctx_background());
	ok(cigo_ctx_error(bg));
	equal(cigo_ctx_deadline(bg), CIGO_NEVER);
	ck_assert_ptr_null(cigo_ctx_value(bg, &key, 4));
	ck_assert_ptr_null(cigo_ctx_loop(bg));
	ck_assert_ptr_null(cigo_task_current(bg));
	cigo_ctx_unref(bg);
	cigo_ctx_unref(bg);
	ck_assert_ptr_eq(cigo_ctx_ref(bg), bg);
	ok(cigo_ctx_error(bg));
}

TEST(cancelling_a_context_cancels_what_descends_from_it)
{
	cigo_ctx *root = cigo_ctx_with_cancel(cigo_ctx_background());
	cigo_ctx *a = cigo_ctx_with_cancel(root), *b = cigo_ctx_with_cancel(root);
	cigo_ctx *aa = cigo_ctx_with_value(a, &a, "x", 2);

	cigo_ctx_cancel(a, -EIO);
	fails(cigo_ctx_error(a), -EIO);
	fails(cigo_ctx_error(aa), -EIO);
	ok(cigo_ctx_error(root));
	ok(cigo_ctx_error(b));
	cigo_ctx_cancel(root, -EPERM);
	fails(cigo_ctx_error(root), -EPERM);
	fails(cigo_ctx_error(b), -EPERM);
	cigo_ctx_unref(aa);
	cigo_ctx_unref(b);
	cigo_ctx_unref(a);
	cigo_ctx_unref(root);
}

TEST(the_first_cause_stays)
{
	cigo_ctx *root = cigo_ctx_with_cancel(cigo_ctx_background());
	cigo_ctx *child = cigo_ctx_with_cancel(root);

	cigo_ctx_cancel(child, -EIO);
	cigo_ctx_cancel(child, -EPERM);
	cigo_ctx_cancel(root, -EXDEV);
	fails(cigo_ctx_error(child), -EIO);
	fails(cigo_ctx_error(root), -EXDEV);
	cigo_ctx_unref(child);
	cigo_ctx_unref(root);
}

TEST(no_reason_means_canceled)
{
	cigo_ctx *c = cigo_ctx_with_cancel(cigo_ctx_background());

	cigo_ctx_cancel(c, 0);
	fails(cigo_ctx_error(c), -ECANCELED);
	cigo_ctx_unref(c);
}

TEST(a_child_of_a_cancelled_context_is_born_cancelled)
{
	cigo_ctx *dead = t_dead(cigo_ctx_background(), -EIO);
	cigo_ctx *children[] = {
		cigo_ctx_with_cancel(dead),
		cigo_ctx_with_timeout(dead, CIGO_S(1)),
		cigo_ctx_with_timeout(dead, -1),
		cigo_ctx_with_value(dead, &dead, "x", 2),
	};

	for (int i = 0; i < 4; i++) {
		fails(cigo_ctx_error(children[i]), -EIO);
		cigo_ctx_unref(children[i]);
	}
	cigo_ctx_unref(dead);
}

TEST(a_child_keeps_its_ancestors_alive)
{
	cigo_ctx *root = cigo_ctx_with_cancel(cigo_ctx_background());
	cigo_ctx *middle = cigo_ctx_with_value(root, &root, "x", 2);
	cigo_ctx *leaf = cigo_ctx_with_cancel(middle);

	cigo_ctx_unref(middle);
	ck_assert_str_eq(cigo_ctx_value(leaf, &root, 2), "x");
	cigo_ctx_cancel(root, -EIO);
	cigo_ctx_unref(root);
	fails(cigo_ctx_error(leaf), -EIO);
	cigo_ctx_unref(leaf);
}

TEST(a_child_given_back_is_forgotten_by_its_parent)
{
	cigo_ctx *root = cigo_ctx_with_cancel(cigo_ctx_background());

	for (int i = 0; i < 1000; i++)
		cigo_ctx_unref(cigo_ctx_with_cancel(root));
	cigo_ctx_cancel(root, 0); /* would touch them */
	cigo_ctx_unref(root);
}

TEST(a_reference_more_is_a_reference_to_give_back)
{
	cigo_ctx *c = cigo_ctx_with_cancel(cigo_ctx_background());

	ck_assert_ptr_eq(cigo_ctx_ref(c), c);
	cigo_ctx_unref(c);
	cigo_ctx_cancel(c, -EIO);
	fails(cigo_ctx_error(c), -EIO);
	cigo_ctx_unref(c);
}

TEST(a_context_that_could_not_be_made_is_one_that_failed)
{
	static const char key;
	int value = 1;

	fails(cigo_ctx_error(NULL), -ENOMEM);
	ck_assert_ptr_null(cigo_ctx_with_cancel(NULL));
	ck_assert_ptr_null(cigo_ctx_with_timeout(NULL, 1));
	ck_assert_ptr_null(cigo_ctx_with_deadline(NULL, 1));
	ck_assert_ptr_null(cigo_ctx_with_value(NULL, &key, &value, sizeof value));
	ck_assert_ptr_null(cigo_ctx_without_cancel(NULL, 1));
	ck_assert_ptr_null(cigo_ctx_ref(NULL));
	ck_assert_ptr_null(cigo_ctx_value(NULL, &key, sizeof value));
	ck_assert_ptr_null(cigo_ctx_loop(NULL));
	ck_assert_ptr_null(cigo_ctx_at(NULL, __FILE__, 1, "f"));
	ck_assert_ptr_null(cigo_task_current(NULL));
	ck_assert_int_ge(cigo_now(NULL), 0);
	cigo_ignore(cigo_ctx_deadline(NULL) == 0);
	cigo_ctx_cancel(NULL, -EIO);
	cigo_ctx_unref(NULL);
	fails(cigo_sleep(NULL, 1), -ENOMEM);
	fails(cigo_yield(NULL), -ENOMEM);
	fails(cigo_call_timeout(NULL, 1, t_sleeper, NULL, NULL), -ENOMEM);
}

TEST(a_value_of_no_possible_size_is_want_of_memory)
{
	ck_assert_ptr_null(cigo_ctx_with_value(cigo_ctx_background(), &errno, "x", SIZE_MAX));
	ck_assert_ptr_null(cigo_ctx_with_value(cigo_ctx_background(), &errno, "x", SIZE_MAX / 2));
}

enum { MANY = 100000, FEW = 10000 };

LOOP_TEST(a_chain_of_100000_contexts_needs_no_stack)
{
	cigo_ctx *root = cigo_ctx_with_cancel(ctx), *leaf = cigo_ctx_ref(root);
	cigo_task *t;

	for (long n = t_scale(MANY, FEW); n > 0; n--) {
		cigo_ctx *child = cigo_ctx_with_cancel(leaf);

		cigo_ctx_unref(leaf);
		leaf = child;
	}
	t = t_job(leaf, .ns = CIGO_NEVER);
	ok(cigo_yield(ctx));
	cigo_ctx_cancel(root, -EIO);
	fails(cigo_ctx_error(leaf), -EIO);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	cigo_ctx_unref(root);
	cigo_ctx_unref(leaf);
}

LOOP_TEST(a_context_may_have_100000_children)
{
	long n = t_scale(MANY, FEW), cancelled = 0;
	cigo_ctx **children = calloc((size_t)n, sizeof *children);
	cigo_ctx *root = cigo_ctx_with_cancel(ctx);

	for (long i = 0; i < n; i++)
		children[i] = cigo_ctx_with_timeout(root, CIGO_S(1) + i);
	cigo_ctx_cancel(root, -EIO);
	for (long i = 0; i < n; i++) {
		cancelled += cigo_ctx_error(children[i]) == -EIO;
		cigo_ctx_unref(children[i]);
	}
	equal(cancelled, n);
	cigo_ctx_unref(root);
	free(children);
}

static cigo_ctx *kept[3];

CORO(keeps_contexts)
{
	kept[0] = cigo_ctx_ref(ctx);
	kept[1] = cigo_ctx_with_timeout(ctx, CIGO_S(3600));
	kept[2] = cigo_ctx_with_value(kept[1], &kept, "still here", 11);
	return 0;
}

TEST(a_context_may_outlive_its_loop)
{
	ok(t_run(keeps_contexts, NULL));
	ck_assert_str_eq(cigo_ctx_value(kept[2], &kept, 11), "still here");
	for (int i = 2; i >= 0; i--) {
		cigo_ignore(cigo_ctx_error(kept[i]));
		cigo_ctx_unref(kept[i]);
	}
}

TEST_CASE("values");

TEST(a_context_carries_a_copy_of_its_value)
{
	static const char key;
	int value = 7;
	cigo_ctx *c = cigo_ctx_with_value(cigo_ctx_background(), &key, &value, sizeof value);

	value = 8;
	equal(*(const int *)cigo_ctx_value(c, &key, sizeof value), 7);
	cigo_ctx_unref(c);
}

TEST(the_nearest_value_is_found)
{
	static const char key, other;
	cigo_ctx *a = cigo_ctx_with_value(cigo_ctx_background(), &key, "a", 2);
	cigo_ctx *b = cigo_ctx_with_value(a, &other, "b", 2);
	cigo_ctx *c = cigo_ctx_with_value(b, &key, "c", 2);
	cigo_ctx *d = cigo_ctx_with_timeout(c, CIGO_S(1));

	ck_assert_str_eq(cigo_ctx_value(a, &key, 2), "a");
	ck_assert_str_eq(cigo_ctx_value(b, &key, 2), "a");
	ck_assert_str_eq(cigo_ctx_value(d, &key, 2), "c");
	ck_assert_str_eq(cigo_ctx_value(d, &other, 2), "b");
	ck_assert_ptr_null(cigo_ctx_value(a, &other, 2));
	ck_assert_ptr_null(cigo_ctx_value(d, &d, 2));
	cigo_ctx_unref(a);
	cigo_ctx_unref(b);
	cigo_ctx_unref(c);
	cigo_ctx_unref(d);
}

static void asks_for_another_size(void *arg)
{
	cigo_ctx *c = cigo_ctx_with_value(cigo_ctx_background(), arg, "1234", 4);

	cigo_ignore(cigo_ctx_value(c, arg, 8) == NULL);
}

TEST(asking_for_a_value_of_another_size_is_misuse)
{
	t_abort(asks_for_another_size, &(int){ 0 }, "cigo_ctx_value");
}

CORO(finds_value)
{
	const int *value = cigo_ctx_value(ctx, arg, sizeof *value);

	*(int *)ret = value ? *value : -1;
	return 0;
}

LOOP_TEST(a_task_sees_its_spawner_s_values)
{
	static char key;
	cigo_ctx *c = cigo_ctx_with_value(ctx, &key, &(int){ 42 }, sizeof(int));
	cigo_ctx *clean = cigo_ctx_without_cancel(c, CIGO_S(1));
	int value;

	ok(cigo_take(ctx, cigo_spawn(c, finds_value, sizeof(int), &key), &value));
	equal(value, 42);
	ok(cigo_take(ctx, cigo_spawn(clean, finds_value, sizeof(int), &key), &value));
	equal(value, 42);
	ok(cigo_take(ctx, cigo_spawn(ctx, finds_value, sizeof(int), &key), &value));
	equal(value, -1);
	ok(cigo_take(ctx, cigo_go(c, finds_value, sizeof(int), &key), &value));
	equal(value, 42);
	cigo_ctx_unref(clean);
	cigo_ctx_unref(c);
}

static char outer_key;

CORO(expects_outer_value)
{
	int value;

	finds_value(ctx, &outer_key, &value);
	return value == 9 ? 0 : -EINVAL;
}

TEST(the_run_sees_its_outer_context_s_values)
{
	cigo_ctx *outer =
		cigo_ctx_with_value(cigo_ctx_background(), &outer_key, &(int){ 9 }, sizeof(int));

	ok(cigo_run_with(NULL, outer, expects_outer_value, NULL));
	cigo_ctx_unref(outer);
}

TEST_CASE("cancelling");

LOOP_TEST(cancelling_a_context_wakes_a_sleeper_at_once_with_the_cause, COOPERATIVE)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	cigo_task *t = t_job(c, .ns = CIGO_S(3600));

	ok(cigo_sleep(ctx, CIGO_MS(10)));
	cigo_ctx_cancel(c, -EIO);
	ck_assert(!cigo_future_is_done(t)); /* cancelling does not switch */
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(cigo_now(ctx) - start, CIGO_MS(10));
	ok(cigo_ctx_error(ctx));
	cigo_ctx_unref(c);
}

struct two_sleeps {
	cigo_ctx *other; /* sleeps under this instead of its own, if not NULL */
	int first, second, third;
};

CORO(sleeps_thrice)
{
	struct two_sleeps *s = arg;

	if (s->other)
		ctx = s->other;
	s->first = cigo_sleep(ctx, CIGO_S(3600));
	s->second = cigo_sleep(ctx, CIGO_S(3600));
	s->third = cigo_yield(ctx);
	return 0;
}

LOOP_TEST(the_cause_is_sticky)
{
	int64_t start = cigo_now(ctx);
	struct two_sleeps s = { .other = NULL };
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	cigo_task *t = cigo_spawn(c, sleeps_thrice, 0, &s);

	ok(cigo_yield(ctx));
	cigo_ctx_cancel(c, -EIO);
	cigo_ignore(cigo_future_take(ctx, t, NULL, 0));
	equal(s.first, -EIO);
	equal(s.second, -EIO);
	equal(s.third, -EIO);
	equal(cigo_now(ctx), start);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_wait_heeds_its_task_s_cancellation_beside_its_context_s)
{
	cigo_ctx *unrelated = cigo_ctx_with_cancel(ctx);
	struct two_sleeps s = { .other = unrelated };
	cigo_task *t = cigo_spawn(ctx, sleeps_thrice, 0, &s);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_cancel(t, -EXDEV);
	fails(cigo_future_take(ctx, t, NULL, 0), -EXDEV);
	equal(s.first, -EXDEV);
	equal(s.second, -EXDEV);
	equal(s.third, -EXDEV);
	ok(cigo_ctx_error(unrelated));
	cigo_ctx_unref(unrelated);
}

LOOP_TEST(a_wait_heeds_the_context_it_is_given)
{
	cigo_ctx *given = cigo_ctx_with_cancel(ctx);
	struct two_sleeps s = { .other = given };
	cigo_task *t = cigo_spawn(ctx, sleeps_thrice, 0, &s);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_ctx_cancel(given, -EIO);
	ok(cigo_future_take(ctx, t, NULL, 0)); /* itself it was not cancelled */
	equal(s.first, -EIO);
	equal(s.second, -EIO);
	equal(s.third, -EIO);
	cigo_ctx_unref(given);
}

CALLBACK(cancels_it)
{
	if (!status)
		cigo_ctx_cancel(arg, -EIO);
}

LOOP_TEST(a_callback_may_cancel)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(7), cancels_it, c);
	fails(cigo_sleep(c, CIGO_S(1)), -EIO);
	equal(cigo_now(ctx) - start, CIGO_MS(7));
	cigo_ctx_unref(c);
}

THREAD(cancels_foreign)
{
	cigo_ctx_cancel(arg, 0);
	return NULL;
}

MISUSE_TEST(cancelling_a_loop_s_context_from_a_foreign_thread_is_misuse, "cigo_ctx_cancel")
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);

	on_thread(cancels_foreign, c);
}

TEST_CASE("time");

LOOP_TEST(a_timeout_ends_a_wait_to_the_nanosecond)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, 1234567891);

	ok(cigo_ctx_error(c));
	equal(cigo_ctx_deadline(c), start + 1234567891);
	fails(cigo_sleep(c, CIGO_S(60)), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, 1234567891);
	fails(cigo_ctx_error(c), -ETIMEDOUT);
	ok(cigo_ctx_error(ctx));
	cigo_ctx_unref(c);
}

LOOP_TEST(a_deadline_is_a_point_of_the_loop_s_clock)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_deadline(ctx, start + CIGO_MS(30));

	ok(cigo_sleep(ctx, CIGO_MS(10)));
	fails(cigo_sleep(c, CIGO_S(60)), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(30));
	cigo_ctx_unref(c);
}

LOOP_TEST(a_wait_that_ends_in_time_is_not_ended_by_its_timeout)
{
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_MS(10));

	ok(cigo_sleep(c, CIGO_MS(9)));
	ok(cigo_ctx_error(c));
	fails(cigo_sleep(c, CIGO_MS(9)), -ETIMEDOUT);
	cigo_ctx_unref(c);
}

LOOP_TEST(of_a_sleep_and_a_timeout_due_together_the_one_set_first_wins)
{
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_MS(5));

	fails(cigo_sleep(c, CIGO_MS(5)), -ETIMEDOUT);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_timeout_in_the_past_is_over_at_once)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *contexts[] = {
		cigo_ctx_with_timeout(ctx, -1),	       cigo_ctx_with_timeout(ctx, 0),
		cigo_ctx_with_timeout(ctx, INT64_MIN), cigo_ctx_with_deadline(ctx, start - 1),
		cigo_ctx_with_deadline(ctx, start),    cigo_ctx_with_deadline(ctx, INT64_MIN),
	};

	for (int i = 0; i < 6; i++) {
		fails(cigo_ctx_error(contexts[i]), -ETIMEDOUT);
		fails(cigo_sleep(contexts[i], CIGO_S(1)), -ETIMEDOUT);
		cigo_ctx_unref(contexts[i]);
	}
	equal(cigo_now(ctx), start);
}

LOOP_TEST(an_absurd_timeout_is_never)
{
	static const int64_t absurd[] = { CIGO_NEVER, CIGO_NEVER - 1, CIGO_NEVER - CIGO_S(1) };

	for (int i = 0; i < 3; i++) {
		cigo_ctx *c = cigo_ctx_with_timeout(ctx, absurd[i]);

		ck_assert_int_gt(cigo_ctx_deadline(c), CIGO_NEVER - CIGO_S(2));
		ok(cigo_sleep(c, CIGO_S(3600) * 24 * 365));
		ok(cigo_ctx_error(c));
		cigo_ctx_unref(c);
	}
	{
		cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_NEVER);

		equal(cigo_ctx_deadline(c), CIGO_NEVER);
		cigo_ctx_unref(c);
	}
}

LOOP_TEST(the_nearest_deadline_is_told)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *far = cigo_ctx_with_timeout(ctx, CIGO_S(10));
	cigo_ctx *near = cigo_ctx_with_timeout(far, CIGO_S(1));
	cigo_ctx *farther = cigo_ctx_with_timeout(near, CIGO_S(100));
	cigo_ctx *named = cigo_ctx_with_value(farther, &far, "x", 2);

	equal(cigo_ctx_deadline(ctx), CIGO_NEVER);
	equal(cigo_ctx_deadline(far), start + CIGO_S(10));
	equal(cigo_ctx_deadline(near), start + CIGO_S(1));
	equal(cigo_ctx_deadline(named), start + CIGO_S(1));
	fails(cigo_sleep(named, CIGO_S(200)), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(1));
	cigo_ctx_unref(named);
	cigo_ctx_unref(farther);
	cigo_ctx_unref(near);
	cigo_ctx_unref(far);
}

LOOP_TEST(the_last_unref_disarms_a_timeout)
{
	cigo_ctx_unref(cigo_ctx_with_timeout(ctx, CIGO_MS(5)));
	ok(cigo_sleep(ctx, CIGO_MS(10))); /* nothing fires into freed memory */
}

LOOP_TEST(a_timeout_reaches_the_tasks_below)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_MS(20));
	cigo_task *t = t_job(c, .ns = CIGO_S(60));

	cigo_ctx_unref(c); /* the task's context keeps it */
	fails(cigo_future_take(ctx, t, NULL, 0), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(20));
}

LOOP_TEST(the_virtual_clock_stands_still_between_jumps)
{
	int64_t start = cigo_now(ctx);

	nap(2);
	for (int i = 0; i < 100; i++)
		ok(cigo_yield(ctx));
	equal(cigo_now(ctx), start);
	ok(cigo_sleep(ctx, CIGO_S(3600)));
	equal(cigo_now(ctx), start + CIGO_S(3600));
}

REAL_TEST(the_real_clock_is_the_monotonic_one)
{
	int64_t before = t_real_now(), now = cigo_now(ctx);

	/* a loop may look at its clock once a tick only */
	ck_assert_int_le(now, t_real_now());
	ck_assert_int_ge(now, before - CIGO_S(5));
	before = t_real_now();
	ok(cigo_sleep(ctx, CIGO_MS(2)));
	ck_assert_int_ge(t_real_now() - before, CIGO_MS(2));
}

/* ---- call_timeout ---- */

struct call {
	pthread_t thread;
	int64_t deadline;
};

CORO(notes_call)
{
	struct call *call = arg;

	call->thread = pthread_self();
	call->deadline = cigo_ctx_deadline(ctx);
	if (ret)
		*(int *)ret = 42;
	return 5;
}

LOOP_TEST(a_call_with_a_timeout_is_made_here_and_returns_what_the_function_returned)
{
	int64_t start = cigo_now(ctx);
	struct call call;
	int value = 0;

	equal(cigo_call_timeout(ctx, CIGO_MS(10), notes_call, &call, &value), 5);
	ck_assert(pthread_equal(call.thread, pthread_self()));
	equal(call.deadline, start + CIGO_MS(10));
	equal(value, 42);
	ok(cigo_sleep(ctx, CIGO_MS(20)));
}

LOOP_TEST(a_call_with_a_timeout_ends_in_time)
{
	int64_t start = cigo_now(ctx);

	fails(cigo_call_timeout(ctx, CIGO_MS(10), t_sleeper, NULL, NULL), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(10));
	fails(cigo_call_timeout(ctx, -1, t_sleeper, NULL, NULL), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(10));
	ok(cigo_ctx_error(ctx));
}

TEST_CASE("clean-up");

struct cleaner {
	int while_alive, dead, clean, after_grace;
	int64_t cancelled_at, cleaned_at, ended_at;
	int64_t grace;
	bool early; /* makes its context for clean-up before it sleeps */
};

CORO(cleans_up)
{
	struct cleaner *c = arg;
	cigo_ctx *clean = c->early ? cigo_ctx_without_cancel(ctx, c->grace) : NULL;

	c->while_alive = cigo_sleep(ctx, CIGO_S(3600));
	c->cancelled_at = cigo_now(ctx);
	c->dead = cigo_sleep(ctx, CIGO_MS(1));
	if (!clean)
		clean = cigo_ctx_without_cancel(ctx, c->grace);
	c->clean = cigo_sleep(clean, CIGO_MS(50));
	c->cleaned_at = cigo_now(ctx);
	c->after_grace = cigo_sleep(clean, CIGO_S(3600));
	c->ended_at = cigo_now(ctx);
	cigo_ctx_unref(clean);
	return 0;
}

LOOP_TEST(clean_up_may_wait_under_a_context_without_cancel_until_its_grace_is_over)
{
	struct cleaner c = { .grace = CIGO_MS(200) };
	cigo_task *t = cigo_spawn(ctx, cleans_up, 0, &c);

	ok(cigo_sleep(ctx, CIGO_MS(10)));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	equal(c.while_alive, -ECANCELED);
	equal(c.dead, -ECANCELED);
	equal(c.clean, 0);
	equal(c.cleaned_at - c.cancelled_at, CIGO_MS(50));
	equal(c.after_grace, -ETIMEDOUT);
	equal(c.ended_at - c.cancelled_at, CIGO_MS(200));
}

LOOP_TEST(the_grace_counts_from_when_the_context_is_made)
{
	struct cleaner c = { .grace = CIGO_MS(200), .early = true };
	cigo_task *t = cigo_spawn(ctx, cleans_up, 0, &c);
	int64_t start = cigo_now(ctx);

	ok(cigo_sleep(ctx, CIGO_MS(100)));
	cigo_task_stop(ctx, t);
	equal(c.clean, 0);
	equal(c.ended_at - start, CIGO_MS(200));
}

TEST(cancellation_of_the_parent_does_not_reach_a_context_without_cancel)
{
	cigo_ctx *root = cigo_ctx_with_cancel(cigo_ctx_background());
	cigo_ctx *clean = cigo_ctx_without_cancel(root, CIGO_NEVER);
	cigo_ctx *below = cigo_ctx_with_cancel(clean);

	cigo_ctx_cancel(root, -EIO);
	ok(cigo_ctx_error(clean));
	ok(cigo_ctx_error(below));
	equal(cigo_ctx_deadline(below), CIGO_NEVER);
	cigo_ctx_cancel(clean, -EXDEV); /* its own does */
	fails(cigo_ctx_error(below), -EXDEV);
	cigo_ctx_unref(below);
	cigo_ctx_unref(clean);
	cigo_ctx_unref(root);
}

LOOP_TEST(a_parent_s_deadline_does_not_reach_a_context_without_cancel)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(10));
	cigo_ctx *clean = cigo_ctx_without_cancel(timed, CIGO_MS(100));
	cigo_ctx *below = cigo_ctx_with_timeout(clean, CIGO_MS(60));

	equal(cigo_ctx_deadline(clean), start + CIGO_MS(100));
	equal(cigo_ctx_deadline(below), start + CIGO_MS(60));
	ok(cigo_sleep(clean, CIGO_MS(50)));
	fails(cigo_ctx_error(timed), -ETIMEDOUT);
	fails(cigo_sleep(below, CIGO_MS(50)), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(60));
	cigo_ctx_unref(below);
	cigo_ctx_unref(clean);
	cigo_ctx_unref(timed);
}

CORO(spawns_under_clean)
{
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(3600));

	*(cigo_task **)arg = t_job(clean, .ns = CIGO_MS(50));
	cigo_ctx_unref(clean);
	return cigo_sleep(ctx, CIGO_NEVER);
}

LOOP_TEST(a_task_spawned_for_clean_up_is_not_cancelled_with_its_spawner)
{
	cigo_task *below = NULL, *t = cigo_spawn(ctx, spawns_under_clean, 0, &below);

	ok(cigo_sleep(ctx, CIGO_MS(10)));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	ok(cigo_future_take(ctx, below, NULL, 0));
}

CORO(sleeps_under)
{
	*(int *)ret = cigo_sleep(arg, CIGO_MS(20));
	return 0;
}

LOOP_TEST(who_waits_under_another_s_context_without_cancel_hears_no_cancellation_either)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(1)); /* not the sleeper's */
	cigo_task *t = cigo_spawn(ctx, sleeps_under, sizeof(int), clean);
	int err = 1;

	ok(cigo_sleep(ctx, CIGO_MS(5)));
	cigo_future_cancel(t, -EIO);
	fails(cigo_take(ctx, t, &err), -EIO);
	equal(err, 0);
	equal(cigo_now(ctx) - start, CIGO_MS(20));
	cigo_ctx_unref(clean);
}

LOOP_TEST(a_grace_in_the_past_is_over_at_once)
{
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, -1);

	fails(cigo_sleep(clean, CIGO_MS(1)), -ETIMEDOUT);
	cigo_ctx_unref(clean);
}

TEST_CASE("loops and threads");

CORO(tells_loop)
{
	*(cigo_loop **)ret = cigo_ctx_loop(ctx);
	return 0;
}

LOOP_TEST(a_context_knows_its_loop)
{
	cigo_ctx *c = cigo_ctx_with_timeout(ctx, CIGO_S(1));
	cigo_loop *loop;

	ck_assert_ptr_nonnull(cigo_ctx_loop(ctx));
	ck_assert_ptr_eq(cigo_ctx_loop(c), cigo_ctx_loop(ctx));
	ok(cigo_take(ctx, cigo_spawn(c, tells_loop, sizeof loop, NULL), &loop));
	ck_assert_ptr_eq(loop, cigo_ctx_loop(ctx));
	ok(cigo_take(ctx, cigo_go(c, tells_loop, sizeof loop, NULL), &loop));
	ck_assert_ptr_null(loop);
	cigo_ctx_unref(c);
}

LOOP_TEST(noting_the_place_changes_nothing)
{
	ck_assert_ptr_eq(cigo_ctx_at(ctx, __FILE__, 1, "f"), ctx);
	ck_assert_ptr_eq(CIGO_AT(ctx), ctx);
	ck_assert_ptr_eq(cigo_ctx_at(cigo_ctx_background(), __FILE__, 1, "f"),
			 cigo_ctx_background());
}

THREAD(cancels_later)
{
	nap(5);
	cigo_ctx_cancel(arg, -EIO);
	return NULL;
}

TEST(without_a_loop_any_thread_may_cancel_a_sleep)
{
	cigo_ctx *c = cigo_ctx_with_cancel(cigo_ctx_background());
	cigo_ctx *below = cigo_ctx_with_timeout(c, CIGO_S(60));
	int64_t start = t_real_now();
	pthread_t thread;

	ok(pthread_create(&thread, NULL, cancels_later, c));
	fails(cigo_sleep(below, CIGO_S(60)), -EIO);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(5));
	pthread_join(thread, NULL);
	fails(cigo_sleep(below, CIGO_S(60)), -EIO);
	fails(cigo_yield(below), -EIO);
	cigo_ctx_unref(below);
	cigo_ctx_unref(c);
}

TEST(without_a_loop_a_timeout_ends_a_sleep)
{
	int64_t start = t_real_now();
	cigo_ctx *c = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(5));
	cigo_ctx *late = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_S(60));

	ok(cigo_ctx_error(late));
	ok(cigo_sleep(late, CIGO_MS(1)));
	fails(cigo_sleep(c, CIGO_S(60)), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(5));
	ck_assert_int_lt(t_real_now() - start, CIGO_S(5));
	fails(cigo_ctx_error(c), -ETIMEDOUT);
	fails(cigo_call_timeout(cigo_ctx_background(), CIGO_MS(1), t_sleeper, NULL, NULL),
	      -ETIMEDOUT);
	cigo_ctx_unref(c);
	cigo_ctx_unref(late);
}

TEST(without_a_loop_a_past_timeout_is_over_at_once)
{
	cigo_ctx *c = cigo_ctx_with_timeout(cigo_ctx_background(), -5);
	int64_t start = t_real_now();

	fails(cigo_ctx_error(c), -ETIMEDOUT);
	fails(cigo_sleep(c, CIGO_S(60)), -ETIMEDOUT);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(5));
	cigo_ctx_unref(c);
}

TEST(without_a_loop_a_timeout_is_told_without_anyone_waiting_for_it)
{
	cigo_ctx *c = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(2));
	cigo_ctx *below = cigo_ctx_with_cancel(c);

	nap(3);
	fails(cigo_ctx_error(below), -ETIMEDOUT);
	fails(cigo_ctx_error(c), -ETIMEDOUT);
	cigo_ctx_unref(below);
	cigo_ctx_unref(c);
}

THREAD(churns)
{
	for (int i = 0; i < 500; i++) {
		cigo_ctx *c = cigo_ctx_with_timeout(arg, CIGO_S(60));

		cigo_ctx_unref(cigo_ctx_with_value(c, &errno, "x", 2));
		if (i % 50 == 0)
			cigo_ctx_cancel(c, 0);
		cigo_ignore(cigo_ctx_error(c));
		cigo_ctx_unref(c);
	}
	return NULL;
}

TEST(without_a_loop_threads_share_a_tree)
{
	cigo_ctx *root = cigo_ctx_with_cancel(cigo_ctx_background());
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		ok(pthread_create(&threads[i], NULL, churns, root));
	nap(1);
	cigo_ctx_cancel(root, -EIO);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	fails(cigo_ctx_error(root), -EIO);
	cigo_ctx_unref(root);
}

TEST(cancelling_the_outer_context_from_any_thread_wakes_main)
{
	cigo_ctx *outer = cigo_ctx_with_cancel(cigo_ctx_background());
	int64_t start = t_real_now();
	pthread_t thread;

	ok(pthread_create(&thread, NULL, cancels_later, outer));
	fails(cigo_run_with(NULL, outer, t_sleeper, NULL), -EIO);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(5));
	pthread_join(thread, NULL);
	cigo_ctx_unref(outer);
}

CORO(main_spawns_sleepers)
{
	int *ended = arg;
	cigo_task *t = t_job(ctx, .ns = CIGO_NEVER, .ended = ended);

	cigo_detach(t_job(ctx, .ns = CIGO_NEVER, .cleanup = CIGO_MS(2), .ended = ended));
	return cigo_future_take(ctx, t, NULL, 0);
}

TEST(the_outer_context_s_deadline_reaches_all_tasks, COOPERATIVE)
{
	cigo_ctx *outer = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(200));
	int ended = 0;

	fails(cigo_run_with(NULL, outer, main_spawns_sleepers, &ended), -ETIMEDOUT);
	equal(ended, 2);
	cigo_ctx_unref(outer);
}

static int begun_main;

CORO(counts_main)
{
	begun_main++;
	return 0;
}

TEST(a_run_under_a_dead_outer_context_returns_the_cause_and_main_never_runs)
{
	cigo_ctx *outer = t_dead(cigo_ctx_background(), -EIO);

	fails(cigo_run_with(NULL, outer, counts_main, NULL), -EIO);
	equal(begun_main, 0);
	cigo_ctx_unref(outer);
}

CORO(asks_while_blocking)
{
	int64_t until = t_real_now() + CIGO_S(5);
	int err;

	cigo_blocking_begin(ctx);
	while (!(err = cigo_ctx_error(ctx)) && t_real_now() < until)
		sched_yield();
	cigo_blocking_end(ctx);
	return err;
}

LOOP_TEST(a_blocking_section_may_ask_for_its_context_s_error)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	cigo_task *t = cigo_spawn(c, asks_while_blocking, 0, NULL);

	ok(cigo_yield(ctx));
	cigo_ctx_cancel(c, -EIO);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_worker_may_ask_for_its_context_s_error)
{
	cigo_task *t = cigo_go(ctx, asks_while_blocking, 0, NULL);

	ok(cigo_yield(ctx));
	equal(cigo_future_cancel(t, -EXDEV), 0);
	fails(cigo_future_take(ctx, t, NULL, 0), -EXDEV);
}

MISUSE_TEST(blocking_by_the_background_in_a_coroutine_is_misuse, "cigo_sleep")
{
	cigo_ignore(cigo_sleep(cigo_ctx_background(), CIGO_MS(1)));
}
