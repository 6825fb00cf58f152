/* SPDX-License-Identifier: MIT
 * The semaphore between coroutines: units, FIFO hand-over, no unit lost.
 */
#include "tests/tools/sync.h"

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

static int uses_unit(cigo_ctx *ctx, void *arg, void *ret)
{
	struct user *u = arg;
	struct shared *s = u->shared;

	CIGO_UNUSED(ret);
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

T_CORO(units_there_are_taken_at_once)
{
	cigo_semaphore *s = cigo_semaphore_new(3, 0);

	ck_assert_ptr_nonnull(s);
	cigo_detach(t_job(ctx, .word = "other"));
	for (size_t i = 3; i > 0; i--) {
		ck_assert_uint_eq(cigo_semaphore_value(s), i);
		ck_assert_int_eq(cigo_semaphore_acquire(ctx, s), 0);
	}
	ck_assert_uint_eq(cigo_semaphore_value(s), 0);
	t_expect_said("");
	cigo_semaphore_free(s);
}

T_CORO(no_more_are_inside_than_there_are_units)
{
	int64_t start = cigo_now(ctx);
	struct shared s = { .s = cigo_semaphore_new(4, 4) };
	struct user u = { &s, NULL, CIGO_MS(1), 0 };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 100; i++)
		cigo_spawn_copy_in(g, uses_unit, 0, &u);
	ck_assert_int_eq(cigo_group_wait(ctx, g), 0);
	ck_assert_int_eq(s.most, 4);
	ck_assert_int_eq(s.done, 100);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(25));
	ck_assert_uint_eq(cigo_semaphore_value(s.s), 4);
	ck_assert_int_eq(cigo_group_close(ctx, g), 0);
	cigo_semaphore_free(s.s);
}

T_CORO(units_are_handed_over_in_the_order_of_coming)
{
	static const char *const words[] = { "a", "b", "c", "d", "e" };
	struct shared s = { .s = cigo_semaphore_new(1, 0) };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 5; i++) {
		struct user u = { &s, words[i], CIGO_MS(5 - i), 0 };
		cigo_spawn_copy_in(g, uses_unit, 0, &u);
	}
	ck_assert_int_eq(cigo_group_wait(ctx, g), 0);
	t_expect_said("abcde");
	ck_assert_int_eq(cigo_group_close(ctx, g), 0);
	cigo_semaphore_free(s.s);
}

T_CORO(a_unit_handed_over_cannot_be_snatched_away)
{
	struct shared s = { .s = cigo_semaphore_new(0, 0) };
	struct user u = { &s, "waiter ", 0, 0 };
	cigo_task *t = cigo_spawn(ctx, uses_unit, 0, &u);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_semaphore_release(s.s); /* does not switch */
	t_say("giver ");
	ck_assert_uint_eq(cigo_semaphore_value(s.s), 0);
	ck_assert(!cigo_semaphore_try_acquire(s.s));
	ck_assert_int_eq(cigo_semaphore_acquire(ctx, s.s), 0); /* behind it */
	t_say("again");
	t_expect_said("giver waiter again");
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	cigo_semaphore_free(s.s);
}

T_CORO(try_acquire_takes_only_what_is_there)
{
	cigo_semaphore *s = cigo_semaphore_new(1, 0);

	ck_assert(cigo_semaphore_try_acquire(s));
	ck_assert(!cigo_semaphore_try_acquire(s));
	cigo_semaphore_release(s);
	cigo_semaphore_release(s); /* without a maximum there may be more than at the start */
	ck_assert_uint_eq(cigo_semaphore_value(s), 2);
	cigo_semaphore_free(s);
	CIGO_UNUSED(ctx);
}

static void releases(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(status);
	cigo_semaphore_release(arg);
}

T_CORO(a_callback_may_release)
{
	cigo_semaphore *s = cigo_semaphore_new(0, 0);
	int64_t start = cigo_now(ctx);

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(3), releases, s);
	ck_assert_int_eq(cigo_semaphore_acquire(ctx, s), 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(3));
	cigo_semaphore_free(s);
}

T_CORO(who_never_has_to_wait_gives_the_others_a_turn)
{
	cigo_semaphore *s = cigo_semaphore_new(1, 1);

	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(cigo_semaphore_acquire(ctx, s), 0);
		cigo_semaphore_release(s);
	}
	t_expect_said("other");
	cigo_semaphore_free(s);
}

/* ---- cancelling ---- */

T_CORO(a_cancelled_waiter_just_leaves_the_line)
{
	struct shared s = { .s = cigo_semaphore_new(0, 0) };
	struct user a = { &s, "a", 0, 0 }, b = { &s, "b", 0, 0 }, c = { &s, "c", 0, 0 };
	cigo_task *ta = cigo_spawn(ctx, uses_unit, 0, &a);
	cigo_task *tb = cigo_spawn(ctx, uses_unit, 0, &b);
	cigo_task *tc = cigo_spawn(ctx, uses_unit, 0, &c);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_task_stop(ctx, tb), -ECANCELED);
	ck_assert_int_eq(b.err, -ECANCELED);
	cigo_semaphore_release(s.s);
	ck_assert_int_eq(cigo_wait_all(ctx, ta, tc), 0);
	t_expect_said("ac");
	ck_assert_int_eq(s.most, 1);
	ck_assert_uint_eq(cigo_semaphore_value(s.s), 1);
	cigo_future_unref(ta);
	cigo_future_unref(tc);
	cigo_semaphore_free(s.s);
}

T_CORO(a_unit_handed_over_before_the_cancellation_is_taken)
{
	struct shared s = { .s = cigo_semaphore_new(0, 0) };
	struct user u = { &s, NULL, CIGO_S(1), 1 };
	cigo_task *t = cigo_spawn(ctx, uses_unit, 0, &u);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_semaphore_release(s.s);
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(u.err, 0);
	ck_assert_uint_eq(cigo_semaphore_value(s.s), 1); /* it gave it back */
	cigo_semaphore_free(s.s);
}

T_CORO(a_unit_is_not_handed_to_who_was_cancelled_before)
{
	struct shared s = { .s = cigo_semaphore_new(0, 0) };
	struct user u = { &s, NULL, 0, 1 };
	cigo_task *t = cigo_spawn(ctx, uses_unit, 0, &u);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t, -EIO);
	cigo_semaphore_release(s.s);
	ck_assert_uint_eq(cigo_semaphore_value(s.s), 1);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(u.err, -EIO);
	cigo_semaphore_free(s.s);
}

T_CORO(an_acquire_waits_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_semaphore *s = cigo_semaphore_new(0, 0);

	ck_assert_int_eq(cigo_semaphore_acquire(timed, s), -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_semaphore_release(s);
	ck_assert_uint_eq(cigo_semaphore_value(s), 1);
	ck_assert_int_eq(cigo_semaphore_acquire(timed, s), -ETIMEDOUT); /* dead: takes none */
	ck_assert_uint_eq(cigo_semaphore_value(s), 1);
	cigo_semaphore_free(s);
	cigo_ctx_unref(timed);
}

static cigo_semaphore *of_run;
static int left_error;

static int waits_for_ever(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	left_error = cigo_semaphore_acquire(ctx, of_run);
	return left_error;
}

static int leaves_waiter(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_detach(cigo_spawn(ctx, waits_for_ever, 0, NULL));
	return cigo_yield(ctx);
}

T_TEST(waiters_are_cancelled_at_the_run_s_end)
{
	of_run = cigo_semaphore_new(0, 1);
	ck_assert_int_eq(t_run(leaves_waiter, NULL), 0);
	ck_assert_int_eq(left_error, -ECANCELED);
	cigo_semaphore_release(of_run);
	ck_assert_uint_eq(cigo_semaphore_value(of_run), 1);
	cigo_semaphore_free(of_run);
}
END_TEST

T_CORO_SEEDS(under_any_schedule_and_cancellation_no_unit_is_lost_or_doubled)
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
		ck_assert_int_eq(t_roll(2) ? cigo_yield(ctx) : cigo_sleep(ctx, CIGO_MS(1)), 0);
		cigo_future_cancel(tasks[t_roll(30)], -EIO);
	}
	for (int i = 0; i < 30; i++) {
		good += !cigo_future_take(ctx, tasks[i], NULL, 0);
		entered += users[i].err == 0;
	}
	ck_assert_int_ge(good, 18);
	ck_assert_int_le(s.most, 3);
	ck_assert_int_eq(s.inside, 0);
	ck_assert_int_eq(s.done, entered);
	ck_assert_uint_eq(cigo_semaphore_value(s.s), 3);
	cigo_semaphore_free(s.s);
}

/* ---- bad input, plain threads ---- */

T_CORO(a_semaphore_that_could_not_be_made_is_one_that_failed)
{
	ck_assert_int_eq(cigo_semaphore_acquire(ctx, NULL), -ENOMEM);
	ck_assert(!cigo_semaphore_try_acquire(NULL));
	ck_assert_uint_eq(cigo_semaphore_value(NULL), 0);
	cigo_semaphore_release(NULL);
	cigo_semaphore_free(NULL);
}

T_CORO(without_a_context_nothing_is_acquired)
{
	cigo_semaphore *s = cigo_semaphore_new(1, 0);

	ck_assert_int_eq(cigo_semaphore_acquire(NULL, s), -ENOMEM);
	ck_assert_uint_eq(cigo_semaphore_value(s), 1);
	cigo_semaphore_free(s);
	CIGO_UNUSED(ctx);
}

T_PLAIN(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_semaphore *s = cigo_semaphore_new(2, 2);
	cigo_ctx *dead = t_dead(cigo_ctx_background(), -EIO);

	ck_assert_int_eq(cigo_semaphore_acquire(cigo_ctx_background(), s), 0);
	ck_assert_int_eq(cigo_semaphore_acquire(dead, s), -EIO);
	ck_assert(cigo_semaphore_try_acquire(s));
	cigo_semaphore_release(s);
	cigo_semaphore_release(s);
	ck_assert_uint_eq(cigo_semaphore_value(s), 2);
	cigo_ctx_unref(dead);
	cigo_semaphore_free(s);
}

/* ---- misuse ---- */

T_MISUSE(more_units_than_the_maximum_at_the_start_is_misuse, "cigo_semaphore_new")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_semaphore_new(3, 2));
}

T_MISUSE(releasing_beyond_the_maximum_is_misuse, "cigo_semaphore_release")
{
	cigo_semaphore *s = cigo_semaphore_new(1, 1);

	cigo_ignore(cigo_semaphore_acquire(ctx, s));
	cigo_semaphore_release(s);
	cigo_semaphore_release(s);
}

T_MISUSE(freeing_one_someone_waits_for_is_misuse, "cigo_semaphore_free")
{
	struct shared s = { .s = cigo_semaphore_new(0, 0) };
	struct user u = { &s, NULL, 0, 0 };

	cigo_detach(cigo_spawn(ctx, uses_unit, 0, &u));
	cigo_ignore(cigo_yield(ctx));
	cigo_semaphore_free(s.s);
}

T_MISUSE_CALLBACK(acquiring_in_a_callback_is_misuse, "cigo_semaphore_acquire")
{
	cigo_ignore(cigo_semaphore_acquire(ctx, cigo_semaphore_new(1, 1)));
}

T_MISUSE_PLAIN(waiting_without_a_loop_is_misuse, "cigo_semaphore_acquire")
{
	cigo_ignore(cigo_semaphore_acquire(cigo_ctx_background(), cigo_semaphore_new(0, 1)));
}

static void *releases_foreign(void *s)
{
	cigo_semaphore_release(s);
	return NULL;
}

T_MISUSE(waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse, "cigo_semaphore_release")
{
	struct shared s = { .s = cigo_semaphore_new(0, 0) };
	struct user u = { &s, NULL, 0, 0 };

	cigo_detach(cigo_spawn(ctx, uses_unit, 0, &u));
	cigo_ignore(cigo_yield(ctx));
	t_foreign(releases_foreign, s.s);
}

int main(void)
{
	Suite *s = suite_create("semaphore");
	TCase *tc = t_case(s, "units");

	t_add(tc, no_more_are_inside_than_there_are_units, try_acquire_takes_only_what_is_there,
	      a_callback_may_release);
	t_add_cooperative(tc, units_there_are_taken_at_once);
	t_add_cooperative(tc, units_are_handed_over_in_the_order_of_coming);
	t_add_cooperative(tc, a_unit_handed_over_cannot_be_snatched_away);
	t_add_cooperative(tc, who_never_has_to_wait_gives_the_others_a_turn);
	tc = t_case(s, "cancelling");
	t_add(tc, a_unit_handed_over_before_the_cancellation_is_taken,
	      a_unit_is_not_handed_to_who_was_cancelled_before,
	      an_acquire_waits_no_longer_than_its_timeout, waiters_are_cancelled_at_the_run_s_end);
	t_add_cooperative(tc, a_cancelled_waiter_just_leaves_the_line);
	tc = t_case_slow(s, "schedules", 30);
	t_add_cooperative(tc, under_any_schedule_and_cancellation_no_unit_is_lost_or_doubled);
	tc = t_case(s, "bad input and plain threads");
	t_add(tc, a_semaphore_that_could_not_be_made_is_one_that_failed,
	      without_a_context_nothing_is_acquired,
	      a_plain_thread_may_use_one_where_it_need_not_wait);
	tc = t_case(s, "misuse");
	t_add(tc, more_units_than_the_maximum_at_the_start_is_misuse,
	      releasing_beyond_the_maximum_is_misuse, freeing_one_someone_waits_for_is_misuse,
	      acquiring_in_a_callback_is_misuse, waiting_without_a_loop_is_misuse,
	      waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse);
	return t_main(s);
}
