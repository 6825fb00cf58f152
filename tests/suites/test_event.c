/* SPDX-License-Identifier: MIT
 * Events between coroutines: set, cleared, waited for.
 */
#include "tests/tools/kit.h"

struct waiter {
	cigo_event *e;
	const char *word;
	int err, again; /* of the wait, and of a sleep after it */
};

CORO(waits)
{
	struct waiter *w = arg;

	w->err = cigo_event_wait(ctx, w->e);
	if (w->word)
		t_say(w->word);
	w->again = cigo_sleep(ctx, 0);
	return w->err;
}

TEST_CASE("waiting");

LOOP_TEST(nobody_waits_for_what_is_set, COOPERATIVE)
{
	cigo_event *e = cigo_event_new();

	ck_assert_ptr_nonnull(e);
	ck_assert(!cigo_event_is_set(e));
	cigo_event_set(e);
	cigo_event_set(e); /* twice is fine */
	ck_assert(cigo_event_is_set(e));
	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 10; i++)
		ok(cigo_event_wait(ctx, e));
	t_expect_said("");
	for (int i = 0; i < 100; i++)
		ok(cigo_event_wait(ctx, e));
	t_expect_said("other"); /* the others had a turn meanwhile */
	cigo_event_free(e);
}

LOOP_TEST(set_wakes_all_in_the_order_of_their_coming_and_does_not_switch, COOPERATIVE)
{
	static const char *const words[] = { "a", "b", "c", "d" };
	cigo_event *e = cigo_event_new();
	struct waiter w[4];
	cigo_task *t[4];

	for (int i = 0; i < 4; i++) {
		w[i] = (struct waiter){ e, words[i], 1, 1 };
		t[i] = cigo_spawn(ctx, waits, 0, &w[i]);
	}
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	t_expect_said("");
	cigo_event_set(e);
	t_expect_said("");
	for (int i = 0; i < 4; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	t_expect_said("abcd");
	cigo_event_free(e);
}

LOOP_TEST(who_was_woken_stays_so_when_it_is_cleared)
{
	cigo_event *e = cigo_event_new();
	struct waiter a = { e, "a", 1, 1 }, b = { e, "b", 1, 1 };
	cigo_task *ta = cigo_spawn(ctx, waits, 0, &a), *tb;

	ok(cigo_yield(ctx));
	cigo_event_set(e);
	cigo_event_clear(e);
	ck_assert(!cigo_event_is_set(e));
	tb = cigo_spawn(ctx, waits, 0, &b); /* comes after it: waits */
	ok(cigo_future_take(ctx, ta, NULL, 0));
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_expect_said("a");
	cigo_event_set(e);
	ok(cigo_future_take(ctx, tb, NULL, 0));
	cigo_event_free(e);
}

LOOP_TEST(an_event_may_be_freed_as_soon_as_it_is_set)
{
	cigo_event *e = cigo_event_new();
	struct waiter w = { e, NULL, 1, 1 };
	cigo_task *t = cigo_spawn(ctx, waits, 0, &w);

	ok(cigo_yield(ctx));
	cigo_event_set(e);
	cigo_event_free(e);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

CALLBACK(sets)
{
	cigo_event_set(arg);
}

LOOP_TEST(a_callback_may_set)
{
	cigo_event *e = cigo_event_new();
	int64_t start = cigo_now(ctx);

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(3), sets, e);
	ok(cigo_event_wait(ctx, e));
	equal(cigo_now(ctx) - start, CIGO_MS(3));
	cigo_event_free(e);
}

TEST_CASE("cancelling");

TEST_CASE("bad input and plain threads");

LOOP_TEST(an_event_that_could_not_be_made_is_one_that_failed)
{
	cigo_event *e = cigo_event_new();

	fails(cigo_event_wait(ctx, NULL), -ENOMEM);
	fails(cigo_event_wait(NULL, e), -ENOMEM);
	ck_assert(!cigo_event_is_set(NULL));
	cigo_event_set(NULL);
	cigo_event_clear(NULL);
	cigo_event_free(NULL);
	cigo_event_free(e);
}

PLAIN_TEST(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_event *e = cigo_event_new();
	cigo_ctx *dead = t_dead(ctx, -EIO);

	cigo_event_set(e);
	ok(cigo_event_wait(ctx, e));
	fails(cigo_event_wait(dead, e), -EIO);
	cigo_ctx_unref(dead);
	cigo_event_free(e);
}

TEST_CASE("misuse");
