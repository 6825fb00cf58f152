/* SPDX-License-Identifier: MIT
 * Conditions: waiting with a mutex, notified one by one or all at once; no notification lost.
 */
#include "tests/tools/sync.h"

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
static int takes(cigo_ctx *ctx, void *arg, void *ret)
{
	struct taker *t = arg;
	struct shared *s = t->s;
	int err = cigo_mutex_lock(ctx, s->m);

	CIGO_UNUSED(ret);
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

T_CORO(wait_gives_the_mutex_up_and_has_it_again_when_it_returns)
{
	struct shared s;
	struct taker t;

	shared_init(&s);
	cigo_task *task = taker(ctx, &t, &s, "woken ");
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0); /* it is free */
	cigo_condition_notify(s.c, 1);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	t_expect_said(""); /* it waits for the mutex */
	cigo_mutex_unlock(s.m);
	ck_assert_int_eq(cigo_future_take(ctx, task, NULL, 0), 0);
	t_expect_said("woken ");
	shared_fini(&s);
}

T_CORO(notify_wakes_so_many_in_the_order_of_their_coming)
{
	static const char *const words[] = { "a", "b", "c", "d", "e" };
	struct shared s;
	struct taker t[5];
	cigo_task *tasks[5];

	shared_init(&s);
	for (int i = 0; i < 5; i++)
		tasks[i] = taker(ctx, &t[i], &s, words[i]);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	cigo_condition_notify(s.c, 0);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	t_expect_said("");
	cigo_condition_notify(s.c, 1);
	t_expect_said(""); /* does not switch */
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	t_expect_said("a");
	cigo_condition_notify(s.c, 2);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	t_expect_said("bc");
	cigo_condition_notify_all(s.c);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(cigo_future_take(ctx, tasks[i], NULL, 0), 0);
	t_expect_said("de");
	ck_assert_int_eq(s.most, 1);
	cigo_condition_notify(s.c, 100); /* nobody waits: it is not remembered */
	cigo_condition_notify_all(s.c);
	tasks[0] = taker(ctx, &t[0], &s, "f");
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	t_expect_said("");
	ck_assert_int_eq(cigo_task_stop(ctx, tasks[0]), -ECANCELED);
	shared_fini(&s);
}

/* ---- cancelling ---- */

T_CORO(a_cancelled_waiter_has_the_mutex_when_it_returns)
{
	struct shared s;
	struct taker t;

	shared_init(&s);
	cigo_task *task = taker(ctx, &t, &s, "left");
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0);
	cigo_future_cancel(task, -EIO);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	ck_assert(!cigo_future_is_done(task)); /* taking it again cannot be cancelled */
	t_expect_said("");
	cigo_mutex_unlock(s.m);
	ck_assert_int_eq(cigo_future_take(ctx, task, NULL, 0), -EIO);
	ck_assert_int_eq(t.err, -EIO);
	ck_assert_int_eq(t.after, -EIO);
	shared_fini(&s);
}

T_CORO(a_notification_that_came_first_is_returned_and_the_next_call_has_the_cause)
{
	struct shared s;
	struct taker a, b;

	shared_init(&s);
	cigo_task *ta = taker(ctx, &a, &s, NULL), *tb = taker(ctx, &b, &s, NULL);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	s.items = 1;
	cigo_condition_notify(s.c, 1);
	cigo_future_cancel(ta, -EIO); /* in the same step, but later */
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	ck_assert_int_eq(a.err, 0);
	ck_assert_int_eq(a.after, -EIO);
	ck_assert(a.took);
	ck_assert(!cigo_future_is_done(tb));
	ck_assert_int_eq(cigo_task_stop(ctx, tb), -ECANCELED);
	shared_fini(&s);
}

T_CORO(a_notification_after_the_cancellation_goes_to_the_next)
{
	struct shared s;
	struct taker a, b;

	shared_init(&s);
	cigo_task *ta = taker(ctx, &a, &s, NULL), *tb = taker(ctx, &b, &s, NULL);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	s.items = 1;
	cigo_future_cancel(ta, -EIO);
	cigo_condition_notify(s.c, 1);
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, tb, NULL, 0), 0);
	ck_assert_int_eq(a.err, -EIO);
	ck_assert(b.took);
	shared_fini(&s);
}

T_CORO(a_cancellation_while_it_takes_the_mutex_again_loses_nothing)
{
	struct shared s;
	struct taker a;

	shared_init(&s);
	cigo_task *ta = taker(ctx, &a, &s, NULL);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0);
	s.items = 1;
	cigo_condition_notify(s.c, 1);
	ck_assert_int_eq(cigo_yield(ctx), 0); /* it stands in the mutex's line now */
	cigo_future_cancel(ta, -EIO);
	cigo_mutex_unlock(s.m);
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	ck_assert_int_eq(a.err, 0);
	ck_assert(a.took);
	shared_fini(&s);
}

T_CORO(a_wait_is_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	struct shared s;

	shared_init(&s);
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0);
	ck_assert_int_eq(cigo_condition_wait(timed, s.c, s.m), -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), -EDEADLK);		    /* held */
	ck_assert_int_eq(cigo_condition_wait(timed, s.c, s.m), -ETIMEDOUT); /* dead */
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), -EDEADLK);
	cigo_mutex_unlock(s.m);
	shared_fini(&s);
	cigo_ctx_unref(timed);
}

static struct shared left;
static struct taker left_takers[3];

static int leaves_waiters(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	for (int i = 0; i < 3; i++)
		cigo_detach(taker(ctx, &left_takers[i], &left, NULL));
	return cigo_yield(ctx);
}

T_TEST(waiters_are_cancelled_at_the_run_s_end)
{
	shared_init(&left);
	ck_assert_int_eq(t_run(leaves_waiters, NULL), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(left_takers[i].err, -ECANCELED);
	ck_assert_int_eq(left.most, 1);
	shared_fini(&left);
}
END_TEST

/* Takes items till it has seen the word that there are no more. */
static int consumes(cigo_ctx *ctx, void *arg, void *ret)
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

T_CORO_SEEDS(under_any_schedule_and_cancellation_no_notification_is_lost)
{
	struct shared s;
	cigo_task *tasks[10];
	int all = 0, got, put = 0;

	shared_init(&s);
	for (int i = 0; i < 10; i++)
		tasks[i] = cigo_spawn(ctx, consumes, sizeof got, &s);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	for (int i = 0; i < 40; i++) {
		ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0);
		s.items++;
		put++;
		cigo_condition_notify(s.c, 1);
		if (i % 10 == 9)
			cigo_future_cancel(tasks[t_roll(9)], -EIO); /* the tenth stays */
		cigo_mutex_unlock(s.m);
		if (t_roll(2))
			ck_assert_int_eq(cigo_yield(ctx), 0);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	ck_assert_int_eq(s.items, 0); /* nobody sleeps beside an item */
	for (int i = 0; i < 10; i++) {
		cigo_future_cancel(tasks[i], -EIO);
		ck_assert_int_eq(cigo_take(ctx, tasks[i], &got), -EIO);
		all += got;
	}
	ck_assert_int_eq(all, put);
	ck_assert_int_eq(s.most, 1);
	shared_fini(&s);
}

/* ---- bad input ---- */

T_CORO(a_condition_that_could_not_be_made_is_one_that_failed)
{
	struct shared s;

	shared_init(&s);
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), 0);
	ck_assert_int_eq(cigo_condition_wait(ctx, NULL, s.m), -ENOMEM);
	ck_assert_int_eq(cigo_condition_wait(NULL, s.c, s.m), -ENOMEM);
	ck_assert_int_eq(cigo_mutex_lock(ctx, s.m), -EDEADLK); /* still held */
	cigo_mutex_unlock(s.m);
	ck_assert_int_eq(cigo_condition_wait(ctx, s.c, NULL), -ENOMEM);
	cigo_condition_notify(NULL, 1);
	cigo_condition_notify_all(NULL);
	cigo_condition_free(NULL);
	shared_fini(&s);
}

T_PLAIN(a_plain_thread_may_notify_where_nobody_waits)
{
	cigo_condition *c = cigo_condition_new();
	cigo_mutex *m = cigo_mutex_new();
	cigo_ctx *dead = t_dead(cigo_ctx_background(), -EIO);

	cigo_condition_notify(c, 1);
	cigo_condition_notify_all(c);
	ck_assert_int_eq(cigo_mutex_lock(cigo_ctx_background(), m), 0);
	ck_assert_int_eq(cigo_condition_wait(dead, c, m), -EIO);
	cigo_mutex_unlock(m);
	cigo_ctx_unref(dead);
	cigo_mutex_free(m);
	cigo_condition_free(c);
}

/* ---- misuse ---- */

T_MISUSE(waiting_without_the_mutex_is_misuse, "cigo_condition_wait")
{
	cigo_ignore(cigo_condition_wait(ctx, cigo_condition_new(), cigo_mutex_new()));
}

T_MISUSE(waiting_with_another_s_mutex_is_misuse, "cigo_condition_wait")
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

T_MISUSE(waiting_with_two_mutexes_at_one_time_is_misuse, "cigo_condition_wait")
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

T_MISUSE(freeing_one_someone_waits_for_is_misuse, "cigo_condition_free")
{
	struct shared s;
	struct taker t;

	shared_init(&s);
	cigo_detach(taker(ctx, &t, &s, NULL));
	cigo_ignore(cigo_yield(ctx));
	cigo_condition_free(s.c);
}

T_MISUSE_PLAIN(waiting_without_a_loop_is_misuse, "cigo_condition_wait")
{
	cigo_mutex *m = cigo_mutex_new();

	cigo_ignore(cigo_mutex_lock(cigo_ctx_background(), m));
	cigo_ignore(cigo_condition_wait(cigo_ctx_background(), cigo_condition_new(), m));
}

static void *notifies_foreign(void *c)
{
	cigo_condition_notify(c, 1);
	return NULL;
}

T_MISUSE(waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse, "cigo_condition_notify")
{
	struct shared s;
	struct taker t;

	shared_init(&s);
	cigo_detach(taker(ctx, &t, &s, NULL));
	cigo_ignore(cigo_yield(ctx));
	t_foreign(notifies_foreign, s.c);
}

int main(void)
{
	Suite *s = suite_create("condition");
	TCase *tc = t_case(s, "waiting");

	t_add(tc, wait_gives_the_mutex_up_and_has_it_again_when_it_returns);
	t_add_cooperative(tc, notify_wakes_so_many_in_the_order_of_their_coming);
	tc = t_case(s, "cancelling");
	t_add(tc, a_cancelled_waiter_has_the_mutex_when_it_returns,
	      a_notification_after_the_cancellation_goes_to_the_next,
	      a_cancellation_while_it_takes_the_mutex_again_loses_nothing,
	      a_wait_is_no_longer_than_its_timeout, waiters_are_cancelled_at_the_run_s_end);
	t_add_cooperative(
		tc, a_notification_that_came_first_is_returned_and_the_next_call_has_the_cause);
	tc = t_case_slow(s, "schedules", 30);
	t_add(tc, under_any_schedule_and_cancellation_no_notification_is_lost);
	tc = t_case(s, "bad input and plain threads");
	t_add(tc, a_condition_that_could_not_be_made_is_one_that_failed,
	      a_plain_thread_may_notify_where_nobody_waits);
	tc = t_case(s, "misuse");
	t_add(tc, waiting_without_the_mutex_is_misuse, waiting_with_another_s_mutex_is_misuse,
	      waiting_with_two_mutexes_at_one_time_is_misuse,
	      freeing_one_someone_waits_for_is_misuse, waiting_without_a_loop_is_misuse,
	      waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse);
	return t_main(s);
}
