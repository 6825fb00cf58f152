/* SPDX-License-Identifier: MIT
 * Conditions: waiting with a mutex, notified one by one or all at once; no notification lost.
 */
#include "tests/tools/kit.h"

struct shared {
	cigo_mutex *m;
	cigo_condition *c;
	int items, inside, most;
};

static void shared_init(struct shared *s)
{
	*s = (struct shared){ .m = cigo_mutex_new(), .c = cigo_condition_new() };
	ck_assert_ptr_nonnull(s->m);
	ck_assert_ptr_nonnull(s->c);
}

static void shared_fini(struct shared *s)
{
	cigo_condition_free(s->c);
	cigo_mutex_free(s->m); /* unlocked, or this aborts */
}

struct taker {
	struct shared *s;
	const char *word;
	int err;   /* of the last wait */
	int after; /* of a sleep after it */
	bool took;
};

/* Waits once, then takes an item if there is one. */
CORO(takes)
{
	struct taker *t = arg;
	struct shared *s = t->s;
	int err = cigo_mutex_lock(ctx, s->m);

	if (err)
		return err;
	t->err = cigo_condition_wait(ctx, s->c, s->m);
	if (++s->inside > s->most)
		s->most = s->inside;
	if (t->word)
		t_say(t->word);
	if (!t->err && s->items) {
		s->items--;
		t->took = true;
	}
	t->after = cigo_yield(ctx); /* with the mutex held */
	s->inside--;
	cigo_mutex_unlock(s->m);
	return t->err;
}

static cigo_task *taker(cigo_ctx *ctx, struct taker *t, struct shared *s, const char *word)
{
	*t = (struct taker){ .s = s, .word = word, .err = 1, .after = 1 };
	return cigo_spawn(ctx, takes, 0, t);
}

TEST_CASE("waiting");

LOOP_TEST(wait_gives_the_mutex_up_and_has_it_again_when_it_returns)
{
	struct shared s;
	struct taker t;

	shared_init(&s);
	cigo_task *task = taker(ctx, &t, &s, "woken ");
	ok(cigo_yield(ctx));
	ok(cigo_mutex_lock(ctx, s.m)); /* it is free */
	cigo_condition_notify(s.c, 1);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_expect_said(""); /* it waits for the mutex */
	cigo_mutex_unlock(s.m);
	ok(cigo_future_take(ctx, task, NULL, 0));
	t_expect_said("woken ");
	shared_fini(&s);
}

LOOP_TEST(notify_wakes_so_many_in_the_order_of_their_coming, COOPERATIVE)
{
	static const char *const words[] = { "a", "b", "c", "d", "e" };
	struct shared s;
	struct taker t[5];
	cigo_task *tasks[5];

	shared_init(&s);
	for (int i = 0; i < 5; i++)
		tasks[i] = taker(ctx, &t[i], &s, words[i]);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_condition_notify(s.c, 0);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_expect_said("");
	cigo_condition_notify(s.c, 1);
	t_expect_said(""); /* does not switch */
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_expect_said("a");
	cigo_condition_notify(s.c, 2);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_expect_said("bc");
	cigo_condition_notify_all(s.c);
	for (int i = 0; i < 5; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
	t_expect_said("de");
	equal(s.most, 1);
	cigo_condition_notify(s.c, 100); /* nobody waits: it is not remembered */
	cigo_condition_notify_all(s.c);
	tasks[0] = taker(ctx, &t[0], &s, "f");
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_expect_said("");
	fails(cigo_task_stop(ctx, tasks[0]), -ECANCELED);
	shared_fini(&s);
}

TEST_CASE("cancelling");

LOOP_TEST(a_cancelled_waiter_has_the_mutex_when_it_returns)
{
	struct shared s;
	struct taker t;

	shared_init(&s);
	cigo_task *task = taker(ctx, &t, &s, "left");
	ok(cigo_yield(ctx));
	ok(cigo_mutex_lock(ctx, s.m));
	cigo_future_cancel(task, -EIO);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	ck_assert(!cigo_future_is_done(task)); /* taking it again cannot be cancelled */
	t_expect_said("");
	cigo_mutex_unlock(s.m);
	fails(cigo_future_take(ctx, task, NULL, 0), -EIO);
	equal(t.err, -EIO);
	equal(t.after, -EIO);
	shared_fini(&s);
}

LOOP_TEST(a_notification_that_came_first_is_returned_and_the_next_call_has_the_cause, COOPERATIVE)
{
	struct shared s;
	struct taker a, b;

	shared_init(&s);
	cigo_task *ta = taker(ctx, &a, &s, NULL), *tb = taker(ctx, &b, &s, NULL);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	s.items = 1;
	cigo_condition_notify(s.c, 1);
	cigo_future_cancel(ta, -EIO); /* in the same step, but later */
	fails(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	equal(a.err, 0);
	equal(a.after, -EIO);
	ck_assert(a.took);
	ck_assert(!cigo_future_is_done(tb));
	fails(cigo_task_stop(ctx, tb), -ECANCELED);
	shared_fini(&s);
}

LOOP_TEST(a_cancellation_while_it_takes_the_mutex_again_loses_nothing)
{
	struct shared s;
	struct taker a;

	shared_init(&s);
	cigo_task *ta = taker(ctx, &a, &s, NULL);
	ok(cigo_yield(ctx));
	ok(cigo_mutex_lock(ctx, s.m));
	s.items = 1;
	cigo_condition_notify(s.c, 1);
	ok(cigo_yield(ctx)); /* it stands in the mutex's line now */
	cigo_future_cancel(ta, -EIO);
	cigo_mutex_unlock(s.m);
	fails(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	equal(a.err, 0);
	ck_assert(a.took);
	shared_fini(&s);
}

LOOP_TEST(a_wait_is_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	struct shared s;

	shared_init(&s);
	ok(cigo_mutex_lock(ctx, s.m));
	fails(cigo_condition_wait(timed, s.c, s.m), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	fails(cigo_mutex_lock(ctx, s.m), -EDEADLK);		 /* held */
	fails(cigo_condition_wait(timed, s.c, s.m), -ETIMEDOUT); /* dead */
	fails(cigo_mutex_lock(ctx, s.m), -EDEADLK);
	cigo_mutex_unlock(s.m);
	shared_fini(&s);
	cigo_ctx_unref(timed);
}

static struct shared left;
static struct taker left_takers[3];

CORO(leaves_waiters)
{
	for (int i = 0; i < 3; i++)
		cigo_detach(taker(ctx, &left_takers[i], &left, NULL));
	return cigo_yield(ctx);
}

TEST(waiters_are_cancelled_at_the_run_s_end)
{
	shared_init(&left);
	ok(t_run(leaves_waiters, NULL));
	for (int i = 0; i < 3; i++)
		equal(left_takers[i].err, -ECANCELED);
	equal(left.most, 1);
	shared_fini(&left);
}

/* Takes items till it has seen the word that there are no more. */
CORO(consumes)
{
	struct shared *s = arg;
	int err = cigo_mutex_lock(ctx, s->m);

	if (err)
		return err;
	for (;;) {
		while (!err && !s->items)
			err = cigo_condition_wait(ctx, s->c, s->m);
		if (++s->inside > s->most)
			s->most = s->inside;
		s->inside--;
		if (s->items <= 0) /* cancelled, and nothing is left for it */
			break;
		s->items--;
		++*(int *)ret;
		if (err)
			break;
	}
	cigo_mutex_unlock(s->m);
	return err;
}

TEST_CASE("schedules", .seconds = 30);

SEED_TEST(under_any_schedule_and_cancellation_no_notification_is_lost)
{
	struct shared s;
	cigo_task *tasks[10];
	int all = 0, got, put = 0;

	shared_init(&s);
	for (int i = 0; i < 10; i++)
		tasks[i] = cigo_spawn(ctx, consumes, sizeof got, &s);
	ok(cigo_yield(ctx));
	for (int i = 0; i < 40; i++) {
		ok(cigo_mutex_lock(ctx, s.m));
		s.items++;
		put++;
		cigo_condition_notify(s.c, 1);
		if (i % 10 == 9)
			cigo_future_cancel(tasks[t_roll(9)], -EIO); /* the tenth stays */
		cigo_mutex_unlock(s.m);
		if (t_roll(2))
			ok(cigo_yield(ctx));
	}
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(s.items, 0); /* nobody sleeps beside an item */
	for (int i = 0; i < 10; i++) {
		cigo_future_cancel(tasks[i], -EIO);
		fails(cigo_take(ctx, tasks[i], &got), -EIO);
		all += got;
	}
	equal(all, put);
	equal(s.most, 1);
	shared_fini(&s);
}

TEST_CASE("bad input and plain threads");

LOOP_TEST(a_condition_that_could_not_be_made_is_one_that_failed)
{
	struct shared s;

	shared_init(&s);
	ok(cigo_mutex_lock(ctx, s.m));
	fails(cigo_condition_wait(ctx, NULL, s.m), -ENOMEM);
	fails(cigo_condition_wait(NULL, s.c, s.m), -ENOMEM);
	fails(cigo_mutex_lock(ctx, s.m), -EDEADLK); /* still held */
	cigo_mutex_unlock(s.m);
	fails(cigo_condition_wait(ctx, s.c, NULL), -ENOMEM);
	cigo_condition_notify(NULL, 1);
	cigo_condition_notify_all(NULL);
	cigo_condition_free(NULL);
	shared_fini(&s);
}

PLAIN_TEST(a_plain_thread_may_notify_where_nobody_waits)
{
	cigo_condition *c = cigo_condition_new();
	cigo_mutex *m = cigo_mutex_new();
	cigo_ctx *dead = t_dead(ctx, -EIO);

	cigo_condition_notify(c, 1);
	cigo_condition_notify_all(c);
	ok(cigo_mutex_lock(ctx, m));
	fails(cigo_condition_wait(dead, c, m), -EIO);
	cigo_mutex_unlock(m);
	cigo_ctx_unref(dead);
	cigo_mutex_free(m);
	cigo_condition_free(c);
}

TEST_CASE("misuse");

MISUSE_TEST(waiting_without_the_mutex_is_misuse, "cigo_condition_wait")
{
	cigo_ignore(cigo_condition_wait(ctx, cigo_condition_new(), cigo_mutex_new()));
}

MISUSE_TEST(waiting_with_another_s_mutex_is_misuse, "cigo_condition_wait")
{
	static struct shared s;
	static struct taker t;

	shared_init(&s);
	cigo_detach(taker(ctx, &t, &s, NULL));
	cigo_ignore(cigo_yield(ctx));
	cigo_condition_notify(s.c, 1);
	cigo_ignore(cigo_yield(ctx));
	cigo_ignore(cigo_condition_wait(ctx, s.c, s.m));
}

MISUSE_TEST(waiting_with_two_mutexes_at_one_time_is_misuse, "cigo_condition_wait")
{
	struct shared s;
	struct taker t;
	cigo_mutex *other = cigo_mutex_new();

	shared_init(&s);
	cigo_detach(taker(ctx, &t, &s, NULL));
	cigo_ignore(cigo_yield(ctx));
	cigo_ignore(cigo_mutex_lock(ctx, other));
	cigo_ignore(cigo_condition_wait(ctx, s.c, other));
}
