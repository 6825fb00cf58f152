/* SPDX-License-Identifier: MIT
 * Channels: meeting, buffering, closing; and select over several.
 */
#include "tests/tools/sync.h"

static int send(cigo_ctx *ctx, cigo_channel *c, int item)
{
	return cigo_send(ctx, c, &item);
}

static int try_send(cigo_channel *c, int item)
{
	return cigo_channel_try_send(c, &item, sizeof item);
}

static cigo_channel *channel(size_t capacity)
{
	cigo_channel *c = cigo_channel_new(sizeof(int), capacity);

	ck_assert_ptr_nonnull(c);
	return c;
}

struct end {
	cigo_channel *c;
	int item;  /* to send, or received */
	int err;   /* of the call */
	int after; /* of a sleep after it */
	const char *word;
};

static int sends(cigo_ctx *ctx, void *arg, void *ret)
{
	struct end *e = arg;

	CIGO_UNUSED(ret);
	e->err = cigo_send(ctx, e->c, &e->item);
	if (e->word)
		t_say(e->word);
	e->after = cigo_sleep(ctx, 0);
	return e->err;
}

static int receives(cigo_ctx *ctx, void *arg, void *ret)
{
	struct end *e = arg;

	CIGO_UNUSED(ret);
	e->err = cigo_recv(ctx, e->c, &e->item);
	if (e->word)
		t_say(e->word);
	e->after = cigo_sleep(ctx, 0);
	return e->err;
}

static cigo_task *end(cigo_ctx *ctx, cigo_coro_fn *fn, struct end *e, cigo_channel *c, int item)
{
	*e = (struct end){ .c = c, .item = item, .err = 1, .after = 1 };
	return cigo_task_spawn(ctx, fn == sends ? "sends" : "receives", fn, 0, e);
}

/* ---- meeting ---- */

T_CORO(send_waits_for_a_receiver)
{
	cigo_channel *c = channel(0);
	struct end e;
	cigo_task *t = end(ctx, sends, &e, c, 7);
	int item;

	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	ck_assert(!cigo_future_is_done(t));
	ck_assert_uint_eq(cigo_channel_count(c), 0);
	ck_assert_int_eq(cigo_recv(ctx, c, &item), 0);
	ck_assert_int_eq(item, 7);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	cigo_channel_free(c);
}

T_CORO(recv_waits_for_a_sender_and_sending_does_not_switch)
{
	cigo_channel *c = channel(0);
	struct end e;
	cigo_task *t = end(ctx, receives, &e, c, 0);

	ck_assert_int_eq(try_send(c, 1), -EAGAIN);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	ck_assert_int_eq(send(ctx, c, 7), 0);
	ck_assert_int_eq(e.item, 7); /* it is there, */
	ck_assert_int_eq(e.err, 1);  /* before the receiver runs */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	cigo_channel_free(c);
}

T_CORO(senders_and_receivers_are_served_in_the_order_of_their_coming)
{
	cigo_channel *c = channel(0);
	struct end e[4];
	cigo_task *t[4];
	int item;

	for (int i = 0; i < 4; i++)
		t[i] = end(ctx, sends, &e[i], c, i);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(cigo_channel_try_recv(c, &item, sizeof item), 0);
		ck_assert_int_eq(item, i);
		ck_assert_int_eq(cigo_future_take(ctx, t[i], NULL, 0), 0);
	}
	for (int i = 0; i < 4; i++)
		t[i] = end(ctx, receives, &e[i], c, 0);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(try_send(c, 10 + i), 0);
	ck_assert_int_eq(try_send(c, 99), -EAGAIN);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(cigo_future_take(ctx, t[i], NULL, 0), 0);
		ck_assert_int_eq(e[i].item, 10 + i);
	}
	cigo_channel_free(c);
}

T_CORO(an_item_may_be_large)
{
	static char in[100000], out[100000];
	cigo_channel *c = cigo_channel_new(sizeof in, 1);

	memset(in, 'x', sizeof in);
	ck_assert_int_eq(cigo_send(ctx, c, &in), 0);
	memset(in, 'y', sizeof in); /* it was copied */
	ck_assert_int_eq(cigo_recv(ctx, c, &out), 0);
	ck_assert_int_eq(out[0], 'x');
	ck_assert_int_eq(out[sizeof out - 1], 'x');
	cigo_channel_free(c);
}

/* ---- buffering ---- */

T_CORO(a_buffer_takes_so_many_and_keeps_their_order)
{
	cigo_channel *c = channel(3);
	struct end e;
	int item, next = 0, out = 0;

	for (int round = 0; round < 10; round++) { /* it wraps around */
		while (try_send(c, next) == 0)
			next++;
		ck_assert_uint_eq(cigo_channel_count(c), 3);
		for (int i = 0; i < 2; i++) {
			ck_assert_int_eq(cigo_recv(ctx, c, &item), 0);
			ck_assert_int_eq(item, out++);
		}
	}
	while (try_send(c, next) == 0)
		next++;
	cigo_task *t = end(ctx, sends, &e, c, next);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	ck_assert(!cigo_future_is_done(t));
	ck_assert_int_eq(cigo_recv(ctx, c, &item), 0);
	ck_assert_int_eq(item, out++);
	ck_assert_int_eq(try_send(c, 99), -EAGAIN); /* the room is the waiter's */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	while (cigo_channel_try_recv(c, &item, sizeof item) == 0)
		ck_assert_int_eq(item, out++);
	ck_assert_int_eq(out, next + 1);
	cigo_channel_free(c);
}

T_CORO(items_left_inside_go_with_the_channel)
{
	cigo_channel *c = channel(10);

	ck_assert_int_eq(send(ctx, c, 1), 0);
	cigo_channel_free(c);
	cigo_channel_free(NULL);
}

T_CORO(who_never_has_to_wait_gives_the_others_a_turn)
{
	cigo_channel *c = channel(1);
	int item;

	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 50; i++) {
		ck_assert_int_eq(send(ctx, c, i), 0);
		ck_assert_int_eq(cigo_recv(ctx, c, &item), 0);
	}
	t_expect_said("other");
	cigo_channel_free(c);
}

/* ---- closing ---- */

T_CORO(a_closed_channel_takes_nothing_and_gives_what_is_left)
{
	cigo_channel *c = channel(4);
	int item;

	ck_assert_int_eq(send(ctx, c, 1), 0);
	ck_assert_int_eq(send(ctx, c, 2), 0);
	cigo_channel_close(c);
	cigo_channel_close(c); /* twice is fine */
	ck_assert_int_eq(send(ctx, c, 3), CIGO_ECLOSED);
	ck_assert_int_eq(try_send(c, 3), CIGO_ECLOSED);
	ck_assert_int_eq(cigo_recv(ctx, c, &item), 0);
	ck_assert_int_eq(item, 1);
	ck_assert_int_eq(cigo_channel_try_recv(c, &item, sizeof item), 0);
	ck_assert_int_eq(item, 2);
	ck_assert_int_eq(cigo_recv(ctx, c, &item), CIGO_ECLOSED);
	ck_assert_int_eq(item, 0);
	item = 99;
	ck_assert_int_eq(cigo_channel_try_recv(c, &item, sizeof item), CIGO_ECLOSED);
	ck_assert_int_eq(item, 0);
	cigo_channel_free(c);
}

T_CORO(closing_wakes_all_who_wait_and_it_may_be_freed_then)
{
	cigo_channel *c = channel(0), *d = channel(0);
	struct end e[4];
	cigo_task *t[4] = { end(ctx, sends, &e[0], c, 1), end(ctx, sends, &e[1], c, 2),
			    end(ctx, receives, &e[2], d, 0), end(ctx, receives, &e[3], d, 0) };

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_channel_close(c);
	cigo_channel_close(d);
	cigo_channel_free(c);
	cigo_channel_free(d);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(cigo_future_take(ctx, t[i], NULL, 0), CIGO_ECLOSED);
}

/* ---- cancelling ---- */

T_CORO(a_cancelled_send_is_not_received_and_a_cancelled_recv_takes_nothing)
{
	cigo_channel *c = channel(0);
	struct end e;
	cigo_task *t = end(ctx, sends, &e, c, 7);
	int item;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(cigo_channel_try_recv(c, &item, sizeof item), -EAGAIN);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(e.err, -EIO);
	t = end(ctx, receives, &e, c, 0);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(try_send(c, 8), -EAGAIN);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(e.err, -EIO);
	ck_assert_int_eq(e.item, 0);
	cigo_channel_free(c);
}

T_CORO(what_was_passed_before_the_cancellation_is_passed)
{
	cigo_channel *c = channel(0);
	struct end s, r;
	cigo_task *t = end(ctx, sends, &s, c, 7);
	int item;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_channel_try_recv(c, &item, sizeof item), 0);
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(s.err, 0);
	ck_assert_int_eq(s.after, -EIO);
	t = end(ctx, receives, &r, c, 0);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(try_send(c, 8), 0);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(r.err, 0);
	ck_assert_int_eq(r.item, 8);
	cigo_channel_free(c);
}

T_CORO(calls_wait_no_longer_than_their_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_channel *c = channel(0);
	int item = 99;

	ck_assert_int_eq(cigo_recv(timed, c, &item), -ETIMEDOUT);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(send(timed, c, 1), -ETIMEDOUT);
	cigo_channel_free(c);
	cigo_ctx_unref(timed);
}

static struct end left[2];

static int leaves_waiters(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_detach(end(ctx, sends, &left[0], channel(0), 1));
	cigo_detach(end(ctx, receives, &left[1], channel(0), 1));
	return cigo_yield(ctx);
}

T_TEST(waiters_are_cancelled_at_the_run_s_end)
{
	ck_assert_int_eq(t_run(leaves_waiters, NULL), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(left[i].err, -ECANCELED);
		cigo_channel_free(left[i].c);
	}
}
END_TEST

/* ---- select ---- */

T_CORO(select_does_what_is_ready)
{
	cigo_channel *a = channel(1), *b = channel(1);
	int in = 0, out = 5;

	ck_assert_int_eq(try_send(a, 7), 0);
	cigo_select_case cases[] = { CIGO_CASE_RECV(b, &in), CIGO_CASE_RECV(a, &in) };
	ck_assert_int_eq(cigo_select(ctx, cases, 2), 1);
	ck_assert_int_eq(in, 7);
	ck_assert_int_eq(cases[1].err, 0);
	ck_assert_uint_eq(cigo_channel_count(a), 0);
	cigo_select_case more[] = { CIGO_CASE_RECV(b, &in), CIGO_CASE_SEND(a, &out) };
	ck_assert_int_eq(cigo_select(ctx, more, 2), 1);
	ck_assert_int_eq(in, 7); /* of a case that did not happen: not touched */
	ck_assert_int_eq(cigo_channel_try_recv(a, &in, sizeof in), 0);
	ck_assert_int_eq(in, 5);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

struct chooser {
	cigo_select_case *cases;
	size_t n;
	int result, after;
};

static int chooses(cigo_ctx *ctx, void *arg, void *ret)
{
	struct chooser *c = arg;

	CIGO_UNUSED(ret);
	c->result = cigo_select(ctx, c->cases, c->n);
	c->after = cigo_sleep(ctx, 0);
	return c->result;
}

static cigo_task *chooser(cigo_ctx *ctx, struct chooser *c, cigo_select_case *cases, size_t n)
{
	*c = (struct chooser){ cases, n, -99, 1 };
	return cigo_spawn(ctx, chooses, 0, c);
}

T_CORO(select_waits_for_the_first_that_becomes_ready_and_leaves_the_others)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x = 9, y = 9, item;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &y) };
	struct chooser c;
	cigo_task *t = chooser(ctx, &c, cases, 2);

	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(3)), 0);
	ck_assert_int_eq(try_send(b, 7), 0);
	ck_assert_int_eq(try_send(a, 8), -EAGAIN); /* exactly one happens */
	ck_assert_int_eq(try_send(b, 8), -EAGAIN);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(c.result, 1);
	ck_assert_int_eq(x, 9);
	ck_assert_int_eq(y, 7);
	x = 3;
	cigo_select_case sending[] = { CIGO_CASE_SEND(a, &x), CIGO_CASE_RECV(b, &y) };
	sending[0].ret = &y; /* neither is looked at */
	sending[1].item = &x;
	t = chooser(ctx, &c, sending, 2);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_recv(ctx, a, &item), 0);
	ck_assert_int_eq(item, 3);
	ck_assert_int_eq(try_send(b, 8), -EAGAIN);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(c.result, 0);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

T_CORO(selects_stand_in_the_line_with_the_others)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x, y;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &y) };
	struct chooser c;
	struct end first, last;
	cigo_task *t[3] = { end(ctx, receives, &first, a, 0), chooser(ctx, &c, cases, 2),
			    end(ctx, receives, &last, a, 0) };

	ck_assert_int_eq(cigo_yield(ctx), 0);
	for (int i = 1; i <= 3; i++)
		ck_assert_int_eq(try_send(a, i), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(cigo_future_take(ctx, t[i], NULL, 0), 0);
	ck_assert_int_eq(first.item, 1);
	ck_assert_int_eq(x, 2);
	ck_assert_int_eq(last.item, 3);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

T_CORO(two_selects_meet)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x = 5, y = 0, x2 = 6, y2 = 0;
	cigo_select_case one[] = { CIGO_CASE_SEND(a, &x), CIGO_CASE_RECV(b, &y) };
	cigo_select_case two[] = { CIGO_CASE_SEND(b, &x2), CIGO_CASE_RECV(a, &y2) };
	struct chooser c, d;
	cigo_task *t = chooser(ctx, &c, one, 2), *u = chooser(ctx, &d, two, 2);

	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(cigo_future_take(ctx, u, NULL, 0), 0);
	if (c.result == 0) { /* a was it, and nothing else */
		ck_assert_int_eq(d.result, 1);
		ck_assert_int_eq(y2, 5);
		ck_assert_int_eq(y, 0);
	} else {
		ck_assert_int_eq(d.result, 0);
		ck_assert_int_eq(y, 6);
		ck_assert_int_eq(y2, 0);
	}
	cigo_channel_free(a); /* nobody waits */
	cigo_channel_free(b);
}

T_CORO(a_select_does_not_meet_itself_but_its_like)
{
	cigo_channel *a = channel(0);
	int x[2] = { 1, 2 }, y[2] = { 0, 0 };
	cigo_select_case one[] = { CIGO_CASE_SEND(a, &x[0]), CIGO_CASE_RECV(a, &y[0]) };
	cigo_select_case two[] = { CIGO_CASE_SEND(a, &x[1]), CIGO_CASE_RECV(a, &y[1]) };
	struct chooser c, d;
	cigo_task *t, *u;

	ck_assert_int_eq(cigo_select_try(one, 2), -EAGAIN);
	t = chooser(ctx, &c, one, 2);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	ck_assert(!cigo_future_is_done(t));
	u = chooser(ctx, &d, two, 2);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(cigo_future_take(ctx, u, NULL, 0), 0);
	ck_assert_int_eq(c.result + d.result, 1); /* one sent, the other received */
	if (c.result)
		ck_assert_int_eq(y[0], 2);
	else
		ck_assert_int_eq(y[1], 1);
	cigo_channel_free(a);
}

T_CORO(of_several_ready_each_has_its_turn)
{
	cigo_channel *c[3] = { channel(100), channel(100), channel(100) };
	int x, count[3] = { 0 };

	for (int i = 0; i < 100; i++)
		for (int k = 0; k < 3; k++)
			ck_assert_int_eq(try_send(c[k], i), 0);
	cigo_select_case cases[] = { CIGO_CASE_RECV(c[0], &x), CIGO_CASE_RECV(c[1], &x),
				     CIGO_CASE_RECV(c[2], &x) };
	for (int i = 0; i < 30; i++) {
		int k = cigo_select(ctx, cases, 3);

		ck_assert_int_eq(k, i % 3);
		ck_assert_int_eq(x, count[k]++);
	}
	for (int k = 0; k < 3; k++)
		cigo_channel_free(c[k]);
}

/* Which of two ready ones are chosen, as bits. */
static int chooses_32_times(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_channel *a = channel(32), *b = channel(32);
	int x;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &x) };
	uint32_t bits = 0;

	CIGO_UNUSED(ret);
	for (int i = 0; i < 32; i++)
		ck_assert(!try_send(a, i) && !try_send(b, i));
	for (int i = 0; i < 32; i++) {
		int k = i % 2 ? cigo_select(ctx, cases, 2) : cigo_select_try(cases, 2);

		ck_assert(k == 0 || k == 1);
		bits = bits << 1 | (uint32_t)k;
	}
	cigo_channel_free(a);
	cigo_channel_free(b);
	*(uint32_t *)arg = bits;
	return 0;
}

T_TEST(with_a_seed_the_choice_is_random_and_repeats)
{
	uint32_t bits[3], again;

	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(t_run_seed(i + 1, chooses_32_times, &bits[i]), 0);
		ck_assert_int_eq(t_run_seed(i + 1, chooses_32_times, &again), 0);
		ck_assert_uint_eq(bits[i], again);
		ck_assert_uint_ne(bits[i], UINT32_C(0x55555555)); /* not by turns */
		ck_assert_int_ge(__builtin_popcount(bits[i]), 4);
		ck_assert_int_le(__builtin_popcount(bits[i]), 28);
	}
	ck_assert(bits[0] != bits[1] || bits[1] != bits[2]);
}
END_TEST

T_CORO(a_closed_channel_is_ready)
{
	cigo_channel *a = channel(0), *b = channel(0), *d = channel(0);
	int x = 9, y = 9;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &y) };
	struct chooser c;

	cigo_channel_close(b);
	ck_assert_int_eq(cigo_select(ctx, cases, 2), 1);
	ck_assert_int_eq(cases[1].err, CIGO_ECLOSED);
	ck_assert_int_eq(cases[0].err, 0);
	ck_assert_int_eq(y, 0);
	ck_assert_int_eq(x, 9);
	cases[1].op = CIGO_SELECT_SKIP; /* not again */
	ck_assert_int_eq(cigo_select_try(cases, 2), -EAGAIN);
	ck_assert_int_eq(x, 0);
	x = 9;
	y = 9;
	cigo_select_case waiting[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_SEND(d, &y) };
	cigo_task *t = chooser(ctx, &c, waiting, 2);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_channel_close(a);
	cigo_channel_free(a);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(c.result, 0);
	ck_assert_int_eq(waiting[0].err, CIGO_ECLOSED);
	ck_assert_int_eq(x, 0);
	cigo_channel_close(d);
	ck_assert_int_eq(cigo_select_try(waiting + 1, 1), 0);
	ck_assert_int_eq(waiting[1].err, CIGO_ECLOSED);
	cigo_channel_free(b);
	cigo_channel_free(d);
}

T_CORO(a_cancelled_select_does_nothing)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x = 9, y = 9;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_SEND(b, &y) };
	struct chooser c;
	cigo_task *t = chooser(ctx, &c, cases, 2);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(try_send(a, 1), -EAGAIN);
	ck_assert_int_eq(cigo_channel_try_recv(b, &y, sizeof y), -EAGAIN);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(c.result, -EIO);
	ck_assert_int_eq(x, 0);
	t = chooser(ctx, &c, cases, 2);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(try_send(a, 1), 0);
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(c.result, 0);
	ck_assert_int_eq(x, 1);
	ck_assert_int_eq(c.after, -EIO);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

T_CORO(a_select_waits_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_channel *a = channel(0);
	int x = 9;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), { .op = CIGO_SELECT_SKIP } };

	ck_assert_int_eq(cigo_select(timed, cases, 2), -ETIMEDOUT);
	ck_assert_int_eq(x, 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(cigo_select(timed, NULL, 0), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	ck_assert_int_eq(cigo_select(timed, NULL, 0), -ETIMEDOUT); /* without cases it sleeps */
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(10));
	ck_assert_int_eq(cigo_select_try(NULL, 0), -EAGAIN);
	cigo_ctx_unref(timed);
	cigo_channel_free(a);
}

T_CORO(a_select_may_have_many_cases)
{
	cigo_channel *c[100];
	cigo_select_case cases[100];
	int items[100] = { 0 };
	struct chooser chooser_;

	for (int i = 0; i < 100; i++) {
		c[i] = channel(0);
		cases[i] = (cigo_select_case)CIGO_CASE_RECV(c[i], &items[i]);
	}
	for (int i = 0; i < 100; i += 33) {
		cigo_task *t = chooser(ctx, &chooser_, cases, 100);

		ck_assert_int_eq(cigo_yield(ctx), 0);
		ck_assert_int_eq(try_send(c[i], i + 1), 0);
		ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
		ck_assert_int_eq(chooser_.result, i);
		ck_assert_int_eq(items[i], i + 1);
	}
	cigo_task *t = chooser(ctx, &chooser_, cases, 100);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_task_stop(ctx, t), -ECANCELED);
	for (int i = 0; i < 100; i++)
		cigo_channel_free(c[i]);
}

/* ---- schedules ---- */

enum { CHANNELS = 3, WORKERS = 12, ITEMS = 20 };

struct worker {
	cigo_channel **c;
	int *sent, *received; /* how often each item was */
	int first;	      /* of its items */
};

/* Sends its items and receives those of others, wherever it can, by selects. */
static int works(cigo_ctx *ctx, void *arg, void *ret)
{
	struct worker *w = arg;
	int item, got = 0, sent = 0;

	CIGO_UNUSED(ret);
	for (;;) {
		cigo_select_case cases[2 * CHANNELS];

		item = w->first + sent;
		for (int i = 0; i < CHANNELS; i++) {
			cases[2 * i] = (cigo_select_case)CIGO_CASE_SEND(w->c[i], &item);
			if (sent == ITEMS)
				cases[2 * i].op = CIGO_SELECT_SKIP;
			cases[2 * i + 1] = (cigo_select_case)CIGO_CASE_RECV(w->c[i], &got);
		}
		int k = cigo_select(ctx, cases, 2 * CHANNELS);
		if (k < 0)
			return k;
		if (cases[k].err)
			return cases[k].err;
		if (k % 2) {
			w->received[got]++;
		} else {
			w->sent[item]++;
			sent++;
		}
		if (t_roll(4) == 0 && cigo_yield(ctx))
			return -EINTR;
	}
}

static void exchange(cigo_ctx *ctx, size_t capacity, bool cancel)
{
	cigo_channel *c[CHANNELS];
	struct worker w[WORKERS];
	cigo_task *t[WORKERS];
	int sent[WORKERS * ITEMS] = { 0 }, received[WORKERS * ITEMS] = { 0 }, item, all = 0;

	for (int i = 0; i < CHANNELS; i++)
		c[i] = channel(capacity);
	for (int i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){ c, sent, received, i * ITEMS };
		t[i] = cigo_spawn(ctx, works, 0, &w[i]);
	}
	for (int i = 0; i < 8 && cancel; i++) {
		ck_assert_int_eq(cigo_yield(ctx), 0);
		cigo_future_cancel(t[t_roll(WORKERS)], -EIO);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0); /* till all are stuck or done */
	for (int i = 0; i < CHANNELS; i++)
		cigo_channel_close(c[i]);
	for (int i = 0; i < WORKERS; i++)
		ck_assert_int_lt(cigo_future_take(ctx, t[i], NULL, 0), 0);
	for (int i = 0; i < CHANNELS; i++) {
		while (!cigo_channel_try_recv(c[i], &item, sizeof item))
			received[item]++;
		cigo_channel_free(c[i]);
	}
	for (int i = 0; i < WORKERS * ITEMS; i++) {
		ck_assert_int_le(sent[i], 1);
		ck_assert_int_eq(sent[i], received[i]);
		all += sent[i];
	}
	if (!cancel) /* the last one may be left alone with what it has */
		ck_assert_int_ge(all, (WORKERS - 1) * ITEMS);
}

T_CORO_SEEDS(under_any_schedule_what_is_sent_is_received_once)
{
	exchange(ctx, 0, false);
	exchange(ctx, 2, false);
}

T_CORO_SEEDS(under_any_schedule_and_cancellation_what_is_sent_is_received_once)
{
	exchange(ctx, 0, true);
	exchange(ctx, 2, true);
}

T_CORO_SEEDS(under_any_schedule_plain_calls_meet_or_say_that_they_did_not)
{
	cigo_channel *c = channel(t_roll(3));
	struct end s[20], r[20];
	cigo_task *ts[20], *tr[20];
	int seen[20] = { 0 }, item;

	for (int i = 0; i < 20; i++) {
		ts[i] = end(ctx, sends, &s[i], c, i);
		tr[i] = end(ctx, receives, &r[i], c, -1);
		if (t_roll(3) == 0)
			ck_assert_int_eq(cigo_yield(ctx), 0);
		if (t_roll(3) == 0)
			cigo_future_cancel((t_roll(2) ? ts : tr)[t_roll((unsigned)i + 1)], -EIO);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	cigo_channel_close(c);
	for (int i = 0; i < 20; i++) {
		cigo_ignore(cigo_future_take(ctx, tr[i], NULL, 0));
		cigo_ignore(cigo_future_take(ctx, ts[i], NULL, 0));
		if (!r[i].err)
			seen[r[i].item]++;
	}
	while (!cigo_channel_try_recv(c, &item, sizeof item))
		seen[item]++;
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(seen[i], s[i].err == 0);
	cigo_channel_free(c);
}

/* ---- bad input, plain threads ---- */

T_CORO(a_channel_that_could_not_be_made_is_one_that_failed)
{
	cigo_channel *c = channel(0);
	int item = 99, x = 1;

	ck_assert_int_eq(send(ctx, NULL, 1), -ENOMEM);
	ck_assert_int_eq(try_send(NULL, 1), -ENOMEM);
	ck_assert_int_eq(cigo_recv(ctx, NULL, &item), -ENOMEM);
	ck_assert_int_eq(item, 0);
	item = 99;
	ck_assert_int_eq(cigo_channel_try_recv(NULL, &item, sizeof item), -ENOMEM);
	ck_assert_int_eq(item, 0);
	item = 99;
	cigo_select_case cases[] = { CIGO_CASE_SEND(c, &x), CIGO_CASE_RECV(NULL, &item) };
	ck_assert_int_eq(cigo_select(ctx, cases, 2), -ENOMEM);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(cigo_select_try(cases, 2), -ENOMEM);
	ck_assert_int_eq(cigo_select(NULL, cases, 1), -ENOMEM);
	ck_assert_int_eq(cigo_recv(NULL, c, &item), -ENOMEM);
	ck_assert_int_eq(send(NULL, c, 1), -ENOMEM);
	cigo_channel_close(NULL);
	ck_assert_uint_eq(cigo_channel_count(NULL), 0);
	ck_assert_ptr_null(cigo_channel_new(SIZE_MAX / 2, 4));
	ck_assert_ptr_null(cigo_channel_new(1, SIZE_MAX));
	cigo_channel_free(c);
}

T_PLAIN(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_ctx *ctx = cigo_ctx_background(), *dead = t_dead(ctx, -EIO);
	cigo_channel *c = channel(2);
	int item = 9;
	cigo_select_case cases[] = { CIGO_CASE_SEND(c, &item), CIGO_CASE_RECV(c, &item) };

	ck_assert_int_eq(send(ctx, c, 1), 0);
	ck_assert_int_eq(try_send(c, 2), 0);
	ck_assert_int_eq(cigo_select(ctx, cases, 2), 1); /* it is full */
	ck_assert_int_eq(item, 1);
	ck_assert_int_eq(cigo_recv(dead, c, &item), -EIO);
	ck_assert_int_eq(cigo_recv(ctx, c, &item), 0);
	ck_assert_int_eq(item, 2);
	ck_assert_int_eq(cigo_select_try(cases, 2), 0); /* it is empty */
	cigo_channel_close(c);
	cigo_channel_free(c);
	cigo_ctx_unref(dead);
}

/* ---- misuse ---- */

T_MISUSE(items_of_0_bytes_are_misuse, "cigo_channel_new")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_channel_new(0, 1));
}

T_MISUSE(sending_another_size_is_misuse, "cigo_channel_send")
{
	cigo_ignore(cigo_send(ctx, channel(1), &(char){ 1 }));
}

T_MISUSE(receiving_another_size_is_misuse, "cigo_channel_recv")
{
	char item;

	cigo_ignore(cigo_recv(ctx, channel(1), &item));
}

T_MISUSE(trying_to_send_another_size_is_misuse, "cigo_channel_try_send")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_channel_try_send(channel(1), "12345678", 8));
}

T_MISUSE(trying_to_receive_another_size_is_misuse, "cigo_channel_try_recv")
{
	char item;

	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_channel_try_recv(channel(1), &item, sizeof item));
}

T_MISUSE(selecting_another_size_is_misuse, "cigo_select")
{
	char item;
	cigo_select_case cases[] = { CIGO_CASE_RECV(channel(1), &item) };

	cigo_ignore(cigo_select(ctx, cases, 1));
}

T_MISUSE(selecting_no_operation_is_misuse, "cigo_select_try: case 0")
{
	int item;
	cigo_select_case cases[] = { CIGO_CASE_RECV(channel(1), &item) };

	CIGO_UNUSED(ctx);
	memset(&cases[0].op, 7, sizeof cases[0].op);
	cigo_ignore(cigo_select_try(cases, 1));
}

T_MISUSE(selecting_without_a_place_is_misuse, "cigo_select: case 1")
{
	int item;
	cigo_channel *c = channel(1);
	cigo_select_case cases[] = { CIGO_CASE_RECV(c, &item),
				     { c, CIGO_SELECT_RECV, &item, NULL, sizeof item, 0 } };

	cigo_ignore(cigo_select(ctx, cases, 2));
}

T_MISUSE(freeing_one_someone_waits_for_is_misuse, "cigo_channel_free")
{
	struct end e;
	cigo_channel *c = channel(0);

	cigo_detach(end(ctx, receives, &e, c, 0));
	cigo_ignore(cigo_yield(ctx));
	cigo_channel_free(c);
}

T_MISUSE_CALLBACK(receiving_in_a_callback_is_misuse, "cigo_channel_recv")
{
	int item;

	cigo_ignore(cigo_recv(ctx, channel(0), &item));
}

T_MISUSE_CALLBACK(selecting_in_a_callback_is_misuse, "cigo_select")
{
	cigo_ignore(cigo_select(ctx, NULL, 0));
}

T_MISUSE_PLAIN(waiting_without_a_loop_is_misuse, "cigo_channel_send")
{
	cigo_ignore(send(cigo_ctx_background(), channel(0), 1));
}

T_MISUSE_PLAIN(selecting_without_a_loop_is_misuse, "cigo_select")
{
	cigo_ignore(cigo_select(cigo_ctx_background(), NULL, 0));
}

static void *sends_foreign(void *c)
{
	cigo_ignore(try_send(c, 1));
	return NULL;
}

T_MISUSE(waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse, "cigo_channel_try_send")
{
	struct end e;
	cigo_channel *c = channel(0);

	cigo_detach(end(ctx, receives, &e, c, 0));
	cigo_ignore(cigo_yield(ctx));
	t_foreign(sends_foreign, c);
}

int main(void)
{
	Suite *s = suite_create("channel");
	TCase *tc = t_case(s, "meeting");

	t_add(tc, send_waits_for_a_receiver, an_item_may_be_large);
	t_add_cooperative(tc, senders_and_receivers_are_served_in_the_order_of_their_coming);
	t_add_cooperative(tc, recv_waits_for_a_sender_and_sending_does_not_switch);
	tc = t_case(s, "buffering");
	t_add(tc, a_buffer_takes_so_many_and_keeps_their_order,
	      items_left_inside_go_with_the_channel);
	t_add_cooperative(tc, who_never_has_to_wait_gives_the_others_a_turn);
	tc = t_case(s, "closing");
	t_add(tc, a_closed_channel_takes_nothing_and_gives_what_is_left,
	      closing_wakes_all_who_wait_and_it_may_be_freed_then);
	tc = t_case(s, "cancelling");
	t_add(tc, a_cancelled_send_is_not_received_and_a_cancelled_recv_takes_nothing,
	      what_was_passed_before_the_cancellation_is_passed,
	      calls_wait_no_longer_than_their_timeout, waiters_are_cancelled_at_the_run_s_end);
	tc = t_case(s, "select");
	t_add(tc, select_does_what_is_ready,
	      select_waits_for_the_first_that_becomes_ready_and_leaves_the_others, two_selects_meet,
	      a_select_does_not_meet_itself_but_its_like, of_several_ready_each_has_its_turn,
	      with_a_seed_the_choice_is_random_and_repeats, a_closed_channel_is_ready,
	      a_cancelled_select_does_nothing, a_select_waits_no_longer_than_its_timeout,
	      a_select_may_have_many_cases);
	t_add_cooperative(tc, selects_stand_in_the_line_with_the_others);
	tc = t_case_slow(s, "schedules", 60);
	t_add(tc, under_any_schedule_what_is_sent_is_received_once,
	      under_any_schedule_and_cancellation_what_is_sent_is_received_once,
	      under_any_schedule_plain_calls_meet_or_say_that_they_did_not);
	tc = t_case(s, "bad input and plain threads");
	t_add(tc, a_channel_that_could_not_be_made_is_one_that_failed,
	      a_plain_thread_may_use_one_where_it_need_not_wait);
	tc = t_case(s, "misuse");
	t_add(tc, items_of_0_bytes_are_misuse, sending_another_size_is_misuse,
	      receiving_another_size_is_misuse, trying_to_send_another_size_is_misuse,
	      trying_to_receive_another_size_is_misuse, selecting_another_size_is_misuse,
	      selecting_no_operation_is_misuse, selecting_without_a_place_is_misuse,
	      freeing_one_someone_waits_for_is_misuse, receiving_in_a_callback_is_misuse,
	      selecting_in_a_callback_is_misuse, waiting_without_a_loop_is_misuse,
	      selecting_without_a_loop_is_misuse,
	      waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse);
	return t_main(s);
}
