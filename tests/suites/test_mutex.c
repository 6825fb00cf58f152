/* SPDX-License-Identifier: MIT
 * The mutex between coroutines: exclusion over awaits, FIFO hand-over, owners.
 */
#include "tests/tools/kit.h"

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

CORO(uses_mutex)
{
	struct user *u = arg;
	struct shared *s = u->shared;

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

TEST_CASE("locking");

LOOP_TEST(an_unlocked_mutex_is_locked_at_once, COOPERATIVE)
{
	cigo_mutex *m = cigo_mutex_new();

	ck_assert_ptr_nonnull(m);
	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 10; i++) {
		ok(cigo_mutex_lock(ctx, m));
		cigo_mutex_unlock(m);
	}
	t_expect_said("");
	cigo_mutex_free(m);
}

LOOP_TEST(one_is_inside_at_a_time_though_it_waits_inside)
{
	int64_t start = cigo_now(ctx);
	struct shared s = { .m = cigo_mutex_new() };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 100; i++)
		cigo_spawn_copy_in(g, uses_mutex, 0, USER(&s, "", CIGO_MS(1), 0));
	ok(cigo_group_wait(ctx, g));
	equal(s.most, 1);
	equal(s.done, 100);
	equal(cigo_now(ctx) - start, CIGO_MS(100));
	ok(cigo_group_close(ctx, g));
	cigo_mutex_free(s.m);
}

LOOP_TEST(the_lock_is_handed_over_in_the_order_of_coming, COOPERATIVE)
{
	static const char *const words[] = { "a", "b", "c", "d", "e" };
	struct shared s = { .m = cigo_mutex_new() };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 5; i++)
		cigo_spawn_copy_in(g, uses_mutex, 0, USER(&s, words[i], CIGO_MS(5 - i), 0));
	ok(cigo_group_wait(ctx, g));
	t_expect_said("abcde");
	ok(cigo_group_close(ctx, g));
	cigo_mutex_free(s.m);
}

LOOP_TEST(the_lock_is_handed_over_and_cannot_be_snatched_away, COOPERATIVE)
{
	struct shared s = { .m = cigo_mutex_new() };
	cigo_task *t;

	ok(cigo_mutex_lock(ctx, s.m));
	t = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "waiter ", 0, 0));
	ok(cigo_yield(ctx));
	cigo_mutex_unlock(s.m); /* does not switch: the waiter did not run yet */
	t_say("owner ");
	ck_assert(!cigo_mutex_try_lock(s.m));
	ok(cigo_mutex_lock(ctx, s.m)); /* behind it in the line */
	t_say("again");
	t_expect_said("owner waiter again");
	cigo_mutex_unlock(s.m);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_mutex_free(s.m);
}

LOOP_TEST(who_holds_it_cannot_lock_it_again)
{
	cigo_mutex *m = cigo_mutex_new();

	ok(cigo_mutex_lock(ctx, m));
	fails(cigo_mutex_lock(ctx, m), -EDEADLK);
	ck_assert(!cigo_mutex_try_lock(m));
	cigo_mutex_unlock(m); /* once is enough */
	ck_assert(cigo_mutex_try_lock(m));
	fails(cigo_mutex_lock(ctx, m), -EDEADLK);
	cigo_mutex_unlock(m);
	cigo_mutex_free(m);
}

CORO(tries)
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

LOOP_TEST(try_lock_locks_only_what_is_free)
{
	cigo_mutex *m = cigo_mutex_new();
	bool locked = true;

	ck_assert(cigo_mutex_try_lock(m));
	ok(cigo_take(ctx, cigo_spawn(ctx, tries, sizeof locked, m), &locked));
	ck_assert(!locked);
	cigo_mutex_unlock(m);
	ok(cigo_take(ctx, cigo_spawn(ctx, tries, sizeof locked, m), &locked));
	ck_assert(locked);
	cigo_mutex_free(m);
}

LOOP_TEST(a_mutex_that_could_not_be_made_cannot_be_locked)
{
	fails(cigo_mutex_lock(ctx, NULL), -ENOMEM);
	ck_assert(!cigo_mutex_try_lock(NULL));
	cigo_mutex_unlock(NULL);
	cigo_mutex_free(NULL);
}

LOOP_TEST(without_a_context_nothing_is_locked)
{
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ctx);
	cigo_mutex *m = cigo_mutex_new();

	fails(cigo_mutex_lock(NULL, m), -ENOMEM);
	ck_assert(cigo_mutex_try_lock(m));
	cigo_mutex_unlock(m);
	cigo_mutex_free(m);
}

static cigo_mutex *of_run;
static int waiters_errors[2];

CORO(waits_for_ever)
{
	int *err = arg;

	*err = cigo_mutex_lock(ctx, of_run);
	return *err;
}

CORO(holds_for_ever)
{
	int err = cigo_mutex_lock(ctx, of_run);

	if (!err) {
		err = cigo_sleep(ctx, CIGO_NEVER);
		cigo_mutex_unlock(of_run);
	}
	return err;
}

CORO(leaves_waiters)
{
	cigo_detach(cigo_spawn(ctx, holds_for_ever, 0, NULL));
	cigo_detach(cigo_spawn(ctx, waits_for_ever, 0, &waiters_errors[0]));
	cigo_detach(cigo_spawn(ctx, waits_for_ever, 0, &waiters_errors[1]));
	return cigo_yield(ctx);
}

static cigo_mutex *left_locked; /* for ever: nobody may unlock it */

CORO(leaves_it_locked)
{
	return cigo_mutex_lock(ctx, left_locked);
}

CORO(locks_it_in_time)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	int err = cigo_mutex_lock(timed, left_locked);

	cigo_ctx_unref(timed);
	return err;
}

LOOP_TEST(the_owner_is_a_coroutine_and_not_the_thread_that_another_is_given_later)
{
	cigo_task *t;

	left_locked = cigo_mutex_new();
	t = cigo_spawn(ctx, leaves_it_locked, 0, NULL);
	ok(cigo_future_take(ctx, t, NULL, 0));
	t = cigo_spawn(ctx, locks_it_in_time, 0, NULL);
	fails(cigo_future_take(ctx, t, NULL, 0), -ETIMEDOUT); /* no -EDEADLK */
}

TEST_CASE("cancelling");

LOOP_TEST(a_cancelled_waiter_just_leaves_the_line, COOPERATIVE)
{
	struct shared s = { .m = cigo_mutex_new() };
	cigo_task *a, *b, *c;

	ok(cigo_mutex_lock(ctx, s.m));
	a = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "a", 0, 0));
	b = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "b", 0, 0));
	c = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "c", 0, 0));
	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, b), -ECANCELED);
	ck_assert(!cigo_mutex_try_lock(s.m)); /* it is still ours */
	t_expect_said("");
	cigo_mutex_unlock(s.m);
	ok(cigo_wait_all(ctx, a, c));
	t_expect_said("ac");
	equal(s.most, 1);
	cigo_future_unref(a);
	cigo_future_unref(c);
	cigo_mutex_free(s.m);
}

LOOP_TEST(a_failed_lock_does_not_hold)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_mutex *m = cigo_mutex_new();
	int err = cigo_mutex_lock(dead, m);

	if (!err)
		cigo_mutex_unlock(m);
	else
		equal(err, -EIO);
	ck_assert(cigo_mutex_try_lock(m));
	cigo_mutex_unlock(m);
	cigo_mutex_free(m);
	cigo_ctx_unref(dead);
}

TEST(waiters_are_cancelled_at_the_run_s_end, COOPERATIVE)
{
	of_run = cigo_mutex_new();
	ok(t_run(leaves_waiters, NULL));
	equal(waiters_errors[0], -ECANCELED);
	equal(waiters_errors[1], -ECANCELED);
	cigo_mutex_free(of_run); /* neither locked nor waited for */
}

SEED_TEST(under_any_schedule_and_cancellation_one_is_inside_at_a_time)
{
	struct shared s = { .m = cigo_mutex_new() };
	cigo_task *tasks[30];
	int good = 0;

	for (int i = 0; i < 30; i++)
		tasks[i] = cigo_spawn_copy(ctx, uses_mutex, 0, USER(&s, "", CIGO_MS(i % 3), 0));
	for (int i = 0; i < 30; i += 3) {
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		cigo_future_cancel(tasks[i], -EIO);
	}
	for (int i = 0; i < 30; i++)
		good += !cigo_future_take(ctx, tasks[i], NULL, 0);
	ck_assert_int_ge(good, 20);
	equal(s.most, 1);
	equal(s.inside, 0);
	ck_assert_int_ge(s.done, good);
	ck_assert(cigo_mutex_try_lock(s.m));
	cigo_mutex_unlock(s.m);
	cigo_mutex_free(s.m);
}

TEST_CASE("misuse");

CORO(unlocks_left)
{
	cigo_mutex_unlock(left_locked);
	return 0;
}

MISUSE_TEST(unlocking_what_a_coroutine_that_has_ended_left_locked_is_misuse, "cigo_mutex_unlock")
{
	left_locked = cigo_mutex_new();
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, leaves_it_locked, 0, NULL), NULL, 0));
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, unlocks_left, 0, NULL), NULL, 0));
}

CORO(unlocks)
{
	cigo_mutex_unlock(arg);
	return 0;
}

MISUSE_TEST(unlocking_what_another_holds_is_misuse, "cigo_mutex_unlock")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	cigo_ignore(cigo_future_take(ctx, cigo_spawn(ctx, unlocks, 0, m), NULL, 0));
}

MISUSE_TEST(unlocking_what_nobody_holds_is_misuse, "cigo_mutex_unlock")
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

MISUSE_TEST(unlocking_twice_is_misuse, "cigo_mutex_unlock")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	cigo_mutex_unlock(m);
	cigo_mutex_unlock(m);
}

MISUSE_TEST(freeing_a_locked_mutex_is_misuse, "cigo_mutex_free")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	cigo_mutex_free(m);
}

THREAD(locks_without_a_loop)
{
	cigo_ignore(cigo_mutex_lock(cigo_ctx_background(), arg));
	return NULL;
}

MISUSE_TEST(waiting_for_a_mutex_without_a_loop_is_misuse, "cigo_mutex_lock")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(ctx, m));
	on_thread(locks_without_a_loop, m);
}

static cigo_mutex *foreign_mutex;

THREAD(locks_foreign)
{
	cigo_ignore(cigo_mutex_lock(arg, foreign_mutex));
	return NULL;
}

MISUSE_TEST(locking_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_mutex_lock")
{
	foreign_mutex = cigo_mutex_new();
	on_thread(locks_foreign, ctx);
}

TEST_CASE("circles");

static int locks_both(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_mutex **both = arg;

	CIGO_UNUSED(ret);
	ck_assert_int_eq(cigo_mutex_lock(ctx, both[0]), 0);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(10));
	int err = cigo_mutex_lock(timed, both[1]);
	cigo_ctx_unref(timed);
	if (!err)
		cigo_mutex_unlock(both[1]);
	cigo_mutex_unlock(both[0]);
	return err;
}

/* As in Go, asyncio and POSIX: only the holder's own second lock is refused. */
LOOP_TEST(a_lock_that_closes_a_circle_waits_for_its_deadline)
{
	cigo_mutex *m[] = { cigo_mutex_new(), cigo_mutex_new() };
	cigo_mutex *turned[] = { m[1], m[0] };
	cigo_task *a = cigo_spawn(ctx, locks_both, 0, m);
	cigo_task *b = cigo_spawn(ctx, locks_both, 0, turned);
	int64_t start = cigo_now(ctx);
	int first = cigo_future_take(ctx, a, NULL, 0), second = cigo_future_take(ctx, b, NULL, 0);

	ck_assert(first == -ETIMEDOUT || second == -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(11));
	cigo_mutex_free(m[0]);
	cigo_mutex_free(m[1]);
}
