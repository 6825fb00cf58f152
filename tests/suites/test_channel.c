/* SPDX-License-Identifier: MIT
 * Channels: meeting, buffering, closing; and select over several.
 */
#include "tests/tools/kit.h"

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

CORO(sends)
{
	struct end *e = arg;

	e->err = cigo_send(ctx, e->c, &e->item);
	if (e->word)
		t_say(e->word);
	e->after = cigo_sleep(ctx, 0);
	return e->err;
}

CORO(receives)
{
	struct end *e = arg;

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

TEST_CASE("meeting");

LOOP_TEST(send_waits_for_a_receiver)
{
	cigo_channel *c = channel(0);
	struct end e;
	cigo_task *t = end(ctx, sends, &e, c, 7);
	int item;

	ok(cigo_sleep(ctx, CIGO_MS(5)));
	ck_assert(!cigo_future_is_done(t));
	equal(cigo_channel_count(c), 0);
	ok(cigo_recv(ctx, c, &item));
	equal(item, 7);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_channel_free(c);
}

LOOP_TEST(recv_waits_for_a_sender_and_sending_does_not_switch, COOPERATIVE)
{
	cigo_channel *c = channel(0);
	struct end e;
	cigo_task *t = end(ctx, receives, &e, c, 0);

	fails(try_send(c, 1), -EAGAIN);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	ok(send(ctx, c, 7));
	equal(e.item, 7); /* it is there, */
	equal(e.err, 1);  /* before the receiver runs */
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_channel_free(c);
}

LOOP_TEST(senders_and_receivers_are_served_in_the_order_of_their_coming, COOPERATIVE)
{
	cigo_channel *c = channel(0);
	struct end e[4];
	cigo_task *t[4];
	int item;

	for (int i = 0; i < 4; i++)
		t[i] = end(ctx, sends, &e[i], c, i);
	ok(cigo_yield(ctx));
	for (int i = 0; i < 4; i++) {
		ok(cigo_channel_try_recv(c, &item, sizeof item));
		equal(item, i);
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	}
	for (int i = 0; i < 4; i++)
		t[i] = end(ctx, receives, &e[i], c, 0);
	ok(cigo_yield(ctx));
	for (int i = 0; i < 4; i++)
		ok(try_send(c, 10 + i));
	fails(try_send(c, 99), -EAGAIN);
	for (int i = 0; i < 4; i++) {
		ok(cigo_future_take(ctx, t[i], NULL, 0));
		equal(e[i].item, 10 + i);
	}
	cigo_channel_free(c);
}

LOOP_TEST(an_item_may_be_large)
{
	static char in[100000], out[100000];
	cigo_channel *c = cigo_channel_new(sizeof in, 1);

	memset(in, 'x', sizeof in);
	ok(cigo_send(ctx, c, &in));
	memset(in, 'y', sizeof in); /* it was copied */
	ok(cigo_recv(ctx, c, &out));
	equal(out[0], 'x');
	equal(out[sizeof out - 1], 'x');
	cigo_channel_free(c);
}

TEST_CASE("buffering");

LOOP_TEST(a_buffer_takes_so_many_and_keeps_their_order)
{
	cigo_channel *c = channel(3);
	struct end e;
	int item, next = 0, out = 0;

	for (int round = 0; round < 10; round++) { /* it wraps around */
		while (try_send(c, next) == 0)
			next++;
		equal(cigo_channel_count(c), 3);
		for (int i = 0; i < 2; i++) {
			ok(cigo_recv(ctx, c, &item));
			equal(item, out++);
		}
	}
	while (try_send(c, next) == 0)
		next++;
	cigo_task *t = end(ctx, sends, &e, c, next);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	ck_assert(!cigo_future_is_done(t));
	ok(cigo_recv(ctx, c, &item));
	equal(item, out++);
	fails(try_send(c, 99), -EAGAIN); /* the room is the waiter's */
	ok(cigo_future_take(ctx, t, NULL, 0));
	while (cigo_channel_try_recv(c, &item, sizeof item) == 0)
		equal(item, out++);
	equal(out, next + 1);
	cigo_channel_free(c);
}

LOOP_TEST(items_left_inside_go_with_the_channel)
{
	cigo_channel *c = channel(10);

	ok(send(ctx, c, 1));
	cigo_channel_free(c);
	cigo_channel_free(NULL);
}

LOOP_TEST(who_never_has_to_wait_gives_the_others_a_turn, COOPERATIVE)
{
	cigo_channel *c = channel(1);
	int item;

	cigo_detach(t_job(ctx, .word = "other"));
	for (int i = 0; i < 50; i++) {
		ok(send(ctx, c, i));
		ok(cigo_recv(ctx, c, &item));
	}
	t_expect_said("other");
	cigo_channel_free(c);
}

TEST_CASE("closing");

LOOP_TEST(a_closed_channel_takes_nothing_and_gives_what_is_left)
{
	cigo_channel *c = channel(4);
	int item;

	ok(send(ctx, c, 1));
	ok(send(ctx, c, 2));
	cigo_channel_close(c);
	cigo_channel_close(c); /* twice is fine */
	fails(send(ctx, c, 3), CIGO_ECLOSED);
	fails(try_send(c, 3), CIGO_ECLOSED);
	ok(cigo_recv(ctx, c, &item));
	equal(item, 1);
	ok(cigo_channel_try_recv(c, &item, sizeof item));
	equal(item, 2);
	fails(cigo_recv(ctx, c, &item), CIGO_ECLOSED);
	equal(item, 0);
	item = 99;
	fails(cigo_channel_try_recv(c, &item, sizeof item), CIGO_ECLOSED);
	equal(item, 0);
	cigo_channel_free(c);
}

LOOP_TEST(closing_wakes_all_who_wait_and_it_may_be_freed_then)
{
	cigo_channel *c = channel(0), *d = channel(0);
	struct end e[4];
	cigo_task *t[4] = { end(ctx, sends, &e[0], c, 1), end(ctx, sends, &e[1], c, 2),
			    end(ctx, receives, &e[2], d, 0), end(ctx, receives, &e[3], d, 0) };

	ok(cigo_yield(ctx));
	cigo_channel_close(c);
	cigo_channel_close(d);
	cigo_channel_free(c);
	cigo_channel_free(d);
	for (int i = 0; i < 4; i++)
		fails(cigo_future_take(ctx, t[i], NULL, 0), CIGO_ECLOSED);
}

TEST_CASE("cancelling");

LOOP_TEST(a_cancelled_send_is_not_received_and_a_cancelled_recv_takes_nothing)
{
	cigo_channel *c = channel(0);
	struct end e;
	cigo_task *t = end(ctx, sends, &e, c, 7);
	int item;

	ok(cigo_yield(ctx));
	cigo_future_cancel(t, -EIO);
	fails(cigo_channel_try_recv(c, &item, sizeof item), -EAGAIN);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(e.err, -EIO);
	t = end(ctx, receives, &e, c, 0);
	ok(cigo_yield(ctx));
	cigo_future_cancel(t, -EIO);
	fails(try_send(c, 8), -EAGAIN);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(e.err, -EIO);
	equal(e.item, 0);
	cigo_channel_free(c);
}

TEST_CASE("select");

LOOP_TEST(select_does_what_is_ready)
{
	cigo_channel *a = channel(1), *b = channel(1);
	int in = 0, out = 5;

	ok(try_send(a, 7));
	cigo_select_case cases[] = { CIGO_CASE_RECV(b, &in), CIGO_CASE_RECV(a, &in) };
	equal(cigo_select(ctx, cases, 2), 1);
	equal(in, 7);
	equal(cases[1].err, 0);
	equal(cigo_channel_count(a), 0);
	cigo_select_case more[] = { CIGO_CASE_RECV(b, &in), CIGO_CASE_SEND(a, &out) };
	equal(cigo_select(ctx, more, 2), 1);
	equal(in, 7); /* of a case that did not happen: not touched */
	ok(cigo_channel_try_recv(a, &in, sizeof in));
	equal(in, 5);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

struct chooser {
	cigo_select_case *cases;
	size_t n;
	int result, after;
};

CORO(chooses)
{
	struct chooser *c = arg;

	c->result = cigo_select(ctx, c->cases, c->n);
	c->after = cigo_sleep(ctx, 0);
	return c->result;
}

static cigo_task *chooser(cigo_ctx *ctx, struct chooser *c, cigo_select_case *cases, size_t n)
{
	*c = (struct chooser){ cases, n, -99, 1 };
	return cigo_spawn(ctx, chooses, 0, c);
}

LOOP_TEST(select_waits_for_the_first_that_becomes_ready_and_leaves_the_others)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x = 9, y = 9, item;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &y) };
	struct chooser c;
	cigo_task *t = chooser(ctx, &c, cases, 2);

	ok(cigo_sleep(ctx, CIGO_MS(3)));
	ok(try_send(b, 7));
	fails(try_send(a, 8), -EAGAIN); /* exactly one happens */
	fails(try_send(b, 8), -EAGAIN);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(c.result, 1);
	equal(x, 9);
	equal(y, 7);
	x = 3;
	cigo_select_case sending[] = { CIGO_CASE_SEND(a, &x), CIGO_CASE_RECV(b, &y) };
	sending[0].ret = &y; /* neither is looked at */
	sending[1].item = &x;
	t = chooser(ctx, &c, sending, 2);
	ok(cigo_yield(ctx));
	ok(cigo_recv(ctx, a, &item));
	equal(item, 3);
	fails(try_send(b, 8), -EAGAIN);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(c.result, 0);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

LOOP_TEST(selects_stand_in_the_line_with_the_others, COOPERATIVE)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x, y;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &y) };
	struct chooser c;
	struct end first, last;
	cigo_task *t[3] = { end(ctx, receives, &first, a, 0), chooser(ctx, &c, cases, 2),
			    end(ctx, receives, &last, a, 0) };

	ok(cigo_yield(ctx));
	for (int i = 1; i <= 3; i++)
		ok(try_send(a, i));
	for (int i = 0; i < 3; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	equal(first.item, 1);
	equal(x, 2);
	equal(last.item, 3);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

LOOP_TEST(two_selects_meet)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x = 5, y = 0, x2 = 6, y2 = 0;
	cigo_select_case one[] = { CIGO_CASE_SEND(a, &x), CIGO_CASE_RECV(b, &y) };
	cigo_select_case two[] = { CIGO_CASE_SEND(b, &x2), CIGO_CASE_RECV(a, &y2) };
	struct chooser c, d;
	cigo_task *t = chooser(ctx, &c, one, 2), *u = chooser(ctx, &d, two, 2);

	ok(cigo_future_take(ctx, t, NULL, 0));
	ok(cigo_future_take(ctx, u, NULL, 0));
	if (c.result == 0) { /* a was it, and nothing else */
		equal(d.result, 1);
		equal(y2, 5);
		equal(y, 0);
	} else {
		equal(d.result, 0);
		equal(y, 6);
		equal(y2, 0);
	}
	cigo_channel_free(a); /* nobody waits */
	cigo_channel_free(b);
}

LOOP_TEST(a_select_does_not_meet_itself_but_its_like)
{
	cigo_channel *a = channel(0);
	int x[2] = { 1, 2 }, y[2] = { 0, 0 };
	cigo_select_case one[] = { CIGO_CASE_SEND(a, &x[0]), CIGO_CASE_RECV(a, &y[0]) };
	cigo_select_case two[] = { CIGO_CASE_SEND(a, &x[1]), CIGO_CASE_RECV(a, &y[1]) };
	struct chooser c, d;
	cigo_task *t, *u;

	fails(cigo_select_try(one, 2), -EAGAIN);
	t = chooser(ctx, &c, one, 2);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	ck_assert(!cigo_future_is_done(t));
	u = chooser(ctx, &d, two, 2);
	ok(cigo_future_take(ctx, t, NULL, 0));
	ok(cigo_future_take(ctx, u, NULL, 0));
	equal(c.result + d.result, 1); /* one sent, the other received */
	if (c.result)
		equal(y[0], 2);
	else
		equal(y[1], 1);
	cigo_channel_free(a);
}

LOOP_TEST(of_several_ready_each_has_its_turn)
{
	cigo_channel *c[3] = { channel(100), channel(100), channel(100) };
	int x, count[3] = { 0 };

	for (int i = 0; i < 100; i++)
		for (int k = 0; k < 3; k++)
			ok(try_send(c[k], i));
	cigo_select_case cases[] = { CIGO_CASE_RECV(c[0], &x), CIGO_CASE_RECV(c[1], &x),
				     CIGO_CASE_RECV(c[2], &x) };
	for (int i = 0; i < 30; i++) {
		int k = cigo_select(ctx, cases, 3);

		equal(k, i % 3);
		equal(x, count[k]++);
	}
	for (int k = 0; k < 3; k++)
		cigo_channel_free(c[k]);
}

/* Which of two ready ones are chosen, as bits. */
CORO(chooses_32_times)
{
	cigo_channel *a = channel(32), *b = channel(32);
	int x;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &x) };
	uint32_t bits = 0;

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

TEST(with_a_seed_the_choice_is_random_and_repeats)
{
	uint32_t bits[3], again;

	for (unsigned i = 0; i < 3; i++) {
		ok(t_run_seed(i + 1, chooses_32_times, &bits[i]));
		ok(t_run_seed(i + 1, chooses_32_times, &again));
		equal(bits[i], again);
		ck_assert_uint_ne(bits[i], UINT32_C(0x55555555)); /* not by turns */
		ck_assert_int_ge(__builtin_popcount(bits[i]), 4);
		ck_assert_int_le(__builtin_popcount(bits[i]), 28);
	}
	ck_assert(bits[0] != bits[1] || bits[1] != bits[2]);
}

LOOP_TEST(a_closed_channel_is_ready)
{
	cigo_channel *a = channel(0), *b = channel(0), *d = channel(0);
	int x = 9, y = 9;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_RECV(b, &y) };
	struct chooser c;

	cigo_channel_close(b);
	equal(cigo_select(ctx, cases, 2), 1);
	equal(cases[1].err, CIGO_ECLOSED);
	equal(cases[0].err, 0);
	equal(y, 0);
	equal(x, 9);
	cases[1].op = CIGO_SELECT_SKIP; /* not again */
	fails(cigo_select_try(cases, 2), -EAGAIN);
	equal(x, 0);
	x = 9;
	y = 9;
	cigo_select_case waiting[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_SEND(d, &y) };
	cigo_task *t = chooser(ctx, &c, waiting, 2);
	ok(cigo_yield(ctx));
	cigo_channel_close(a);
	cigo_channel_free(a);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(c.result, 0);
	equal(waiting[0].err, CIGO_ECLOSED);
	equal(x, 0);
	cigo_channel_close(d);
	equal(cigo_select_try(waiting + 1, 1), 0);
	equal(waiting[1].err, CIGO_ECLOSED);
	cigo_channel_free(b);
	cigo_channel_free(d);
}

LOOP_TEST(a_cancelled_select_does_nothing)
{
	cigo_channel *a = channel(0), *b = channel(0);
	int x = 9, y = 9;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), CIGO_CASE_SEND(b, &y) };
	struct chooser c;
	cigo_task *t = chooser(ctx, &c, cases, 2);

	ok(cigo_yield(ctx));
	cigo_future_cancel(t, -EIO);
	fails(try_send(a, 1), -EAGAIN);
	fails(cigo_channel_try_recv(b, &y, sizeof y), -EAGAIN);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(c.result, -EIO);
	equal(x, 0);
	t = chooser(ctx, &c, cases, 2);
	ok(cigo_yield(ctx));
	ok(try_send(a, 1));
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	equal(c.result, 0);
	equal(x, 1);
	equal(c.after, -EIO);
	cigo_channel_free(a);
	cigo_channel_free(b);
}

LOOP_TEST(a_select_waits_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_channel *a = channel(0);
	int x = 9;
	cigo_select_case cases[] = { CIGO_CASE_RECV(a, &x), { .op = CIGO_SELECT_SKIP } };

	fails(cigo_select(timed, cases, 2), -ETIMEDOUT);
	equal(x, 0);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	fails(cigo_select(timed, NULL, 0), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	fails(cigo_select(timed, NULL, 0), -ETIMEDOUT); /* without cases it sleeps */
	equal(cigo_now(ctx) - start, CIGO_MS(10));
	fails(cigo_select_try(NULL, 0), -EAGAIN);
	cigo_ctx_unref(timed);
	cigo_channel_free(a);
}

LOOP_TEST(a_select_may_have_many_cases)
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

		ok(cigo_yield(ctx));
		ok(try_send(c[i], i + 1));
		ok(cigo_future_take(ctx, t, NULL, 0));
		equal(chooser_.result, i);
		equal(items[i], i + 1);
	}
	cigo_task *t = chooser(ctx, &chooser_, cases, 100);
	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	for (int i = 0; i < 100; i++)
		cigo_channel_free(c[i]);
}

TEST_CASE("schedules", .seconds = 60);

enum { CHANNELS = 3, WORKERS = 12, ITEMS = 20 };

struct worker {
	cigo_channel **c;
	int *sent, *received; /* how often each item was */
	int first;	      /* of its items */
};

/* Sends its items and receives those of others, wherever it can, by selects. */
CORO(works)
{
	struct worker *w = arg;
	int item, got = 0, sent = 0;

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
		ok(cigo_yield(ctx));
		cigo_future_cancel(t[t_roll(WORKERS)], -EIO);
	}
	ok(cigo_sleep(ctx, CIGO_MS(1))); /* till all are stuck or done */
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
		equal(sent[i], received[i]);
		all += sent[i];
	}
	if (!cancel) /* the last one may be left alone with what it has */
		ck_assert_int_ge(all, (WORKERS - 1) * ITEMS);
}

SEED_TEST(under_any_schedule_what_is_sent_is_received_once)
{
	exchange(ctx, 0, false);
	exchange(ctx, 2, false);
}

SEED_TEST(under_any_schedule_and_cancellation_what_is_sent_is_received_once)
{
	exchange(ctx, 0, true);
	exchange(ctx, 2, true);
}

SEED_TEST(under_any_schedule_plain_calls_meet_or_say_that_they_did_not)
{
	cigo_channel *c = channel(t_roll(3));
	struct end s[20], r[20];
	cigo_task *ts[20], *tr[20];
	int seen[20] = { 0 }, item;

	for (int i = 0; i < 20; i++) {
		ts[i] = end(ctx, sends, &s[i], c, i);
		tr[i] = end(ctx, receives, &r[i], c, -1);
		if (t_roll(3) == 0)
			ok(cigo_yield(ctx));
		if (t_roll(3) == 0)
			cigo_future_cancel((t_roll(2) ? ts : tr)[t_roll((unsigned)i + 1)], -EIO);
	}
	ok(cigo_sleep(ctx, CIGO_MS(1)));
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
		equal(seen[i], s[i].err == 0);
	cigo_channel_free(c);
}

TEST_CASE("bad input and plain threads");

LOOP_TEST(a_channel_that_could_not_be_made_is_one_that_failed)
{
	cigo_channel *c = channel(0);
	int item = 99, x = 1;

	fails(send(ctx, NULL, 1), -ENOMEM);
	fails(try_send(NULL, 1), -ENOMEM);
	fails(cigo_recv(ctx, NULL, &item), -ENOMEM);
	equal(item, 0);
	item = 99;
	fails(cigo_channel_try_recv(NULL, &item, sizeof item), -ENOMEM);
	equal(item, 0);
	item = 99;
	cigo_select_case cases[] = { CIGO_CASE_SEND(c, &x), CIGO_CASE_RECV(NULL, &item) };
	fails(cigo_select(ctx, cases, 2), -ENOMEM);
	equal(item, 0);
	fails(cigo_select_try(cases, 2), -ENOMEM);
	fails(cigo_select(NULL, cases, 1), -ENOMEM);
	fails(cigo_recv(NULL, c, &item), -ENOMEM);
	fails(send(NULL, c, 1), -ENOMEM);
	cigo_channel_close(NULL);
	equal(cigo_channel_count(NULL), 0);
	ck_assert_ptr_null(cigo_channel_new(SIZE_MAX / 2, 4));
	ck_assert_ptr_null(cigo_channel_new(1, SIZE_MAX));
	cigo_channel_free(c);
}

PLAIN_TEST(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_channel *c = channel(2);
	int item = 9;
	cigo_select_case cases[] = { CIGO_CASE_SEND(c, &item), CIGO_CASE_RECV(c, &item) };

	ok(send(ctx, c, 1));
	ok(try_send(c, 2));
	equal(cigo_select(ctx, cases, 2), 1); /* it is full */
	equal(item, 1);
	fails(cigo_recv(dead, c, &item), -EIO);
	ok(cigo_recv(ctx, c, &item));
	equal(item, 2);
	equal(cigo_select_try(cases, 2), 0); /* it is empty */
	cigo_channel_close(c);
	cigo_channel_free(c);
	cigo_ctx_unref(dead);
}

TEST_CASE("misuse");

MISUSE_TEST(items_of_0_bytes_are_misuse, "cigo_channel_new")
{
	cigo_ignore(cigo_channel_new(0, 1));
}

MISUSE_TEST(sending_another_size_is_misuse, "cigo_channel_send")
{
	cigo_ignore(cigo_send(ctx, channel(1), &(char){ 1 }));
}

MISUSE_TEST(receiving_another_size_is_misuse, "cigo_channel_recv")
{
	char item;

	cigo_ignore(cigo_recv(ctx, channel(1), &item));
}

MISUSE_TEST(trying_to_send_another_size_is_misuse, "cigo_channel_try_send")
{
	cigo_ignore(cigo_channel_try_send(channel(1), "12345678", 8));
}

MISUSE_TEST(trying_to_receive_another_size_is_misuse, "cigo_channel_try_recv")
{
	char item;

	cigo_ignore(cigo_channel_try_recv(channel(1), &item, sizeof item));
}

MISUSE_TEST(selecting_another_size_is_misuse, "cigo_select")
{
	char item;
	cigo_select_case cases[] = { CIGO_CASE_RECV(channel(1), &item) };

	cigo_ignore(cigo_select(ctx, cases, 1));
}

MISUSE_TEST(selecting_no_operation_is_misuse, "cigo_select_try: case 0")
{
	int item;
	cigo_select_case cases[] = { CIGO_CASE_RECV(channel(1), &item) };

	memset(&cases[0].op, 7, sizeof cases[0].op);
	cigo_ignore(cigo_select_try(cases, 1));
}

MISUSE_TEST(selecting_without_a_place_is_misuse, "cigo_select: case 1")
{
	int item;
	cigo_channel *c = channel(1);
	cigo_select_case cases[] = {
		CIGO_CASE_RECV(c, &item),
		{ .channel = c, .op = CIGO_SELECT_RECV, .item = &item, .size = sizeof item }
	};

	cigo_ignore(cigo_select(ctx, cases, 2));
}

MISUSE_TEST(a_case_of_a_later_version_is_misuse, "case 0: its reserved fields are not zero")
{
	int item;
	cigo_select_case cases[] = { CIGO_CASE_RECV(channel(1), &item) };

	cases[0].reserved[1] = 1;
	cigo_ignore(cigo_select(ctx, cases, 1));
}

PLAIN_MISUSE_TEST(selecting_without_a_loop_is_misuse, "cigo_select")
{
	cigo_ignore(cigo_select(ctx, NULL, 0));
}
