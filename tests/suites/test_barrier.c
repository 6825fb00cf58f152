/* SPDX-License-Identifier: MIT
 * Barriers: parties that wait for each other, round after round; breaking and resetting.
 */
#include "tests/tools/kit.h"

struct party {
	cigo_barrier *b;
	int64_t ns; /* sleeps first */
	int result; /* of the wait: index or error */
	int after;  /* of a sleep after it */
	int64_t at; /* when it returned */
	const char *word;
};

CORO(meets)
{
	struct party *p = arg;

	if (p->ns && cigo_sleep(ctx, p->ns) && p->ns == CIGO_NEVER)
		return -EINTR;
	p->result = cigo_barrier_wait(ctx, p->b);
	p->at = cigo_now(ctx);
	if (p->word)
		t_say(p->word);
	p->after = cigo_sleep(ctx, 0);
	return p->result;
}

static cigo_task *party(cigo_ctx *ctx, struct party *p, cigo_barrier *b, int64_t ns)
{
	*p = (struct party){ .b = b, .ns = ns, .result = 99, .after = 99 };
	return cigo_spawn(ctx, meets, 0, p);
}

TEST_CASE("meeting");

LOOP_TEST(all_go_on_when_the_last_has_come)
{
	int64_t start = cigo_now(ctx);
	cigo_barrier *b = cigo_barrier_new(4);
	struct party p[3];
	cigo_task *t[3];

	ck_assert_ptr_nonnull(b);
	for (int i = 0; i < 3; i++)
		t[i] = party(ctx, &p[i], b, CIGO_MS(1 + i));
	ok(cigo_sleep(ctx, CIGO_MS(2.5)));
	equal(cigo_barrier_waiting(b), 2);
	ok(cigo_sleep(ctx, CIGO_MS(2.5)));
	equal(cigo_barrier_waiting(b), 3);
	equal(cigo_barrier_wait(ctx, b), 3); /* the last; it does not wait */
	equal(cigo_barrier_waiting(b), 0);
	for (int i = 0; i < 3; i++) {
		ok(cigo_future_take(ctx, t[i], NULL, 0));
		equal(p[i].result, i); /* in order of coming */
		equal(p[i].at - start, CIGO_MS(5));
	}
	ck_assert(!cigo_barrier_is_broken(b));
	cigo_barrier_free(b);
}

LOOP_TEST(one_party_alone_never_waits, COOPERATIVE)
{
	cigo_barrier *b = cigo_barrier_new(1);

	cigo_detach(t_job(ctx, .word = "other"));
	equal(cigo_barrier_wait(ctx, b), 0);
	t_expect_said("");
	for (int i = 0; i < 100; i++)
		equal(cigo_barrier_wait(ctx, b), 0);
	t_expect_said("other"); /* the others had a turn meanwhile */
	cigo_barrier_free(b);
}

LOOP_TEST(who_comes_again_at_once_belongs_to_the_next_round)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ok(cigo_yield(ctx));
	equal(cigo_barrier_wait(ctx, b), 1); /* the other has not run yet */
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	fails(cigo_barrier_wait(timed, b), -ETIMEDOUT);
	equal(p.result, 0);
	ck_assert(cigo_barrier_is_broken(b));
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_ctx_unref(timed);
	cigo_barrier_free(b);
}

LOOP_TEST(a_barrier_may_be_freed_as_soon_as_the_last_has_come)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ok(cigo_yield(ctx));
	equal(cigo_barrier_wait(ctx, b), 1);
	cigo_barrier_free(b);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

TEST_CASE("breaking");

LOOP_TEST(a_cancelled_waiter_breaks_it)
{
	cigo_barrier *b = cigo_barrier_new(3);
	struct party p[2];
	cigo_task *t[2] = { party(ctx, &p[0], b, 0), party(ctx, &p[1], b, 0) };

	ok(cigo_yield(ctx));
	cigo_future_cancel(t[0], -EIO);
	ck_assert(cigo_barrier_is_broken(b)); /* in that moment */
	equal(cigo_barrier_waiting(b), 0);
	fails(cigo_barrier_wait(ctx, b), CIGO_EBROKEN);
	fails(cigo_future_take(ctx, t[0], NULL, 0), -EIO);
	fails(cigo_future_take(ctx, t[1], NULL, 0), CIGO_EBROKEN);
	equal(p[0].result, -EIO);
	equal(p[1].after, 0);
	ck_assert_str_eq(cigo_strerror(CIGO_EBROKEN), "barrier is broken");
	cigo_barrier_free(b);
}

LOOP_TEST(who_is_cancelled_after_the_last_has_come_has_passed)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ok(cigo_yield(ctx));
	equal(cigo_barrier_wait(ctx, b), 1);
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	cigo_barrier_abort(b);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(p.result, 0);
	equal(p.after, -EIO);
	cigo_barrier_free(b);
}

LOOP_TEST(a_party_whose_context_is_dead_breaks_it_too)
{
	cigo_barrier *b = cigo_barrier_new(2);
	cigo_ctx *dead = t_dead(ctx, -EIO);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ok(cigo_yield(ctx));
	fails(cigo_barrier_wait(dead, b), -EIO);
	fails(cigo_future_take(ctx, t, NULL, 0), CIGO_EBROKEN);
	cigo_ctx_unref(dead);
	cigo_barrier_free(b);
}

LOOP_TEST(abort_breaks_it_until_it_is_reset, COOPERATIVE)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ok(cigo_yield(ctx));
	cigo_barrier_abort(b);
	ck_assert(!cigo_future_is_done(t)); /* does not switch */
	ck_assert(cigo_barrier_is_broken(b));
	fails(cigo_future_take(ctx, t, NULL, 0), CIGO_EBROKEN);
	fails(cigo_barrier_wait(ctx, b), CIGO_EBROKEN);
	cigo_barrier_reset(b);
	ck_assert(!cigo_barrier_is_broken(b));
	t = party(ctx, &p, b, 0);
	equal(cigo_barrier_wait(ctx, b), 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(p.result, 1);
	cigo_barrier_free(b);
}

LOOP_TEST(reset_sends_those_who_wait_away_and_begins_anew)
{
	cigo_barrier *b = cigo_barrier_new(3);
	struct party p, q, r;
	cigo_task *t = party(ctx, &p, b, 0), *u, *v;

	ok(cigo_yield(ctx));
	cigo_barrier_reset(b);
	ck_assert(!cigo_barrier_is_broken(b));
	equal(cigo_barrier_waiting(b), 0);
	u = party(ctx, &q, b, 0);
	v = party(ctx, &r, b, 0);
	fails(cigo_future_take(ctx, t, NULL, 0), CIGO_EBROKEN);
	equal(cigo_barrier_wait(ctx, b), 2);
	ok(cigo_future_take(ctx, u, NULL, 0));
	ok(cigo_future_take(ctx, v, NULL, 0));
	cigo_barrier_free(b);
}

static struct party left[2];
static cigo_barrier *left_barrier;

CORO(leaves_waiters)
{
	cigo_detach(party(ctx, &left[0], left_barrier, 0));
	cigo_detach(party(ctx, &left[1], left_barrier, 0));
	return cigo_yield(ctx);
}

TEST(waiters_are_cancelled_at_the_run_s_end)
{
	left_barrier = cigo_barrier_new(3);
	ok(t_run(leaves_waiters, NULL));
	for (int i = 0; i < 2; i++) /* the first to be cancelled breaks it for the other */
		ck_assert(left[i].result == -ECANCELED || left[i].result == CIGO_EBROKEN);
	ck_assert(cigo_barrier_is_broken(left_barrier));
	cigo_barrier_free(left_barrier);
}

TEST_CASE("schedules", .seconds = 30);

struct round {
	cigo_barrier *b;
	int *at;   /* in which round each is */
	int me, n; /* of n */
	int sum;   /* of the indexes */
};

CORO(goes_round)
{
	struct round *r = arg;

	for (int i = 0; i < 20; i++) {
		r->at[r->me] = i;
		if (t_roll(2) && cigo_sleep(ctx, CIGO_MS(t_roll(3))))
			return -EIO;
		int index = cigo_barrier_wait(ctx, r->b);
		if (index < 0)
			return index;
		r->sum += index;
		for (int k = 0; k < r->n; k++) /* nobody is a round behind, or two ahead */
			ck_assert(r->at[k] == i || r->at[k] == i + 1);
	}
	return 0;
}

SEED_TEST(under_any_schedule_nobody_is_in_another_round)
{
	cigo_barrier *b = cigo_barrier_new(6);
	struct round r[6];
	int at[6] = { 0 }, sum = 0;
	cigo_task *t[6];

	for (int i = 0; i < 6; i++) {
		r[i] = (struct round){ b, at, i, 6, 0 };
		t[i] = cigo_spawn(ctx, goes_round, 0, &r[i]);
	}
	for (int i = 0; i < 6; i++) {
		ok(cigo_future_take(ctx, t[i], NULL, 0));
		sum += r[i].sum;
	}
	equal(sum, 20 * (0 + 1 + 2 + 3 + 4 + 5)); /* each index once a round */
	cigo_barrier_free(b);
}

SEED_TEST(under_any_schedule_a_cancellation_leaves_nobody_waiting)
{
	cigo_barrier *b = cigo_barrier_new(6);
	struct round r[6];
	int at[6] = { 0 };
	cigo_task *t[6];

	for (int i = 0; i < 6; i++) {
		r[i] = (struct round){ b, at, i, 6, 0 };
		t[i] = cigo_spawn(ctx, goes_round, 0, &r[i]);
	}
	ok(cigo_sleep(ctx, CIGO_MS(t_roll(10))));
	int which = (int)t_roll(6);
	cigo_future_cancel(t[which], -EINTR);
	ck_assert_int_lt(cigo_future_await(ctx, t[which], NULL, 0), 0);
	cigo_barrier_abort(b); /* as a party does that leaves without waiting */
	for (int i = 0; i < 6; i++) {
		int err = cigo_future_take(ctx, t[i], NULL, 0);

		if (i != which)
			equal(err, CIGO_EBROKEN);
	}
	equal(cigo_barrier_waiting(b), 0);
	cigo_barrier_free(b);
}

TEST_CASE("bad input and plain threads");

LOOP_TEST(a_barrier_that_could_not_be_made_is_one_that_failed)
{
	cigo_barrier *b = cigo_barrier_new(1);

	fails(cigo_barrier_wait(ctx, NULL), -ENOMEM);
	fails(cigo_barrier_wait(NULL, b), -ENOMEM);
	ck_assert(cigo_barrier_is_broken(NULL));
	equal(cigo_barrier_waiting(NULL), 0);
	cigo_barrier_abort(NULL);
	cigo_barrier_reset(NULL);
	cigo_barrier_free(NULL);
	cigo_barrier_free(b);
}

PLAIN_TEST(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_barrier *b = cigo_barrier_new(1);

	equal(cigo_barrier_wait(ctx, b), 0);
	cigo_barrier_abort(b);
	fails(cigo_barrier_wait(ctx, b), CIGO_EBROKEN);
	cigo_barrier_reset(b);
	equal(cigo_barrier_wait(ctx, b), 0);
	cigo_barrier_free(b);
}

TEST_CASE("misuse");

MISUSE_TEST(no_parties_are_misuse, "cigo_barrier_new")
{
	cigo_ignore(cigo_barrier_new(0));
}

THREAD(aborts_foreign)
{
	cigo_barrier_abort(arg);
	return NULL;
}

MISUSE_TEST(waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse, "cigo_barrier_abort")
{
	struct party p;
	cigo_barrier *b = cigo_barrier_new(2);

	cigo_detach(party(ctx, &p, b, 0));
	cigo_ignore(cigo_yield(ctx));
	on_thread(aborts_foreign, b);
}
