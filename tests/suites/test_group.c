/* SPDX-License-Identifier: MIT
 * Groups: structured concurrency.
 */
#include "tests/tools/kit.h"

#include <malloc.h>
#include <time.h>

/* The next finished task of g; NULL: none is left, or an error came. */
static cigo_task *next_of(cigo_ctx *ctx, cigo_group *g)
{
	cigo_task *t;

	return cigo_group_next(ctx, g, &t) > 0 ? t : NULL;
}

CORO(runs_nothing)
{
	return 0;
}

BEFORE_ALL
{
	mallopt(M_ARENA_MAX, 1); /* mallinfo2 knows the first arena only */
}

TEST_CASE("waiting");

LOOP_TEST(a_group_s_wait_returns_when_all_its_bodies_have)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int ended = 0;

	for (int i = 1; i <= 5; i++)
		ck_assert_ptr_nonnull(t_group_job(g, .ns = CIGO_MS(i), .ended = &ended));
	equal(ended, 0);
	ok(cigo_group_wait(ctx, g));
	equal(ended, 5);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(an_empty_group_has_nothing_to_wait_for)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	ck_assert_ptr_nonnull(g);
	ok(cigo_group_wait(ctx, g));
	ck_assert_ptr_null(next_of(ctx, g));
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(start_returns_before_the_body_begins)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int begun = 0;

	t_group_job(g, .begun = &begun);
	equal(begun, 0);
	ok(cigo_yield(ctx));
	equal(begun, 1); /* without anybody waiting */
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(a_task_of_a_group_has_a_value_a_name_and_an_error_until_the_close)
{
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_KEEP_GOING);
	cigo_task *good = t_group_job(g, .value = 5);
	cigo_task *bad = t_group_job(g, .value = 6, .result = -EIO);
	cigo_task *named = cigo_spawn_in(g, runs_nothing, 0, NULL);
	int value;

	fails(cigo_group_wait(ctx, g), -EIO);
	ok(cigo_result(good, &value));
	equal(value, 5);
	fails(cigo_result(bad, &value), -EIO);
	equal(value, 6);
	ck_assert_str_eq(cigo_task_name(good), "job");
	ck_assert_str_eq(cigo_task_name(named), "runs_nothing");
	ok(cigo_await(ctx, good, &value));
	fails(cigo_group_close(ctx, g), -EIO);
}

LOOP_TEST(a_task_of_a_group_can_be_kept_beyond_the_close_by_a_reference)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *t = cigo_future_ref(t_group_job(g, .value = 5));
	int value;

	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	ok(cigo_result(t, &value));
	equal(value, 5);
	cigo_future_unref(t);
}

LOOP_TEST(a_task_of_a_group_can_be_awaited_by_itself)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *t = t_group_job(g, .ns = CIGO_MS(3), .value = 5);
	int value;

	t_group_job(g, .ns = CIGO_MS(9));
	ok(cigo_await(ctx, t, &value));
	equal(value, 5);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(more_may_be_started_after_a_wait)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int ended = 0;

	for (int i = 1; i <= 3; i++) {
		t_group_job(g, .ns = CIGO_MS(1), .ended = &ended);
		t_group_job(g, .ended = &ended);
		ok(cigo_group_wait(ctx, g));
		equal(ended, 2 * i);
	}
	ok(cigo_group_close(ctx, g));
}

struct starter {
	cigo_group *g;
	int depth;
	int *ended;
};

CORO(starts_more)
{
	struct starter *s = arg, more = { s->g, s->depth - 1, s->ended };
	int err = cigo_sleep(ctx, CIGO_MS(1));

	if (s->depth > 0)
		for (int i = 0; i < 2; i++)
			cigo_spawn_copy_in(s->g, starts_more, 0, &more);
	++*s->ended;
	return err;
}

LOOP_TEST(a_group_waits_for_those_its_own_tasks_started)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int ended = 0;

	cigo_spawn_copy_in(g, starts_more, 0, (&(struct starter){ g, 4, &ended }));
	ok(cigo_group_wait(ctx, g));
	equal(ended, 31);
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(a_group_that_could_not_be_made_is_one_that_failed)
{
	ck_assert_ptr_null(cigo_group_new(NULL, 0, 0));
	ck_assert_ptr_null(cigo_spawn_in(NULL, runs_nothing, 0, NULL));
	ck_assert_ptr_null(cigo_spawn_copy_in(NULL, runs_nothing, 0, &(int){ 1 }));
	fails(cigo_group_wait(ctx, NULL), -ENOMEM);
	ck_assert_ptr_null(next_of(ctx, NULL));
	cigo_group_cancel(NULL, 0);
	fails(cigo_group_close(ctx, NULL), -ENOMEM);
}

LOOP_TEST(a_task_that_could_not_be_made_fails_its_group)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int begun = 0;

	ck_assert_ptr_null(cigo_spawn_in(g, runs_nothing, SIZE_MAX / 2, NULL));
	t_group_job(g, .begun = &begun);
	fails(cigo_group_wait(ctx, g), -ENOMEM);
	equal(begun, 0);
	fails(cigo_group_close(ctx, g), -ENOMEM);
}

TEST_CASE("failure");

LOOP_TEST(the_first_failure_cancels_the_siblings_and_is_what_wait_returns)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *a = t_group_job(g, .ns = CIGO_S(60));
	cigo_task *b = t_group_job(g, .ns = CIGO_MS(5), .result = -EIO);
	cigo_task *c = t_group_job(g, .ns = CIGO_MS(1), .value = 8);
	int value;

	fails(cigo_group_wait(ctx, g), -EIO);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	fails(cigo_future_error(a), -ECANCELED); /* each keeps its own error */
	fails(cigo_future_error(b), -EIO);
	ok(cigo_result(c, &value));
	equal(value, 8);
	ok(cigo_ctx_error(ctx)); /* it does not reach the parent */
	fails(cigo_group_close(ctx, g), -EIO);
}

LOOP_TEST(a_failing_group_still_waits_for_the_siblings_clean_up)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int ended = 0;

	t_group_job(g, .ns = CIGO_S(60), .cleanup = CIGO_MS(30), .ended = &ended);
	t_group_job(g, .ns = CIGO_MS(5), .result = -EIO);
	fails(cigo_group_wait(ctx, g), -EIO);
	equal(ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(35));
	cigo_group_close(ctx, g);
}

LOOP_TEST(a_failure_cancels_the_siblings_before_they_can_begin, COOPERATIVE)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int begun = 0;

	t_group_job(g, .result = -EIO);
	t_group_job(g, .begun = &begun);
	fails(cigo_group_wait(ctx, g), -EIO);
	equal(begun, 0);
	cigo_group_close(ctx, g);
}

LOOP_TEST(in_a_failed_group_nothing_begins_any_more)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int begun = 0;
	cigo_task *late;

	t_group_job(g, .result = -EIO);
	fails(cigo_group_wait(ctx, g), -EIO);
	late = t_group_job(g, .begun = &begun);
	fails(cigo_group_wait(ctx, g), -EIO);
	ck_assert(cigo_future_is_done(late));
	ck_assert_int_lt(cigo_future_error(late), 0);
	equal(begun, 0);
	fails(cigo_group_close(ctx, g), -EIO);
}

LOOP_TEST(the_first_of_several_failures_counts_and_all_can_be_asked_for)
{
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_KEEP_GOING);
	cigo_task *tasks[] = {
		t_group_job(g, .ns = CIGO_MS(2), .result = -EIO),
		t_group_job(g, .ns = CIGO_MS(1), .result = -EPERM),
		t_group_job(g, .ns = CIGO_MS(3), .result = -EXDEV),
	};

	fails(cigo_group_wait(ctx, g), -EPERM);
	fails(cigo_future_error(tasks[0]), -EIO);
	fails(cigo_future_error(tasks[1]), -EPERM);
	fails(cigo_future_error(tasks[2]), -EXDEV);
	fails(cigo_group_close(ctx, g), -EPERM);
}

LOOP_TEST(a_group_that_keeps_going_cancels_nobody)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_KEEP_GOING);
	int ended = 0;

	t_group_job(g, .ns = CIGO_MS(1), .result = -EIO);
	t_group_job(g, .ns = CIGO_MS(9), .ended = &ended);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	t_group_job(g, .ns = CIGO_MS(9), .ended = &ended); /* and takes more */
	fails(cigo_group_wait(ctx, g), -EIO);
	equal(ended, 2);
	equal(cigo_now(ctx) - start, CIGO_MS(14));
	fails(cigo_group_close(ctx, g), -EIO);
}

CORO(inner_group_waits)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int err;

	t_group_job(g, .ns = CIGO_MS(2), .result = -EIO);
	t_group_job(g, .ns = CIGO_S(60), .ended = arg);
	err = cigo_group_wait(ctx, g);
	cigo_group_close(ctx, g);
	return err;
}

LOOP_TEST(a_failure_climbs_from_an_inner_group_to_the_outer)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int ended = 0, outer_ended = 0;

	t_group_job(g, .ns = CIGO_S(60), .ended = &outer_ended);
	cigo_spawn_in(g, inner_group_waits, 0, &ended);
	fails(cigo_group_wait(ctx, g), -EIO);
	equal(ended, 1);
	equal(outer_ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(2));
	cigo_group_close(ctx, g);
}

CORO(waits_too)
{
	return cigo_group_wait(ctx, arg);
}

LOOP_TEST(several_may_wait_for_one_group, COOPERATIVE)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *other = cigo_spawn(ctx, waits_too, 0, g);

	t_group_job(g, .ns = CIGO_MS(5), .result = -EIO);
	fails(cigo_group_wait(ctx, g), -EIO);
	fails(cigo_future_take(ctx, other, NULL, 0), -EIO);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_group_close(ctx, g);
}

CORO(takes_all)
{
	while (next_of(ctx, arg))
		++*(int *)ret;
	return 0;
}

LOOP_TEST(several_may_take_what_is_next_and_none_is_taken_twice)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *a = cigo_spawn(ctx, takes_all, sizeof(int), g);
	cigo_task *b = cigo_spawn(ctx, takes_all, sizeof(int), g);
	int of_a = 0, of_b = 0;

	for (int i = 0; i < 50; i++)
		t_group_job(g, .ns = CIGO_MS(1 + i / 3));
	ok(cigo_take(ctx, a, &of_a));
	ok(cigo_take(ctx, b, &of_b));
	equal(of_a + of_b, 50);
	ok(cigo_group_close(ctx, g));
}

TEST_CASE("cancelling");

LOOP_TEST(cancelling_a_group_cancels_all_also_those_still_to_come, COOPERATIVE)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int begun = 0;
	cigo_task *a = t_group_job(g, .ns = CIGO_S(60)), *b, *c;

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	b = t_group_job(g, .begun = &begun);
	cigo_group_cancel(g, -EXDEV);
	c = t_group_job(g, .begun = &begun);
	fails(cigo_group_wait(ctx, g), -EXDEV);
	equal(cigo_now(ctx) - start, CIGO_MS(1));
	fails(cigo_future_error(a), -EXDEV);
	fails(cigo_future_error(b), -EXDEV);
	fails(cigo_future_error(c), -EXDEV);
	equal(begun, 0);
	cigo_group_close(ctx, g);
}

LOOP_TEST(cancelling_a_group_that_keeps_going_cancels_all_too)
{
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_KEEP_GOING);
	cigo_task *a = t_group_job(g, .ns = CIGO_S(60));

	cigo_group_cancel(g, 0);
	fails(cigo_group_wait(ctx, g), -ECANCELED);
	fails(cigo_future_error(a), -ECANCELED);
	cigo_group_close(ctx, g);
}

LOOP_TEST(a_group_s_tasks_descend_from_its_context)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	cigo_group *g = cigo_group_new(c, 0, 0);
	cigo_task *t = t_group_job(g, .ns = CIGO_S(60));

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_ctx_cancel(c, -EXDEV);
	fails(cigo_group_wait(ctx, g), -EXDEV);
	fails(cigo_future_error(t), -EXDEV);
	cigo_group_close(ctx, g);
	cigo_ctx_unref(c);
}

LOOP_TEST(a_wait_whose_context_ends_cancels_the_group_and_waits_on)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int ended = 0;
	cigo_task *t = t_group_job(g, .ns = CIGO_S(60), .cleanup = CIGO_MS(30), .ended = &ended);

	fails(cigo_group_wait(timed, g), -ETIMEDOUT);
	equal(ended, 1);
	equal(cigo_now(ctx) - start, CIGO_MS(35));
	fails(cigo_future_error(t), -ETIMEDOUT);
	cigo_group_close(ctx, g);
	cigo_ctx_unref(timed);
}

CORO(waits_in_a_group)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int *ended = arg;

	t_group_job(g, .ns = CIGO_S(60), .cleanup = CIGO_MS(30), .ended = &ended[0]);
	cigo_ignore(cigo_group_wait(ctx, g));
	ended[1] = ended[0];
	return cigo_group_close(ctx, g);
}

LOOP_TEST(cancelling_who_waits_in_a_group_cancels_the_group_and_waits_for_it)
{
	int64_t start = cigo_now(ctx);
	int ended[2] = { 0 };
	cigo_task *t = cigo_spawn(ctx, waits_in_a_group, 0, ended);

	ok(cigo_sleep(ctx, CIGO_MS(5)));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	equal(ended[1], 1);
	equal(cigo_now(ctx) - start, CIGO_MS(35));
}

LOOP_TEST(close_cancels_what_runs_and_waits_for_it_whatever_the_context_says, COOPERATIVE)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *dead = t_dead(ctx, -EXDEV);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int ended = 0, begun = 0;

	t_group_job(g, .ns = CIGO_S(60), .cleanup = CIGO_MS(30), .ended = &ended);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_group_job(g, .begun = &begun);
	cigo_group_close(dead, g);
	equal(ended, 1);
	equal(begun, 0);
	equal(cigo_now(ctx) - start, CIGO_MS(31));
	cigo_ctx_unref(dead);
}

LOOP_TEST(a_group_may_be_made_for_clean_up)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_ctx *clean = cigo_ctx_without_cancel(dead, CIGO_S(1));
	cigo_group *g = cigo_group_new(clean, 0, 0);
	int ended = 0;

	t_group_job(g, .ns = CIGO_MS(5), .ended = &ended);
	ok(cigo_group_wait(clean, g));
	equal(ended, 1);
	ok(cigo_group_close(clean, g));
	cigo_ctx_unref(clean);
	cigo_ctx_unref(dead);
}

LOOP_TEST(a_group_in_a_dead_context_begins_nothing)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_group *g = cigo_group_new(dead, 0, 0);
	int begun = 0;

	t_group_job(g, .begun = &begun);
	fails(cigo_group_wait(ctx, g), -EIO);
	equal(begun, 0);
	cigo_group_close(ctx, g);
	cigo_ctx_unref(dead);
}

TEST_CASE("cycles");

CORO(waits_for_its_group)
{
	return cigo_group_wait(ctx, *(cigo_group **)arg);
}

CORO(awaits_at)
{
	return cigo_join(ctx, *(cigo_task **)arg);
}

LOOP_TEST(a_task_that_waits_for_its_own_group_is_told)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *t = cigo_spawn_in(g, waits_for_its_group, 0, &g);

	fails(cigo_group_wait(ctx, g), -EDEADLK);
	fails(cigo_future_error(t), -EDEADLK);
	cigo_group_close(ctx, g);
}

LOOP_TEST(a_group_s_task_that_awaits_who_waits_for_the_group_is_told, COOPERATIVE)
{
	cigo_task *parent = cigo_task_current(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *t = cigo_spawn_in(g, awaits_at, 0, &parent);

	fails(cigo_group_wait(ctx, g), -EDEADLK);
	fails(cigo_future_error(t), -EDEADLK);
	cigo_group_close(ctx, g);
}

CORO(grandchild_awaits)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int err;

	cigo_spawn_in(g, awaits_at, 0, arg);
	err = cigo_group_wait(ctx, g);
	cigo_group_close(ctx, g);
	return err;
}

LOOP_TEST(a_circle_through_two_groups_is_found, COOPERATIVE)
{
	cigo_task *parent = cigo_task_current(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, grandchild_awaits, 0, &parent);
	fails(cigo_group_wait(ctx, g), -EDEADLK);
	cigo_group_close(ctx, g);
}

LOOP_TEST(a_task_that_awaits_who_closes_its_group_is_cancelled)
{
	cigo_task *parent = cigo_task_current(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *t = cigo_future_ref(cigo_spawn_in(g, awaits_at, 0, &parent));

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	fails(cigo_group_wait(ctx, g), -EDEADLK);
	ok(cigo_group_close(ctx, g));
	fails(cigo_future_error(t), -ECANCELED);
	cigo_future_unref(t);
}

LOOP_TEST(a_task_that_awaits_who_waits_for_the_group_is_cancelled_with_it)
{
	cigo_ctx *timed = cigo_ctx_with_cancel(ctx);
	cigo_task *parent = cigo_task_current(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, awaits_at, 0, &parent);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_ctx_cancel(timed, -EIO);
	fails(cigo_group_wait(timed, g), -EIO);
	cigo_group_close(ctx, g);
	cigo_ctx_unref(timed);
}

TEST_CASE("limits");

struct counter {
	int running, most, total;
	int64_t ns;
};

CORO(counts_running)
{
	struct counter *c = arg;
	int err;

	t_count(&c->total);
	t_count_in(&c->running, &c->most);
	err = cigo_sleep(ctx, c->ns);
	t_count_out(&c->running);
	return err;
}

LOOP_TEST(at_most_limit_bodies_run_at_a_time)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 3, 0);
	struct counter c = { .ns = CIGO_MS(10) };

	for (int i = 0; i < 10; i++)
		cigo_spawn_in(g, counts_running, 0, &c);
	ok(cigo_group_wait(ctx, g));
	equal(c.most, 3);
	equal(c.total, 10);
	equal(cigo_now(ctx) - start, CIGO_MS(40));
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(no_limit_means_all_at_once)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	struct counter c = { .ns = CIGO_MS(10) };

	for (int i = 0; i < 100; i++)
		cigo_spawn_in(g, counts_running, 0, &c);
	ok(cigo_group_wait(ctx, g));
	equal(c.most, 100);
	equal(cigo_now(ctx) - start, CIGO_MS(10));
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(those_over_the_limit_begin_in_the_order_of_their_start)
{
	static const char *const words[] = { "a", "b", "c", "d", "e" };
	cigo_group *g = cigo_group_new(ctx, 1, 0);

	for (int i = 0; i < 5; i++)
		t_group_job(g, .ns = CIGO_MS(5 - i), .word = words[i]);
	ok(cigo_group_wait(ctx, g));
	t_expect_said("abcde");
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(those_over_the_limit_never_begin_when_the_group_fails)
{
	cigo_group *g = cigo_group_new(ctx, 2, 0);
	int begun = 0;

	t_group_job(g, .ns = CIGO_MS(1), .result = -EIO, .begun = &begun);
	t_group_job(g, .ns = CIGO_MS(9), .begun = &begun);
	for (int i = 0; i < 10; i++)
		t_group_job(g, .begun = &begun);
	fails(cigo_group_wait(ctx, g), -EIO);
	equal(begun, 2);
	cigo_group_close(ctx, g);
}

LOOP_TEST(one_over_the_limit_can_be_cancelled_by_itself)
{
	cigo_group *g = cigo_group_new(ctx, 1, CIGO_GROUP_KEEP_GOING);
	int begun[2] = { 0 };
	cigo_task *over;

	t_group_job(g, .ns = CIGO_MS(5));
	over = t_group_job(g, .begun = &begun[0]);
	t_group_job(g, .begun = &begun[1]);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_future_cancel(over, -EXDEV);
	fails(cigo_join(ctx, over), -EXDEV);
	fails(cigo_group_wait(ctx, g), -EXDEV);
	equal(begun[0], 0);
	equal(begun[1], 1);
	cigo_group_close(ctx, g);
}

TEST_CASE("next", .seconds = 30);

LOOP_TEST(next_gives_the_tasks_as_they_finish)
{
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_KEEP_GOING);
	cigo_task *a = t_group_job(g, .ns = CIGO_MS(3));
	cigo_task *b = t_group_job(g, .ns = CIGO_MS(1), .result = -EIO);
	cigo_task *c = t_group_job(g, .ns = CIGO_MS(2));

	ck_assert_ptr_eq(next_of(ctx, g), b);
	fails(cigo_future_error(b), -EIO);
	ok(cigo_sleep(ctx, CIGO_MS(10))); /* the others finish meanwhile */
	ck_assert_ptr_eq(next_of(ctx, g), c);
	ck_assert_ptr_eq(next_of(ctx, g), a);
	ck_assert_ptr_null(next_of(ctx, g));
	ck_assert_ptr_null(next_of(ctx, g));
	t_group_job(g, .value = 1);
	ck_assert_ptr_nonnull(next_of(ctx, g));
	ck_assert_ptr_null(next_of(ctx, g));
	fails(cigo_group_close(ctx, g), -EIO);
}

LOOP_TEST(next_gives_those_too_that_never_began)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	int n = 0;
	cigo_task *t;

	t_group_job(g, .result = -EIO);
	t_group_job(g, .value = 1);
	t_group_job(g, .value = 1);
	while ((t = next_of(ctx, g))) {
		ck_assert(cigo_future_is_done(t));
		n++;
	}
	equal(n, 3);
	cigo_group_close(ctx, g);
}

LOOP_TEST(next_under_a_cancelled_context_gives_none_at_once)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *t = t_group_job(g, .ns = CIGO_MS(9));

	ck_assert_ptr_null(next_of(timed, g));
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert(!cigo_future_is_done(t));
	ck_assert_ptr_eq(next_of(ctx, g), t); /* it was not lost */
	ok(cigo_group_close(ctx, g));
	cigo_ctx_unref(timed);
}

CORO(gives_square)
{
	int n = *(int *)arg;

	*(int *)ret = n * n;
	return cigo_sleep(ctx, CIGO_MS(100 - n));
}

LOOP_TEST(a_thousand_results_can_be_gathered_as_they_come)
{
	cigo_group *g = cigo_group_new(ctx, 20, 0);
	int value, n = 0;
	int64_t sum = 0;
	cigo_task *t;

	for (int i = 0; i < 1000; i++)
		cigo_spawn_copy_in(g, gives_square, sizeof(int), &(int){ i % 100 });
	while ((t = next_of(ctx, g))) {
		ok(cigo_result(t, &value));
		sum += value;
		n++;
	}
	equal(n, 1000);
	equal(sum, 3283500);
	ok(cigo_group_close(ctx, g));
}

/* The CPU time this process needs to gather n results as they come. */
static int64_t gathering(cigo_ctx *ctx, int n)
{
	cigo_group *g = cigo_group_new(ctx, 10, 0);
	struct timespec from, to;
	int taken = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (int i = 0; i < n; i++)
		t_group_job(g, .ns = 1);
	while (next_of(ctx, g))
		taken++;
	equal(taken, n);
	ok(cigo_group_close(ctx, g));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (to.tv_sec - from.tv_sec) * INT64_C(1000000000) + to.tv_nsec - from.tv_nsec;
}

LOOP_TEST(gathering_four_times_as_many_results_takes_about_four_times_as_long, COOPERATIVE)
{
	int n = (int)t_scale(20000, 1000);
	int64_t once, four_times;

	gathering(ctx, n / 10); /* warms up */
	once = gathering(ctx, n);
	four_times = gathering(ctx, 4 * n);
	ck_assert_msg(four_times < 7 * once, "%d: %.0f ms, four times as many: %.0f ms", n,
		      once / 1e6, four_times / 1e6);
}

TEST_CASE("reap");

LOOP_TEST(a_group_that_reaps_keeps_no_done_task, COOPERATIVE)
{
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_REAP);
	long n = t_scale(20000, 2000);
	struct mallinfo2 before, after;
	int ended = 0;

	for (long i = -100; i < n; i++) {
		if (i == 0)
			before = mallinfo2();
		t_group_job(g, .ended = &ended);
		if (i % 10 == 0 && cigo_yield(ctx) != 0)
			ck_abort();
	}
	ok(cigo_yield(ctx));
	after = mallinfo2();
	equal(ended, n + 100);
	if (!t_is_slow())
		ck_assert_uint_lt(after.uordblks, before.uordblks + 100000);
	ck_assert_ptr_null(next_of(ctx, g));
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(next_in_a_group_that_reaps_yields_none)
{
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_REAP);

	t_group_job(g, .ns = CIGO_MS(1));
	ck_assert_ptr_null(next_of(ctx, g));
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
}

LOOP_TEST(a_group_that_reaps_remembers_the_first_failure)
{
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_REAP);
	int ended = 0;

	t_group_job(g, .ns = CIGO_MS(1), .result = -EIO);
	t_group_job(g, .ns = CIGO_S(60), .ended = &ended);
	fails(cigo_group_wait(ctx, g), -EIO);
	equal(ended, 1);
	fails(cigo_group_close(ctx, g), -EIO);
}

TEST_CASE("arguments");

static int freed;

static void counts_free(void *arg)
{
	CIGO_UNUSED(arg);
	freed++;
}

LOOP_TEST(an_argument_is_freed_exactly_once_in_every_case)
{
	cigo_task_options o = { .size = sizeof o, .arg_free = counts_free, .name = "freeing" };
	cigo_task_options copy = { .size = sizeof o,
				   .arg_free = counts_free,
				   .arg_size = sizeof(int64_t) };
	cigo_group *g = cigo_group_new(ctx, 1, 0);
	int64_t ns = CIGO_MS(1);

	ck_assert_ptr_null(cigo_group_spawn_with(NULL, runs_nothing, 0, &ns, &o));
	equal(freed, 1); /* could not be started */
	cigo_group_spawn_with(g, runs_nothing, 0, &ns, &o);
	cigo_group_spawn_with(g, runs_nothing, 0, &ns, &copy);
	ok(cigo_group_wait(ctx, g));
	equal(freed, 3); /* ran */
	cigo_group_spawn_with(g, t_sleeper, 0, &ns, &o);
	cigo_group_spawn_with(g, runs_nothing, 0, &ns, &copy);
	ok(cigo_yield(ctx));
	cigo_group_cancel(g, 0);
	fails(cigo_group_wait(ctx, g), -ECANCELED);
	equal(freed, 5); /* was cancelled, never got its turn */
	cigo_group_spawn_with(g, runs_nothing, 0, &ns, &o);
	fails(cigo_group_wait(ctx, g), -ECANCELED);
	equal(freed, 6); /* came after the end */
	ck_assert_ptr_null(cigo_group_spawn_with(g, runs_nothing, SIZE_MAX / 2, &ns, &o));
	equal(freed, 7); /* could not be made */
	cigo_group_close(ctx, g);
	equal(freed, 7);
}

TEST_CASE("misuse");

CORO(leaves_a_group_open)
{
	t_group_job(cigo_group_new(ctx, 0, 0), .ns = CIGO_MS(1));
	return 0;
}

MISUSE_TEST(returning_with_an_open_group_is_misuse_and_names_the_body, "leaves_a_group_open")
{
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, leaves_a_group_open, 0, NULL), NULL, 0));
}

CORO(leaves_an_empty_group_open)
{
	return cigo_group_new(ctx, 0, 0) ? 0 : -ENOMEM;
}

MISUSE_TEST(returning_with_an_open_empty_group_is_misuse_too, "group")
{
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, leaves_an_empty_group_open, 0, NULL),
				     NULL, 0));
}

MISUSE_TEST(options_without_their_size_are_misuse, "cigo_group_spawn_with")
{
	cigo_task_options o = { .name = "x" };

	cigo_group_spawn_with(cigo_group_new(ctx, 0, 0), runs_nothing, 0, NULL, &o);
}

CORO(closes)
{
	return cigo_group_close(ctx, *(cigo_group **)arg);
}

MISUSE_TEST(closing_the_group_one_is_in_is_misuse, "close the group it is in")
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, closes, 0, &g);
	cigo_ignore(cigo_group_wait(ctx, g));
}

CORO(awaits_whatever_comes)
{
	return cigo_join(cigo_ctx_without_cancel(ctx, CIGO_NEVER), *(cigo_task **)arg);
}

MISUSE_TEST(closing_a_group_that_waits_for_oneself_whatever_comes_is_misuse, "cannot be cancelled")
{
	cigo_task *parent = cigo_task_current(ctx);
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, awaits_whatever_comes, 0, &parent);
	cigo_ignore(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_group_close(ctx, g);
}

PLAIN_MISUSE_TEST(a_group_without_a_loop_is_misuse, "cigo_group_new")
{
	cigo_ignore(cigo_group_new(ctx, 0, 0) == NULL);
}

THREAD(starts_foreign)
{
	cigo_spawn_in(arg, runs_nothing, 0, NULL);
	return NULL;
}

THREAD(cancels_foreign)
{
	cigo_group_cancel(arg, 0);
	return NULL;
}

MISUSE_TEST(starting_from_a_foreign_thread_is_misuse, "cigo_group_spawn")
{
	on_thread(starts_foreign, cigo_group_new(ctx, 0, 0));
}

MISUSE_TEST(cancelling_a_group_from_a_foreign_thread_is_misuse, "cigo_group_cancel")
{
	on_thread(cancels_foreign, cigo_group_new(ctx, 0, 0));
}

/* ---- the line of a limited group ---- */

TEST_CASE("lines and circles");

LOOP_TEST(a_task_cancelled_in_the_line_of_its_group_is_done_at_once, COOPERATIVE)
{
	int64_t start = cigo_now(ctx);
	cigo_group *g = cigo_group_new(ctx, 1, CIGO_GROUP_KEEP_GOING);
	int begun = 0;

	t_group_job(g, .ns = CIGO_S(1), .begun = &begun);
	cigo_task *second = t_group_job(g, .begun = &begun);
	cigo_task *third = t_group_job(g, .begun = &begun);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_future_cancel(second, -33), 0);
	ck_assert_int_eq(cigo_future_await(ctx, second, NULL, 0), -33);
	ck_assert_int_eq(cigo_now(ctx), start);
	ck_assert(!cigo_future_is_done(third));
	ck_assert_int_eq(cigo_group_wait(ctx, g), -33);
	ck_assert_int_eq(begun, 2);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_S(1));
	ck_assert_int_eq(cigo_group_close(ctx, g), -33);
}

LOOP_TEST(of_those_in_line_the_first_cancellation_counts)
{
	cigo_group *g = cigo_group_new(ctx, 1, 0);

	t_group_job(g, .ns = CIGO_S(1));
	cigo_task *second = t_group_job(g, .value = 1);
	cigo_group_cancel(g, -33);
	cigo_future_cancel(second, -44);
	ck_assert_int_eq(cigo_future_await(ctx, second, NULL, 0), -33);
	ck_assert_int_eq(cigo_group_close(ctx, g), -33);
}

LOOP_TEST(close_tells_why_the_group_was_cancelled_whether_or_not_all_had_returned)
{
	for (int i = 0; i < 2; i++) {
		cigo_group *g = cigo_group_new(ctx, 0, 0);

		t_group_job(g, .ns = CIGO_S(1));
		cigo_group_cancel(g, -33);
		if (i)
			ck_assert_int_eq(cigo_sleep(ctx, CIGO_S(2)), 0);
		ck_assert_int_eq(cigo_group_close(ctx, g), -33);
	}
}

LOOP_TEST(close_after_a_wait_that_timed_out_tells_that)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));

	t_group_job(g, .ns = CIGO_S(1));
	ck_assert_int_eq(cigo_group_wait(timed, g), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	t_group_job(g, .ns = CIGO_S(1));
	ck_assert_int_eq(cigo_group_close(ctx, g), -ETIMEDOUT);
}

/* ---- next of one ---- */

static int awaits_its_owner(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_future_await(ctx, arg, NULL, 0);
}

LOOP_TEST(a_circle_through_next_of_the_only_task_is_told, COOPERATIVE)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_task *t = cigo_spawn_in(g, awaits_its_owner, 0, cigo_task_current(ctx)), *finished;

	ck_assert_int_eq(cigo_group_next(ctx, g, &finished), 1);
	ck_assert_ptr_eq(finished, t);
	ck_assert_int_eq(cigo_future_error(t), -EDEADLK);
	ck_assert_int_eq(cigo_group_close(ctx, g), -EDEADLK);
}
