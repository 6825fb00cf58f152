/* SPDX-License-Identifier: MIT
 * The semaphore between coroutines: units, FIFO hand-over, no unit lost.
 */
#include "tests/tools/kit.h"

struct shared {
	cigo_semaphore *s;
	int inside, most, done;
};

struct user {
	struct shared *shared;
	const char *word;
	int64_t ns;
	int err;
};

CORO(uses_unit)
{
	struct user *u = arg;
	struct shared *s = u->shared;

	u->err = cigo_semaphore_acquire(ctx, s->s);
	if (u->err)
		return u->err;
	if (++s->inside > s->most)
		s->most = s->inside;
	if (u->word)
		t_say(u->word);
	int err = u->ns ? cigo_sleep(ctx, u->ns) : cigo_yield(ctx);
	s->inside--;
	s->done++;
	cigo_semaphore_release(s->s);
	return err;
}

TEST_CASE("units");

LOOP_TEST(units_there_are_taken_at_once, COOPERATIVE)
{
	cigo_semaphore *s = cigo_semaphore_new(3, 0);

	ck_assert_ptr_nonnull(s);
	cigo_detach(t_job(ctx, .word = "other"));
	for (size_t i = 3; i > 0; i--) {
		equal(cigo_semaphore_value(s), i);
		ok(cigo_semaphore_acquire(ctx, s));
	}
	equal(cigo_semaphore_value(s), 0);
	t_expect_said("");
	cigo_semaphore_free(s);
}

LOOP_TEST(no_more_are_inside_than_there_are_units)
{
	int64_t start = cigo_now(ctx);
	struct shared s = { .s = cigo_semaphore_new(4, 4) };
	struct user u = { &s, NULL, CIGO_MS(1), 0 };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 100; i++)
		cigo_spawn_copy_in(g, uses_unit, 0, &u);
	ok(cigo_group_wait(ctx, g));
	equal(s.most, 4);
	equal(s.done, 100);
	equal(cigo_now(ctx) - start, CIGO_MS(25));
	equal(cigo_semaphore_value(s.s), 4);
	ok(cigo_group_close(ctx, g));
	cigo_semaphore_free(s.s);
}

LOOP_TEST(units_are_handed_over_in_the_order_of_coming, COOPERATIVE)
{
	static const char *const words[] = { "a", "b", "c", "d", "e" };
	struct shared s = { .s = cigo_semaphore_new(1, 0) };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 5; i++) {
		struct user u = { &s, words[i], CIGO_MS(5 - i), 0 };
		cigo_spawn_copy_in(g, uses_unit, 0, &u);
	}
	ok(cigo_group_wait(ctx, g));
	t_expect_said("abcde");
	ok(cigo_group_close(ctx, g));
	cigo_semaphore_free(s.s);
}

LOOP_TEST(a_unit_handed_over_cannot_be_snatched_away, COOPERATIVE)
{
	struct shared s = { .s = cigo_semaphore_new(0, 0) };
	struct user u = { &s, "waiter ", 0, 0 };
	cigo_task *t = cigo_spawn(ctx, uses_unit, 0, &u);

	ok(cigo_yield(ctx));
	cigo_semaphore_release(s.s); /* does not switch */
	t_say("giver ");
	equal(cigo_semaphore_value(s.s), 0);
	ck_assert(!cigo_semaphore_try_acquire(s.s));
	ok(cigo_semaphore_acquire(ctx, s.s)); /* behind it */
	t_say("again");
	t_expect_said("giver waiter again");
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_semaphore_free(s.s);
}

LOOP_TEST(try_acquire_takes_only_what_is_there)
{
	cigo_semaphore *s = cigo_semaphore_new(1, 0);

	ck_assert(cigo_semaphore_try_acquire(s));
	ck_assert(!cigo_semaphore_try_acquire(s));
	cigo_semaphore_release(s);
	cigo_semaphore_release(s); /* without a maximum there may be more than at the start */
	equal(cigo_semaphore_value(s), 2);
	cigo_semaphore_free(s);
}

CALLBACK(releases)
{
	cigo_semaphore_release(arg);
}

LOOP_TEST(a_callback_may_release)
{
	cigo_semaphore *s = cigo_semaphore_new(0, 0);
	int64_t start = cigo_now(ctx);

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(3), releases, s);
	ok(cigo_semaphore_acquire(ctx, s));
	equal(cigo_now(ctx) - start, CIGO_MS(3));
	cigo_semaphore_free(s);
}

LOOP_TEST(who_never_has_to_wait_gives_the_others_a_turn, COOPERATIVE)
{
	cigo_semaphore *s = cigo_semaphore_new(1, 1);

	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 100; i++) {
		ok(cigo_semaphore_acquire(ctx, s));
		cigo_semaphore_release(s);
	}
	t_expect_said("other");
	cigo_semaphore_free(s);
}

TEST_CASE("cancelling");

TEST_CASE("schedules", .seconds = 30);

SEED_TEST(under_any_schedule_and_cancellation_no_unit_is_lost_or_doubled, COOPERATIVE)
{
	struct shared s = { .s = cigo_semaphore_new(3, 3) };
	struct user users[30];
	cigo_task *tasks[30];
	int good = 0, entered = 0;

	for (int i = 0; i < 30; i++) {
		users[i] = (struct user){ &s, NULL, CIGO_MS(t_roll(3)), -1 };
		tasks[i] = cigo_spawn(ctx, uses_unit, 0, &users[i]);
	}
	for (int i = 0; i < 12; i++) {
		equal(t_roll(2) ? cigo_yield(ctx) : cigo_sleep(ctx, CIGO_MS(1)), 0);
		cigo_future_cancel(tasks[t_roll(30)], -EIO);
	}
	for (int i = 0; i < 30; i++) {
		good += !cigo_future_take(ctx, tasks[i], NULL, 0);
		entered += users[i].err == 0;
	}
	ck_assert_int_ge(good, 18);
	ck_assert_int_le(s.most, 3);
	equal(s.inside, 0);
	equal(s.done, entered);
	equal(cigo_semaphore_value(s.s), 3);
	cigo_semaphore_free(s.s);
}

TEST_CASE("bad input and plain threads");

LOOP_TEST(a_semaphore_that_could_not_be_made_is_one_that_failed)
{
	fails(cigo_semaphore_acquire(ctx, NULL), -ENOMEM);
	ck_assert(!cigo_semaphore_try_acquire(NULL));
	equal(cigo_semaphore_value(NULL), 0);
	cigo_semaphore_release(NULL);
	cigo_semaphore_free(NULL);
}

PLAIN_TEST(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_semaphore *s = cigo_semaphore_new(2, 2);
	cigo_ctx *dead = t_dead(ctx, -EIO);

	ok(cigo_semaphore_acquire(ctx, s));
	fails(cigo_semaphore_acquire(dead, s), -EIO);
	ck_assert(cigo_semaphore_try_acquire(s));
	cigo_semaphore_release(s);
	cigo_semaphore_release(s);
	equal(cigo_semaphore_value(s), 2);
	cigo_ctx_unref(dead);
	cigo_semaphore_free(s);
}

TEST_CASE("misuse");

MISUSE_TEST(more_units_than_the_maximum_at_the_start_is_misuse, "cigo_semaphore_new")
{
	cigo_ignore(cigo_semaphore_new(3, 2));
}

MISUSE_TEST(releasing_beyond_the_maximum_is_misuse, "cigo_semaphore_release")
{
	cigo_semaphore *s = cigo_semaphore_new(1, 1);

	cigo_ignore(cigo_semaphore_acquire(ctx, s));
	cigo_semaphore_release(s);
	cigo_semaphore_release(s);
}
