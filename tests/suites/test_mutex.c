/* SPDX-License-Identifier: MIT
 * The mutex between coroutines: exclusion over awaits, FIFO hand-over, owners.
 */
#include "tests/tools/bodies.h"

struct shared {
	cigo_mutex *m;
	int inside, most, done;
};

struct user {
	struct shared *shared;
	const char *word;
	int64_t ns;
	int err;
};

static int uses_mutex(cigo_ctx *ctx, void *arg, void *ret)
{
	struct user *u = arg;
	struct shared *s = u->shared;

	CIGO_UNUSED(ret);
	u->err = cigo_mutex_lock(ctx, s->m);
	if (u->err)
		return u->err;
	if (++s->inside > s->most)
		s->most = s->inside;
	t_say(u->word);
	u->err = u->ns ? cigo_sleep(ctx, u->ns) : cigo_yield(ctx);
	s->inside--;
	s->done++;
	cigo_mutex_unlock(s->m);
	return u->err;
}

#define USER(...)           \
	&(struct user)      \
	{                   \
		__VA_ARGS__ \
	}

T_CORO(an_unlocked_mutex_is_locked_at_once)
{
	cigo_mutex *m = cigo_mutex_new();

	ck_assert_ptr_nonnull(m);
	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(cigo_mutex_lock(ctx, m), 0);
		cigo_mutex_unlock(m);
	}
	t_expect_said("");
	cigo_mutex_free(m);
}

T_CORO(one_is_inside_at_a_time_though_it_waits_inside)
{
	int64_t start = cigo_now(ctx);
	struct shared s = { .m = cigo_mutex_new() };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 100; i++)
		cigo_spawn_copy_in(g, uses_mutex, 0, USER(&s, "", CIGO_MS(1), 0));
	ck_assert_int_eq(cigo_group_wait(ctx, g), 0);
	ck_assert_int_eq(s.most, 1);
	ck_assert_int_eq(s.done, 100);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(100));
	ck_assert_int_eq(cigo_group_close(ctx, g), 0);
	cigo_mutex_free(s.m);
}

T_CORO(the_lock_is_handed_over_in_the_order_of_coming)
{
	static const char *const words[] = { "a", "b", "c", "d", "e" };
	struct shared s = { .m = cigo_mutex_new() };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 5; i++)
		cigo_spawn_copy_in(g, uses_mutex, 0, USER(&s, words[i], CIGO_MS(5 - i), 0));
	ck_assert_int_eq(cigo_group_wait(ctx, g), 0);
	t_expect_said("abcde");
	ck_assert_int_eq(cigo_group_close(ctx, g), 0);
	cigo_mutex_free(s.m);
}

T_CORO(the_lock_is_handed_over_and_cannot_be_snatched_away)
{
	struct shared s = { .m = cigo_mutex_new() };
	cigo_task *t;

	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0);
	t = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "waiter ", 0, 0));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_mutex_unlock(s.m); /* does not switch: the waiter did not run yet */
	t_say("owner ");
	ck_assert(!cigo_mutex_try_lock(s.m));
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0); /* behind it in the line */
	t_say("again");
	t_expect_said("owner waiter again");
	cigo_mutex_unlock(s.m);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	cigo_mutex_free(s.m);
}

T_CORO(who_holds_it_cannot_lock_it_again)
{
	cigo_mutex *m = cigo_mutex_new();

	ck_assert_int_eq(cigo_mutex_lock(ctx, m), 0);
	ck_assert_int_eq(cigo_mutex_lock(ctx, m), -EDEADLK);
	ck_assert(!cigo_mutex_try_lock(m));
	cigo_mutex_unlock(m); /* once is enough */
	ck_assert(cigo_mutex_try_lock(m));
	ck_assert_int_eq(cigo_mutex_lock(ctx, m), -EDEADLK);
	cigo_mutex_unlock(m);
	cigo_mutex_free(m);
}

static int tries(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	*(bool *)ret = cigo_mutex_try_lock(arg);
	if (*(bool *)ret)
		cigo_mutex_unlock(arg);
	return 0;
}

T_CORO(try_lock_locks_only_what_is_free)
{
	cigo_mutex *m = cigo_mutex_new();
	bool locked = true;

	ck_assert(cigo_mutex_try_lock(m));
	ck_assert_int_eq(cigo_take(ctx, cigo_spawn(ctx, tries, sizeof locked, m), &locked), 0);
	ck_assert(!locked);
	cigo_mutex_unlock(m);
	ck_assert_int_eq(cigo_take(ctx, cigo_spawn(ctx, tries, sizeof locked, m), &locked), 0);
	ck_assert(locked);
	cigo_mutex_free(m);
}

T_CORO(a_cancelled_waiter_just_leaves_the_line)
{
	struct shared s = { .m = cigo_mutex_new() };
	cigo_task *a, *b, *c;

	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0);
	a = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "a", 0, 0));
	b = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "b", 0, 0));
	c = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "c", 0, 0));
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_task_stop(ctx, b), -ECANCELED);
	ck_assert(!cigo_mutex_try_lock(s.m)); /* it is still ours */
	t_expect_said("");
	cigo_mutex_unlock(s.m);
	ck_assert_int_eq(cigo_wait_all(ctx, a, c), 0);
	t_expect_said("ac");
	ck_assert_int_eq(s.most, 1);
	cigo_future_unref(a);
	cigo_future_unref(c);
	cigo_mutex_free(s.m);
}

T_CORO(a_lock_waits_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	struct shared s = { .m = cigo_mutex_new() };
	cigo_task *t = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "", CIGO_MS(20), 0));

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_mutex_lock(timed, s.m), -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert(cigo_mutex_try_lock(s.m)); /* nobody has it now */
	cigo_mutex_unlock(s.m);
	cigo_mutex_free(s.m);
	cigo_ctx_unref(timed);
}

T_CORO(a_failed_lock_does_not_hold)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_mutex *m = cigo_mutex_new();
	int err = cigo_mutex_lock(dead, m);

	if (!err)
		cigo_mutex_unlock(m);
	else
		ck_assert_int_eq(err, -EIO);
	ck_assert(cigo_mutex_try_lock(m));
	cigo_mutex_unlock(m);
	cigo_mutex_free(m);
	cigo_ctx_unref(dead);
}

struct late {
	cigo_mutex *m;
	int lock, after;
};

static int locks_then_sleeps(cigo_ctx *ctx, void *arg, void *ret)
{
	struct late *l = arg;

	CIGO_UNUSED(ret);
	l->lock = cigo_mutex_lock(ctx, l->m);
	l->after = cigo_sleep(ctx, CIGO_S(1));
	if (!l->lock)
		cigo_mutex_unlock(l->m); /* also when cancelled */
	return 0;
}

T_CORO(a_lock_handed_over_before_the_cancellation_is_held)
{
	struct late l = { .m = cigo_mutex_new(), .lock = 1 };
	cigo_task *t;

	ck_assert_int_eq(cigo_mutex_lock(ctx, l.m), 0);
	t = cigo_spawn(ctx, locks_then_sleeps, 0, &l);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_mutex_unlock(l.m);
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(l.lock, 0);
	ck_assert_int_eq(l.after, -EIO);
	ck_assert(cigo_mutex_try_lock(l.m));
	cigo_mutex_unlock(l.m);
	cigo_mutex_free(l.m);
}

T_CORO(a_lock_is_not_handed_to_who_was_cancelled_before)
{
	struct late l = { .m = cigo_mutex_new(), .lock = 1 };
	cigo_task *t;

	ck_assert_int_eq(cigo_mutex_lock(ctx, l.m), 0);
	t = cigo_spawn(ctx, locks_then_sleeps, 0, &l);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t, -EIO);
	cigo_mutex_unlock(l.m);
	ck_assert(cigo_mutex_try_lock(l.m));
	cigo_mutex_unlock(l.m);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(l.lock, -EIO);
	cigo_mutex_free(l.m);
}

T_CORO(a_mutex_that_could_not_be_made_cannot_be_locked)
{
	ck_assert_int_eq(cigo_mutex_lock(ctx, NULL), -ENOMEM);
	ck_assert(!cigo_mutex_try_lock(NULL));
	cigo_mutex_unlock(NULL);
	cigo_mutex_free(NULL);
}

T_CORO(without_a_context_nothing_is_locked)
{
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	cigo_mutex *m = cigo_mutex_new();

	ck_assert_int_eq(cigo_mutex_lock(NULL, m), -ENOMEM);
	ck_assert(cigo_mutex_try_lock(m));
	cigo_mutex_unlock(m);
	cigo_mutex_free(m);
}

static cigo_mutex *of_run;
static int waiters_errors[2];

static int waits_for_ever(cigo_ctx *ctx, void *arg, void *ret)
{
	int *err = arg;

	CIGO_UNUSED(ret);
	*err = cigo_mutex_lock(ctx, of_run);
	return *err;
}

static int holds_for_ever(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_mutex_lock(ctx, of_run);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (!err) {
		err = cigo_sleep(ctx, CIGO_NEVER);
		cigo_mutex_unlock(of_run);
	}
	return err;
}

static int leaves_waiters(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_detach(cigo_spawn(ctx, holds_for_ever, 0, NULL));
	cigo_detach(cigo_spawn(ctx, waits_for_ever, 0, &waiters_errors[0]));
	cigo_detach(cigo_spawn(ctx, waits_for_ever, 0, &waiters_errors[1]));
	return cigo_yield(ctx);
}

T_TEST(waiters_are_cancelled_at_the_run_s_end)
{
	of_run = cigo_mutex_new();
	ck_assert_int_eq(t_run(leaves_waiters, NULL), 0);
	ck_assert_int_eq(waiters_errors[0], -ECANCELED);
	ck_assert_int_eq(waiters_errors[1], -ECANCELED);
	cigo_mutex_free(of_run); /* neither locked nor waited for */
}
END_TEST

static cigo_mutex *left_locked; /* for ever: nobody may unlock it */

static int leaves_it_locked(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return cigo_mutex_lock(ctx, left_locked);
}

static int locks_it_in_time(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int err = cigo_mutex_lock(timed, left_locked);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_ctx_unref(timed);
	return err;
}

T_CORO(the_owner_is_a_coroutine_and_not_the_thread_that_another_is_given_later)
{
	cigo_task *t;

	left_locked = cigo_mutex_new();
	t = cigo_spawn(ctx, leaves_it_locked, 0, NULL);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	t = cigo_spawn(ctx, locks_it_in_time, 0, NULL);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -ETIMEDOUT); /* no -EDEADLK */
}

T_CORO_SEED(under_any_schedule_and_cancellation_one_is_inside_at_a_time)
{
	struct shared s = { .m = cigo_mutex_new() };
	cigo_task *tasks[30];
	int good = 0;

	for (int i = 0; i < 30; i++)
		tasks[i] = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "", CIGO_MS(i % 3), 0));
	for (int i = 0; i < 30; i += 3) {
		ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
		cigo_future_cancel(tasks[i], -EIO);
	}
	for (int i = 0; i < 30; i++)
		good += !cigo_future_take(ctx, tasks[i], NULL, 0);
	ck_assert_int_ge(good, 20);
	ck_assert_int_eq(s.most, 1);
	ck_assert_int_eq(s.inside, 0);
	ck_assert_int_ge(s.done, good);
	ck_assert(cigo_mutex_try_lock(s.m));
	cigo_mutex_unlock(s.m);
	cigo_mutex_free(s.m);
}

/* ---- misuse ---- */

static int unlocks_left(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_mutex_unlock(left_locked);
	return 0;
}

T_MISUSE(unlocking_what_a_coroutine_that_has_ended_left_locked_is_misuse, "cigo_mutex_unlock")
{
	left_locked = cigo_mutex_new();
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, leaves_it_locked, 0, NULL), NULL, 0));
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, unlocks_left, 0, NULL), NULL, 0));
}

static int unlocks(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(ret);
	cigo_mutex_unlock(arg);
	return 0;
}

T_MISUSE(unlocking_what_another_holds_is_misuse, "cigo_mutex_unlock")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, unlocks, 0, m), NULL, 0));
}

T_MISUSE(unlocking_what_nobody_holds_is_misuse, "cigo_mutex_unlock")
{
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	cigo_mutex_unlock(cigo_mutex_new());
}

T_MISUSE(unlocking_twice_is_misuse, "cigo_mutex_unlock")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	cigo_mutex_unlock(m);
	cigo_mutex_unlock(m);
}

T_MISUSE(freeing_a_locked_mutex_is_misuse, "cigo_mutex_free")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	cigo_mutex_free(m);
}

T_MISUSE_CALLBACK(locking_in_a_callback_is_misuse, "cigo_mutex_lock")
{
	cigo_ignore(cigo_mutex_lock(ctx, cigo_mutex_new()));
}

static void *locks_without_a_loop(void *m)
{
	cigo_ignore(cigo_mutex_lock(cigo_ctx_background(), m));
	return NULL;
}

T_MISUSE(waiting_for_a_mutex_without_a_loop_is_misuse, "cigo_mutex_lock")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	t_foreign(locks_without_a_loop, m);
}

static cigo_mutex *foreign_mutex;

static void *locks_foreign(void *ctx)
{
	cigo_ignore(cigo_mutex_lock(ctx, foreign_mutex));
	return NULL;
}

T_MISUSE(locking_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_mutex_lock")
{
	foreign_mutex = cigo_mutex_new();
	t_foreign(locks_foreign, ctx);
}

int main(void)
{
	Suite *s = suite_create("mutex");
	TCase *tc = t_case(s, "locking");

	t_add(tc, one_is_inside_at_a_time_though_it_waits_inside, who_holds_it_cannot_lock_it_again,
	      try_lock_locks_only_what_is_free,
	      the_owner_is_a_coroutine_and_not_the_thread_that_another_is_given_later,
	      a_mutex_that_could_not_be_made_cannot_be_locked, without_a_context_nothing_is_locked);
	t_add_cooperative(tc, an_unlocked_mutex_is_locked_at_once);
	t_add_cooperative(tc, the_lock_is_handed_over_and_cannot_be_snatched_away);
	t_add_cooperative(tc, the_lock_is_handed_over_in_the_order_of_coming);
	tc = t_case(s, "cancelling");
	t_add(tc, a_lock_waits_no_longer_than_its_timeout, a_failed_lock_does_not_hold,
	      a_lock_handed_over_before_the_cancellation_is_held,
	      a_lock_is_not_handed_to_who_was_cancelled_before);
	t_add_cooperative(tc, a_cancelled_waiter_just_leaves_the_line);
	t_add_cooperative(tc, waiters_are_cancelled_at_the_run_s_end);
	tcase_add_loop_test(tc, under_any_schedule_and_cancellation_one_is_inside_at_a_time, 0, 10);
	tc = t_case(s, "misuse");
	t_add(tc, unlocking_what_a_coroutine_that_has_ended_left_locked_is_misuse,
	      unlocking_what_another_holds_is_misuse, unlocking_what_nobody_holds_is_misuse,
	      unlocking_twice_is_misuse, freeing_a_locked_mutex_is_misuse,
	      locking_in_a_callback_is_misuse, waiting_for_a_mutex_without_a_loop_is_misuse,
	      locking_by_a_loop_s_context_on_a_foreign_thread_is_misuse);
	return t_main(s);
}
