/* SPDX-License-Identifier: MIT
 * Events between coroutines: set, cleared, waited for.
 */
#include "tests/tools/sync.h"

struct waiter {
	cigo_event *e;
	const char *word;
	int err, again; /* of the wait, and of a sleep after it */
};

static int waits(cigo_ctx *ctx, void *arg, void *ret)
{
	struct waiter *w = arg;

	CIGO_UNUSED(ret);
	w->err = cigo_event_wait(ctx, w->e);
	if (w->word)
		t_say(w->word);
	w->again = cigo_sleep(ctx, 0);
	return w->err;
}

T_CORO(nobody_waits_for_what_is_set)
{
	cigo_event *e = cigo_event_new();

	ck_assert_ptr_nonnull(e);
	ck_assert(!cigo_event_is_set(e));
	cigo_event_set(e);
	cigo_event_set(e); /* twice is fine */
	ck_assert(cigo_event_is_set(e));
	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(cigo_event_wait(ctx, e), 0);
	t_expect_said("");
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(cigo_event_wait(ctx, e), 0);
	t_expect_said("other"); /* the others had a turn meanwhile */
	cigo_event_free(e);
}

T_CORO(set_wakes_all_in_the_order_of_their_coming_and_does_not_switch)
{
	static const char *const words[] = { "a", "b", "c", "d" };
	cigo_event *e = cigo_event_new();
	struct waiter w[4];
	cigo_task *t[4];

	for (int i = 0; i < 4; i++) {
		w[i] = (struct waiter){ e, words[i], 1, 1 };
		t[i] = cigo_spawn(ctx, waits, 0, &w[i]);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	t_expect_said("");
	cigo_event_set(e);
	t_expect_said("");
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(cigo_future_take(ctx, t[i], NULL, 0), 0);
	t_expect_said("abcd");
	cigo_event_free(e);
}

T_CORO(who_was_woken_stays_so_when_it_is_cleared)
{
	cigo_event *e = cigo_event_new();
	struct waiter a = { e, "a", 1, 1 }, b = { e, "b", 1, 1 };
	cigo_task *ta = cigo_spawn(ctx, waits, 0, &a), *tb;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_event_set(e);
	cigo_event_clear(e);
	ck_assert(!cigo_event_is_set(e));
	tb = cigo_spawn(ctx, waits, 0, &b); /* comes after it: waits */
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), 0);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	t_expect_said("a");
	cigo_event_set(e);
	ck_assert_int_eq(cigo_future_take(ctx, tb, NULL, 0), 0);
	cigo_event_free(e);
}

T_CORO(an_event_may_be_freed_as_soon_as_it_is_set)
{
	cigo_event *e = cigo_event_new();
	struct waiter w = { e, NULL, 1, 1 };
	cigo_task *t = cigo_spawn(ctx, waits, 0, &w);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_event_set(e);
	cigo_event_free(e);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
}

static void sets(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(status);
	cigo_event_set(arg);
}

T_CORO(a_callback_may_set)
{
	cigo_event *e = cigo_event_new();
	int64_t start = cigo_now(ctx);

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(3), sets, e);
	ck_assert_int_eq(cigo_event_wait(ctx, e), 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(3));
	cigo_event_free(e);
}

/* ---- cancelling ---- */

T_CORO(a_cancelled_waiter_leaves_and_the_others_wait_on)
{
	cigo_event *e = cigo_event_new();
	struct waiter a = { e, "a", 1, 1 }, b = { e, "b", 1, 1 };
	cigo_task *ta = cigo_spawn(ctx, waits, 0, &a), *tb = cigo_spawn(ctx, waits, 0, &b);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_task_stop(ctx, ta), -ECANCELED);
	ck_assert_int_eq(a.err, -ECANCELED);
	ck_assert(!cigo_future_is_done(tb));
	cigo_event_set(e);
	ck_assert_int_eq(cigo_future_take(ctx, tb, NULL, 0), 0);
	t_expect_said("ab");
	cigo_event_free(e);
}

T_CORO(who_is_woken_before_the_cancellation_returns_0_and_the_next_call_the_cause)
{
	cigo_event *e = cigo_event_new();
	struct waiter a = { e, NULL, 1, 1 }, b = { e, NULL, 1, 1 };
	cigo_task *ta = cigo_spawn(ctx, waits, 0, &a), *tb = cigo_spawn(ctx, waits, 0, &b);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(tb, -EIO);
	cigo_event_set(e);
	cigo_future_cancel(ta, -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, tb, NULL, 0), -EIO);
	ck_assert_int_eq(a.err, 0);
	ck_assert_int_eq(a.again, -EIO);
	ck_assert_int_eq(b.err, -EIO);
	cigo_event_free(e);
}

T_CORO(a_wait_is_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_event *e = cigo_event_new();

	ck_assert_int_eq(cigo_event_wait(timed, e), -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_event_free(e); /* nobody waits */
	cigo_ctx_unref(timed);
}

static struct waiter left;

static int leaves_waiter(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_detach(cigo_spawn(ctx, waits, 0, &left));
	return cigo_yield(ctx);
}

T_TEST(waiters_are_cancelled_at_the_run_s_end)
{
	left.e = cigo_event_new();
	ck_assert_int_eq(t_run(leaves_waiter, NULL), 0);
	ck_assert_int_eq(left.err, -ECANCELED);
	cigo_event_free(left.e);
}
END_TEST

T_CORO_SEEDS(under_any_schedule_no_wake_up_is_lost)
{
	cigo_event *e = cigo_event_new();
	struct waiter w[30];
	cigo_task *t[30];
	int cancelled = 0;

	for (int i = 0; i < 30; i++) {
		w[i] = (struct waiter){ e, NULL, 1, 1 };
		t[i] = cigo_spawn(ctx, waits, 0, &w[i]);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0); /* all wait */
	for (int i = 0; i < 5; i++)
		cigo_future_cancel(t[t_roll(30)], -EIO);
	cigo_event_set(e);
	for (int i = 0; i < 5; i++)
		cigo_future_cancel(t[t_roll(30)], -EIO);
	cigo_event_clear(e);
	for (int i = 0; i < 30; i++) {
		cigo_ignore(cigo_future_take(ctx, t[i], NULL, 0));
		if (w[i].err)
			cancelled++;
	}
	ck_assert_int_le(cancelled, 10); /* also those cancelled before they began */
	cigo_event_free(e);
}

/* ---- bad input, plain threads ---- */

T_CORO(an_event_that_could_not_be_made_is_one_that_failed)
{
	cigo_event *e = cigo_event_new();

	ck_assert_int_eq(cigo_event_wait(ctx, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_event_wait(NULL, e), -ENOMEM);
	ck_assert(!cigo_event_is_set(NULL));
	cigo_event_set(NULL);
	cigo_event_clear(NULL);
	cigo_event_free(NULL);
	cigo_event_free(e);
}

T_PLAIN(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_event *e = cigo_event_new();
	cigo_ctx *dead = t_dead(cigo_ctx_background(), -EIO);

	cigo_event_set(e);
	ck_assert_int_eq(cigo_event_wait(cigo_ctx_background(), e), 0);
	ck_assert_int_eq(cigo_event_wait(dead, e), -EIO);
	cigo_ctx_unref(dead);
	cigo_event_free(e);
}

/* ---- misuse ---- */

T_MISUSE(freeing_one_someone_waits_for_is_misuse, "cigo_event_free")
{
	struct waiter w = { cigo_event_new(), NULL, 1, 1 };

	cigo_detach(cigo_spawn(ctx, waits, 0, &w));
	cigo_ignore(cigo_yield(ctx));
	cigo_event_free(w.e);
}

T_MISUSE_CALLBACK(waiting_in_a_callback_is_misuse, "cigo_event_wait")
{
	cigo_ignore(cigo_event_wait(ctx, cigo_event_new()));
}

T_MISUSE_PLAIN(waiting_without_a_loop_is_misuse, "cigo_event_wait")
{
	cigo_ignore(cigo_event_wait(cigo_ctx_background(), cigo_event_new()));
}

static void *sets_foreign(void *e)
{
	cigo_event_set(e);
	return NULL;
}

T_MISUSE(waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse, "cigo_event_set")
{
	struct waiter w = { cigo_event_new(), NULL, 1, 1 };

	cigo_detach(cigo_spawn(ctx, waits, 0, &w));
	cigo_ignore(cigo_yield(ctx));
	t_foreign(sets_foreign, w.e);
}

int main(void)
{
	Suite *s = suite_create("event");
	TCase *tc = t_case(s, "waiting");

	t_add(tc, who_was_woken_stays_so_when_it_is_cleared,
	      an_event_may_be_freed_as_soon_as_it_is_set, a_callback_may_set);
	t_add_cooperative(tc, set_wakes_all_in_the_order_of_their_coming_and_does_not_switch);
	t_add_cooperative(tc, nobody_waits_for_what_is_set);
	tc = t_case(s, "cancelling");
	t_add(tc, a_cancelled_waiter_leaves_and_the_others_wait_on,
	      who_is_woken_before_the_cancellation_returns_0_and_the_next_call_the_cause,
	      a_wait_is_no_longer_than_its_timeout, waiters_are_cancelled_at_the_run_s_end);
	tc = t_case_slow(s, "schedules", 30);
	t_add(tc, under_any_schedule_no_wake_up_is_lost);
	tc = t_case(s, "bad input and plain threads");
	t_add(tc, an_event_that_could_not_be_made_is_one_that_failed,
	      a_plain_thread_may_use_one_where_it_need_not_wait);
	tc = t_case(s, "misuse");
	t_add(tc, freeing_one_someone_waits_for_is_misuse, waiting_in_a_callback_is_misuse,
	      waiting_without_a_loop_is_misuse,
	      waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse);
	return t_main(s);
}
