/* SPDX-License-Identifier: MIT
 * Barriers: parties that wait for each other, round after round; breaking and resetting.
 */
#include "tests/tools/sync.h"

struct party {
	cigo_barrier *b;
	int64_t ns; /* sleeps first */
	int result; /* of the wait: index or error */
	int after;  /* of a sleep after it */
	int64_t at; /* when it returned */
	const char *word;
};

static int meets(cigo_ctx *ctx, void *arg, void *ret)
{
	struct party *p = arg;

	CIGO_UNUSED(ret);
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

T_CORO(all_go_on_when_the_last_has_come)
{
	int64_t start = cigo_now(ctx);
	cigo_barrier *b = cigo_barrier_new(4);
	struct party p[3];
	cigo_task *t[3];

	ck_assert_ptr_nonnull(b);
	for (int i = 0; i < 3; i++)
		t[i] = party(ctx, &p[i], b, CIGO_MS(1 + i));
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(2.5)), 0);
	ck_assert_int_eq(cigo_barrier_waiting(b), 2);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(2.5)), 0);
	ck_assert_int_eq(cigo_barrier_waiting(b), 3);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), 3); /* the last; it does not wait */
	ck_assert_int_eq(cigo_barrier_waiting(b), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(cigo_future_take(ctx, t[i], NULL, 0), 0);
		ck_assert_int_eq(p[i].result, i); /* in order of coming */
		ck_assert_int_eq(p[i].at - start, CIGO_MS(5));
	}
	ck_assert(!cigo_barrier_is_broken(b));
	cigo_barrier_free(b);
}

T_CORO(one_party_alone_never_waits)
{
	cigo_barrier *b = cigo_barrier_new(1);

	cigo_detach(t_job(ctx, .word = "other"));
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), 0);
	t_expect_said("");
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(cigo_barrier_wait(ctx, b), 0);
	t_expect_said("other"); /* the others had a turn meanwhile */
	cigo_barrier_free(b);
}

T_CORO(who_comes_again_at_once_belongs_to_the_next_round)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), 1); /* the other has not run yet */
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	ck_assert_int_eq(cigo_barrier_wait(timed, b), -ETIMEDOUT);
	ck_assert_int_eq(p.result, 0);
	ck_assert(cigo_barrier_is_broken(b));
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	cigo_ctx_unref(timed);
	cigo_barrier_free(b);
}

T_CORO(a_barrier_may_be_freed_as_soon_as_the_last_has_come)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), 1);
	cigo_barrier_free(b);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
}

/* ---- breaking ---- */

T_CORO(a_cancelled_waiter_breaks_it)
{
	cigo_barrier *b = cigo_barrier_new(3);
	struct party p[2];
	cigo_task *t[2] = { party(ctx, &p[0], b, 0), party(ctx, &p[1], b, 0) };

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t[0], -EIO);
	ck_assert(cigo_barrier_is_broken(b)); /* in that moment */
	ck_assert_int_eq(cigo_barrier_waiting(b), 0);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), CIGO_EBROKEN);
	ck_assert_int_eq(cigo_future_take(ctx, t[0], NULL, 0), -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, t[1], NULL, 0), CIGO_EBROKEN);
	ck_assert_int_eq(p[0].result, -EIO);
	ck_assert_int_eq(p[1].after, 0);
	ck_assert_str_eq(cigo_strerror(CIGO_EBROKEN), "barrier is broken");
	cigo_barrier_free(b);
}

T_CORO(who_is_cancelled_after_the_last_has_come_has_passed)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), 1);
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	cigo_barrier_abort(b);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(p.result, 0);
	ck_assert_int_eq(p.after, -EIO);
	cigo_barrier_free(b);
}

T_CORO(a_party_whose_context_is_dead_breaks_it_too)
{
	cigo_barrier *b = cigo_barrier_new(2);
	cigo_ctx *dead = t_dead(ctx, -EIO);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_barrier_wait(dead, b), -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), CIGO_EBROKEN);
	cigo_ctx_unref(dead);
	cigo_barrier_free(b);
}

T_CORO(abort_breaks_it_until_it_is_reset)
{
	cigo_barrier *b = cigo_barrier_new(2);
	struct party p;
	cigo_task *t = party(ctx, &p, b, 0);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_barrier_abort(b);
	ck_assert(!cigo_future_is_done(t)); /* does not switch */
	ck_assert(cigo_barrier_is_broken(b));
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), CIGO_EBROKEN);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), CIGO_EBROKEN);
	cigo_barrier_reset(b);
	ck_assert(!cigo_barrier_is_broken(b));
	t = party(ctx, &p, b, 0);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), 0);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(p.result, 1);
	cigo_barrier_free(b);
}

T_CORO(reset_sends_those_who_wait_away_and_begins_anew)
{
	cigo_barrier *b = cigo_barrier_new(3);
	struct party p, q, r;
	cigo_task *t = party(ctx, &p, b, 0), *u, *v;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_barrier_reset(b);
	ck_assert(!cigo_barrier_is_broken(b));
	ck_assert_int_eq(cigo_barrier_waiting(b), 0);
	u = party(ctx, &q, b, 0);
	v = party(ctx, &r, b, 0);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), CIGO_EBROKEN);
	ck_assert_int_eq(cigo_barrier_wait(ctx, b), 2);
	ck_assert_int_eq(cigo_future_take(ctx, u, NULL, 0), 0);
	ck_assert_int_eq(cigo_future_take(ctx, v, NULL, 0), 0);
	cigo_barrier_free(b);
}

static struct party left[2];
static cigo_barrier *left_barrier;

static int leaves_waiters(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_detach(party(ctx, &left[0], left_barrier, 0));
	cigo_detach(party(ctx, &left[1], left_barrier, 0));
	return cigo_yield(ctx);
}

T_TEST(waiters_are_cancelled_at_the_run_s_end)
{
	left_barrier = cigo_barrier_new(3);
	ck_assert_int_eq(t_run(leaves_waiters, NULL), 0);
	for (int i = 0; i < 2; i++) /* the first to be cancelled breaks it for the other */
		ck_assert(left[i].result == -ECANCELED || left[i].result == CIGO_EBROKEN);
	ck_assert(cigo_barrier_is_broken(left_barrier));
	cigo_barrier_free(left_barrier);
}
END_TEST

/* ---- schedules ---- */

struct round {
	cigo_barrier *b;
	int *at;   /* in which round each is */
	int me, n; /* of n */
	int sum;   /* of the indexes */
};

static int goes_round(cigo_ctx *ctx, void *arg, void *ret)
{
	struct round *r = arg;

	CIGO_UNUSED(ret);
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

T_CORO_SEEDS(under_any_schedule_nobody_is_in_another_round)
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
		ck_assert_int_eq(cigo_future_take(ctx, t[i], NULL, 0), 0);
		sum += r[i].sum;
	}
	ck_assert_int_eq(sum, 20 * (0 + 1 + 2 + 3 + 4 + 5)); /* each index once a round */
	cigo_barrier_free(b);
}

T_CORO_SEEDS(under_any_schedule_a_cancellation_leaves_nobody_waiting)
{
	cigo_barrier *b = cigo_barrier_new(6);
	struct round r[6];
	int at[6] = { 0 };
	cigo_task *t[6];

	for (int i = 0; i < 6; i++) {
		r[i] = (struct round){ b, at, i, 6, 0 };
		t[i] = cigo_spawn(ctx, goes_round, 0, &r[i]);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(t_roll(10))), 0);
	int which = (int)t_roll(6);
	cigo_future_cancel(t[which], -EINTR);
	ck_assert_int_lt(cigo_future_await(ctx, t[which], NULL, 0), 0);
	cigo_barrier_abort(b); /* as a party does that leaves without waiting */
	for (int i = 0; i < 6; i++) {
		int err = cigo_future_take(ctx, t[i], NULL, 0);

		if (i != which)
			ck_assert_int_eq(err, CIGO_EBROKEN);
	}
	ck_assert_int_eq(cigo_barrier_waiting(b), 0);
	cigo_barrier_free(b);
}

/* ---- bad input, plain threads ---- */

T_CORO(a_barrier_that_could_not_be_made_is_one_that_failed)
{
	cigo_barrier *b = cigo_barrier_new(1);

	ck_assert_int_eq(cigo_barrier_wait(ctx, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_barrier_wait(NULL, b), -ENOMEM);
	ck_assert(cigo_barrier_is_broken(NULL));
	ck_assert_int_eq(cigo_barrier_waiting(NULL), 0);
	cigo_barrier_abort(NULL);
	cigo_barrier_reset(NULL);
	cigo_barrier_free(NULL);
	cigo_barrier_free(b);
}

T_PLAIN(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_barrier *b = cigo_barrier_new(1);

	ck_assert_int_eq(cigo_barrier_wait(cigo_ctx_background(), b), 0);
	cigo_barrier_abort(b);
	ck_assert_int_eq(cigo_barrier_wait(cigo_ctx_background(), b), CIGO_EBROKEN);
	cigo_barrier_reset(b);
	ck_assert_int_eq(cigo_barrier_wait(cigo_ctx_background(), b), 0);
	cigo_barrier_free(b);
}

/* ---- misuse ---- */

T_MISUSE(no_parties_are_misuse, "cigo_barrier_new")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_barrier_new(0));
}

T_MISUSE(freeing_one_someone_waits_for_is_misuse, "cigo_barrier_free")
{
	struct party p;
	cigo_barrier *b = cigo_barrier_new(2);

	cigo_detach(party(ctx, &p, b, 0));
	cigo_ignore(cigo_yield(ctx));
	cigo_barrier_free(b);
}

T_MISUSE_CALLBACK(waiting_in_a_callback_is_misuse, "cigo_barrier_wait")
{
	cigo_ignore(cigo_barrier_wait(ctx, cigo_barrier_new(2)));
}

T_MISUSE_PLAIN(waiting_without_a_loop_is_misuse, "cigo_barrier_wait")
{
	cigo_ignore(cigo_barrier_wait(cigo_ctx_background(), cigo_barrier_new(2)));
}

static void *aborts_foreign(void *b)
{
	cigo_barrier_abort(b);
	return NULL;
}

T_MISUSE(waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse, "cigo_barrier_abort")
{
	struct party p;
	cigo_barrier *b = cigo_barrier_new(2);

	cigo_detach(party(ctx, &p, b, 0));
	cigo_ignore(cigo_yield(ctx));
	t_foreign(aborts_foreign, b);
}

int main(void)
{
	Suite *s = suite_create("barrier");
	TCase *tc = t_case(s, "meeting");

	t_add(tc, all_go_on_when_the_last_has_come,
	      who_comes_again_at_once_belongs_to_the_next_round,
	      a_barrier_may_be_freed_as_soon_as_the_last_has_come);
	t_add_cooperative(tc, one_party_alone_never_waits);
	tc = t_case(s, "breaking");
	t_add(tc, a_cancelled_waiter_breaks_it, who_is_cancelled_after_the_last_has_come_has_passed,
	      a_party_whose_context_is_dead_breaks_it_too,
	      reset_sends_those_who_wait_away_and_begins_anew,
	      waiters_are_cancelled_at_the_run_s_end);
	t_add_cooperative(tc, abort_breaks_it_until_it_is_reset);
	tc = t_case_slow(s, "schedules", 30);
	t_add(tc, under_any_schedule_nobody_is_in_another_round,
	      under_any_schedule_a_cancellation_leaves_nobody_waiting);
	tc = t_case(s, "bad input and plain threads");
	t_add(tc, a_barrier_that_could_not_be_made_is_one_that_failed,
	      a_plain_thread_may_use_one_where_it_need_not_wait);
	tc = t_case(s, "misuse");
	t_add(tc, no_parties_are_misuse, freeing_one_someone_waits_for_is_misuse,
	      waiting_in_a_callback_is_misuse, waiting_without_a_loop_is_misuse,
	      waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse);
	return t_main(s);
}
