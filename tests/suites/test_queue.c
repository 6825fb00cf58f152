/* SPDX-License-Identifier: MIT
 * Queues: bounded and unbounded, closing, fairness; no item is lost.
 */
#include "tests/tools/sync.h"

static int put(cigo_ctx *ctx, cigo_queue *q, int item)
{
	return cigo_put(ctx, q, &item);
}

static int push(cigo_queue *q, int item)
{
	return cigo_queue_try_put(q, &item, sizeof item);
}

struct end {
	cigo_queue *q;
	int item;      /* to put, or got */
	int times;     /* 0 counts as 1 */
	int err, err2; /* of the first and of one call more, if again */
	bool again;
	const char *word; /* said when the call has returned */
};

static int puts_item(cigo_ctx *ctx, void *arg, void *ret)
{
	struct end *e = arg;

	CIGO_UNUSED(ret);
	for (int i = 0; i < (e->times ? e->times : 1) && !e->err; i++)
		e->err = put(ctx, e->q, e->item + i);
	if (e->word)
		t_say(e->word);
	return e->err;
}

static int gets_item(cigo_ctx *ctx, void *arg, void *ret)
{
	struct end *e = arg;
	int unused;

	CIGO_UNUSED(ret);
	e->err = cigo_get(ctx, e->q, &e->item);
	if (e->word)
		t_say(e->word);
	if (e->again)
		e->err2 = cigo_get(ctx, e->q, &unused);
	return e->err;
}

/* ---- items ---- */

T_CORO(items_come_out_in_the_order_they_went_in)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item = 99;

	ck_assert_ptr_nonnull(q);
	ck_assert_uint_eq(cigo_queue_count(q), 0);
	for (int i = 1; i <= 3; i++)
		ck_assert_int_eq(put(ctx, q, i), 0);
	ck_assert_int_eq(push(q, 4), 0);
	ck_assert_uint_eq(cigo_queue_count(q), 4);
	for (int i = 1; i <= 2; i++) {
		ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
		ck_assert_int_eq(item, i);
	}
	for (int i = 3; i <= 4; i++) {
		ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
		ck_assert_int_eq(item, i);
	}
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	ck_assert_int_eq(item, 0);
	ck_assert_uint_eq(cigo_queue_count(q), 0);
	cigo_queue_free(q);
}

T_CORO(an_unbounded_queue_never_makes_anyone_wait)
{
	cigo_queue *q = cigo_queue_new(sizeof(int64_t), 0);
	int64_t n = t_scale(100000, 10000), item, wrong = 0;

	cigo_detach(t_job(ctx, .word = "other"));
	for (int64_t i = 0; i < n; i++)
		wrong += cigo_queue_try_put(q, &i, sizeof i) != 0;
	t_expect_said("");
	ck_assert_uint_eq(cigo_queue_count(q), (size_t)n);
	for (int64_t i = 0; i < n; i++)
		wrong += cigo_queue_try_get(q, &item, sizeof item) != 0 || item != i;
	ck_assert_int_eq(wrong, 0);
	cigo_queue_free(q);
}

T_CORO(a_queue_keeps_its_order_through_long_use)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int in = 0, out = 0, item, wrong = 0;

	for (int round = 0; round < 2000; round++) { /* it grows while it wraps around */
		for (int i = 0; i < 1 + round % 7; i++)
			wrong += push(q, in++) != 0;
		for (int i = 0; i < round % 6 && out < in; i++)
			wrong += cigo_queue_try_get(q, &item, sizeof item) != 0 || item != out++;
	}
	ck_assert_uint_eq(cigo_queue_count(q), (size_t)(in - out));
	while (out < in)
		wrong += cigo_get(ctx, q, &item) != 0 || item != out++;
	ck_assert_int_eq(wrong, 0);
	cigo_queue_free(q);
}

T_CORO(items_left_inside_go_with_the_queue)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 10);

	ck_assert_int_eq(put(ctx, q, 1), 0);
	ck_assert_int_eq(put(ctx, q, 2), 0);
	cigo_queue_free(q);
	cigo_queue_free(NULL);
}

T_CORO(an_item_may_be_large)
{
	static char in[100000], out[100000];
	cigo_queue *q = cigo_queue_new(sizeof in, 2);

	memset(in, 'x', sizeof in);
	ck_assert_int_eq(cigo_put(ctx, q, &in), 0);
	memset(in, 'y', sizeof in); /* it was copied */
	ck_assert_int_eq(cigo_get(ctx, q, &out), 0);
	ck_assert_int_eq(out[0], 'x');
	ck_assert_int_eq(out[sizeof out - 1], 'x');
	cigo_queue_free(q);
}

/* ---- getting ---- */

T_CORO(get_waits_for_an_item)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);

	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	ck_assert(!cigo_future_is_done(t));
	ck_assert_int_eq(put(ctx, q, 7), 0);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(e.item, 7);
	cigo_queue_free(q);
}

T_CORO(getters_are_served_in_the_order_of_their_coming)
{
	static const char *const words[] = { "a", "b", "c", "d" };
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end ends[4] = { { 0 } };
	cigo_task *tasks[4];

	for (int i = 0; i < 4; i++) {
		ends[i].q = q;
		ends[i].word = words[i];
		tasks[i] = cigo_spawn(ctx, gets_item, 0, &ends[i]);
	}
	ck_assert_int_eq(cigo_yield(ctx), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(push(q, 10 + i), 0);
	t_expect_said(""); /* pushing does not switch */
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(cigo_future_take(ctx, tasks[i], NULL, 0), 0);
		ck_assert_int_eq(ends[i].item, 10 + i);
	}
	t_expect_said("abcd");
	cigo_queue_free(q);
}

T_CORO(an_item_delivered_to_a_waiting_getter_cannot_be_snatched_away)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);
	int item;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(push(q, 7), 0);
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(e.item, 7);
	cigo_queue_free(q);
}

T_CORO(a_get_waits_no_longer_than_its_timeout)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item = 99;

	ck_assert_int_eq(cigo_get(timed, q, &item), -ETIMEDOUT);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(push(q, 1), 0);
	ck_assert_uint_eq(cigo_queue_count(q), 1); /* nobody waits any more */
	cigo_queue_free(q);
	cigo_ctx_unref(timed);
}

T_CORO(a_cancelled_get_takes_no_item)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q, .item = 99 };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);
	int item;

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(push(q, 7), 0); /* after it, in the same step */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(e.err, -EIO);
	ck_assert_int_eq(e.item, 0);
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
	ck_assert_int_eq(item, 7);
	cigo_queue_free(q);
}

T_CORO(an_item_delivered_before_the_cancellation_is_returned_and_the_next_get_gives_the_cause)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q, .again = true };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(push(q, 7), 0);
	cigo_future_cancel(t, -EIO); /* in the same step, but later */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	ck_assert_int_eq(e.err, 0);
	ck_assert_int_eq(e.item, 7);
	ck_assert_int_eq(e.err2, -EIO);
	cigo_queue_free(q);
}

T_CORO(a_get_under_a_dead_context_loses_no_item)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item = 99, err;

	ck_assert_int_eq(cigo_get(dead, q, &item), -EIO);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(push(q, 7), 0);
	err = cigo_get(dead, q, &item);
	if (err) {
		ck_assert_int_eq(err, -EIO);
		ck_assert_int_eq(item, 0);
		ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
	}
	ck_assert_int_eq(item, 7);
	cigo_queue_free(q);
	cigo_ctx_unref(dead);
}

T_CORO(a_cancelled_getter_leaves_the_line_and_the_others_keep_their_order)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end a = { .q = q }, b = { .q = q }, c = { .q = q };
	cigo_task *ta = cigo_spawn(ctx, gets_item, 0, &a);
	cigo_task *tb = cigo_spawn(ctx, gets_item, 0, &b);
	cigo_task *tc = cigo_spawn(ctx, gets_item, 0, &c);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_task_stop(ctx, tb);
	ck_assert_int_eq(push(q, 1), 0);
	ck_assert_int_eq(push(q, 2), 0);
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), 0);
	ck_assert_int_eq(cigo_future_take(ctx, tc, NULL, 0), 0);
	ck_assert_int_eq(a.item, 1);
	ck_assert_int_eq(c.item, 2);
	cigo_queue_free(q);
}

/* ---- putting into a bounded queue ---- */

T_CORO(put_waits_while_the_queue_is_full)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 2);
	struct end e = { .q = q, .item = 3 };
	cigo_task *t;
	int item;

	ck_assert_int_eq(put(ctx, q, 1), 0);
	ck_assert_int_eq(put(ctx, q, 2), 0);
	ck_assert_int_eq(push(q, 9), -EAGAIN);
	t = cigo_spawn(ctx, puts_item, 0, &e);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	ck_assert(!cigo_future_is_done(t));
	ck_assert_uint_eq(cigo_queue_count(q), 2);
	for (int i = 1; i <= 3; i++) {
		ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
		ck_assert_int_eq(item, i);
	}
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_uint_eq(cigo_queue_count(q), 0);
	cigo_queue_free(q);
}

T_CORO(putters_are_served_in_the_order_of_their_coming_and_none_jumps_the_line)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end ends[4] = { { 0 } };
	cigo_task *tasks[4];
	int item;

	ck_assert_int_eq(put(ctx, q, 0), 0);
	for (int i = 0; i < 4; i++) {
		ends[i].q = q;
		ends[i].item = i + 1;
		tasks[i] = cigo_spawn(ctx, puts_item, 0, &ends[i]);
	}
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(push(q, 99), -EAGAIN); /* the place is the first waiter's */
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
		ck_assert_int_eq(item, i + 1);
	}
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(cigo_future_take(ctx, tasks[i], NULL, 0), 0);
	cigo_queue_free(q);
}

T_CORO(a_cancelled_put_is_not_in_the_queue)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end a = { .q = q, .item = 1 }, b = { .q = q, .item = 2 };
	cigo_task *ta, *tb;
	int item;

	ck_assert_int_eq(put(ctx, q, 0), 0);
	ta = cigo_spawn(ctx, puts_item, 0, &a);
	tb = cigo_spawn(ctx, puts_item, 0, &b);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_future_cancel(ta, -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	ck_assert_int_eq(a.err, -EIO);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 2);
	ck_assert_int_eq(cigo_future_take(ctx, tb, NULL, 0), 0);
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	cigo_queue_free(q);
}

T_CORO(a_put_that_succeeded_before_the_cancellation_says_so)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q, .item = 1 };
	cigo_task *t;
	int item;

	ck_assert_int_eq(put(ctx, q, 0), 0);
	t = cigo_spawn(ctx, puts_item, 0, &e);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
	cigo_future_cancel(t, -EIO);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), -EIO);
	if (!e.err) { /* either it is inside, or the call says that it is not */
		ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
		ck_assert_int_eq(item, 1);
	} else {
		ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	}
	ck_assert_int_eq(e.err, 0); /* its place was free before the cancellation came */
	cigo_queue_free(q);
}

T_CORO(a_put_waits_no_longer_than_its_timeout)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	int item;

	ck_assert_int_eq(put(ctx, q, 1), 0);
	ck_assert_int_eq(put(timed, q, 2), -ETIMEDOUT);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 1);
	ck_assert_uint_eq(cigo_queue_count(q), 0);
	cigo_queue_free(q);
	cigo_ctx_unref(timed);
}

T_CORO(a_producer_and_a_consumer_keep_each_other_going)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q, .item = 0, .times = 1000 };
	cigo_task *t = cigo_spawn(ctx, puts_item, 0, &e);
	int item, wrong = 0;
	size_t most = 0;

	for (int i = 0; i < 1000; i++) {
		wrong += cigo_get(ctx, q, &item) != 0 || item != i;
		if (cigo_queue_count(q) > most)
			most = cigo_queue_count(q);
	}
	ck_assert_int_eq(wrong, 0);
	ck_assert_uint_le(most, 1);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	cigo_queue_free(q);
}

T_CORO(a_full_queue_lets_several_producers_in_by_turns)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end ends[3] = { { 0 } };
	cigo_task *tasks[3];
	int count[3] = { 0 }, item;

	for (int i = 0; i < 3; i++) {
		ends[i] = (struct end){ .q = q, .item = 1000 * i, .times = 100 };
		tasks[i] = cigo_spawn(ctx, puts_item, 0, &ends[i]);
	}
	for (int i = 0; i < 150; i++) {
		ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
		ck_assert_int_eq(item % 1000, count[item / 1000]++); /* each one's in order */
	}
	for (int i = 0; i < 3; i++) {
		ck_assert_int_ge(count[i], 15); /* and nobody starves */
		cigo_task_stop(ctx, tasks[i]);
	}
	cigo_queue_free(q);
}

/* ---- closing ---- */

T_CORO(a_closed_queue_takes_nothing_and_gives_what_is_left)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item;

	ck_assert_int_eq(push(q, 1), 0);
	ck_assert_int_eq(push(q, 2), 0);
	cigo_queue_close(q);
	cigo_queue_close(q); /* twice is fine */
	ck_assert_int_eq(put(ctx, q, 3), CIGO_ECLOSED);
	ck_assert_int_eq(push(q, 3), CIGO_ECLOSED);
	ck_assert_uint_eq(cigo_queue_count(q), 2);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 1);
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
	ck_assert_int_eq(item, 2);
	ck_assert_int_eq(cigo_get(ctx, q, &item), CIGO_ECLOSED);
	ck_assert_int_eq(item, 0);
	item = 99;
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), CIGO_ECLOSED);
	ck_assert_int_eq(item, 0);
	cigo_queue_free(q);
}

T_CORO(closing_wakes_those_who_wait_for_items)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end a = { .q = q }, b = { .q = q };
	cigo_task *ta = cigo_spawn(ctx, gets_item, 0, &a);
	cigo_task *tb = cigo_spawn(ctx, gets_item, 0, &b);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_queue_close(q);
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), CIGO_ECLOSED);
	ck_assert_int_eq(cigo_future_take(ctx, tb, NULL, 0), CIGO_ECLOSED);
	cigo_queue_free(q);
}

T_CORO(closing_wakes_those_who_wait_for_room_and_their_items_are_not_inside)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q, .item = 2 };
	cigo_task *t;
	int item;

	ck_assert_int_eq(put(ctx, q, 1), 0);
	t = cigo_spawn(ctx, puts_item, 0, &e);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	cigo_queue_close(q);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), CIGO_ECLOSED);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 1);
	ck_assert_int_eq(cigo_get(ctx, q, &item), CIGO_ECLOSED);
	cigo_queue_free(q);
}

T_CORO(an_item_delivered_before_the_close_is_got)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);

	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(push(q, 7), 0);
	cigo_queue_close(q);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	ck_assert_int_eq(e.item, 7);
	cigo_queue_free(q);
}

/* ---- bad input, the run's end ---- */

T_CORO(a_queue_that_could_not_be_made_is_one_that_failed)
{
	int item = 99;

	ck_assert_int_eq(put(ctx, NULL, 1), -ENOMEM);
	ck_assert_int_eq(push(NULL, 1), -ENOMEM);
	ck_assert_int_eq(cigo_queue_get(ctx, NULL, &item, sizeof item), -ENOMEM);
	ck_assert_int_eq(item, 0);
	item = 99;
	ck_assert_int_eq(cigo_queue_try_get(NULL, &item, sizeof item), -ENOMEM);
	ck_assert_int_eq(item, 0);
	cigo_queue_close(NULL);
	ck_assert_uint_eq(cigo_queue_count(NULL), 0);
	cigo_queue_free(NULL);
}

T_CORO(without_a_context_nobody_waits)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	int item = 99;

	ck_assert_int_eq(cigo_get(NULL, q, &item), -ENOMEM);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(push(q, 1), 0);
	ck_assert_int_eq(put(NULL, q, 1), -ENOMEM);
	ck_assert_uint_eq(cigo_queue_count(q), 1);
	cigo_queue_free(q);
	CIGO_UNUSED(ctx);
}

T_CORO(absurd_sizes_are_want_of_memory)
{
	static const struct {
		size_t item, capacity;
	} absurd[] = { { SIZE_MAX, 0 },
		       { SIZE_MAX / 2, 4 },
		       { SIZE_MAX, SIZE_MAX },
		       { 16, SIZE_MAX },
		       { SIZE_MAX / 4, 0 },
		       { 1, SIZE_MAX },
		       { 4096, SIZE_MAX / 4096 + 2 } };
	static char item[4096];

	for (int i = 0; i < 7; i++) {
		cigo_queue *q = cigo_queue_new(absurd[i].item, absurd[i].capacity);

		if (q && absurd[i].item <= sizeof item)
			ck_assert_int_eq(cigo_queue_try_put(q, item, absurd[i].item), 0);
		else if (q)
			ck_assert_int_eq(cigo_queue_try_put(q, item, absurd[i].item), -ENOMEM);
		cigo_queue_free(q);
	}
	CIGO_UNUSED(ctx);
}

static cigo_queue *of_run;
static struct end left_getter, left_putter;

static int leaves_waiters(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	left_getter.q = cigo_queue_new(sizeof(int), 1);
	left_putter.q = of_run;
	cigo_detach(cigo_spawn(ctx, gets_item, 0, &left_getter));
	cigo_detach(cigo_spawn(ctx, puts_item, 0, &left_putter));
	return cigo_yield(ctx);
}

T_TEST(waiters_are_cancelled_at_the_run_s_end)
{
	of_run = cigo_queue_new(sizeof(int), 1);
	ck_assert_int_eq(push(of_run, 1), 0); /* needs no loop */
	ck_assert_int_eq(t_run(leaves_waiters, NULL), 0);
	ck_assert_int_eq(left_getter.err, -ECANCELED);
	ck_assert_int_eq(left_putter.err, -ECANCELED);
	ck_assert_uint_eq(cigo_queue_count(of_run), 1);
	cigo_queue_free(of_run);
	cigo_queue_free(left_getter.q);
}
END_TEST

static void pushes(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(ctx);
	if (!status)
		ck_assert_int_eq(push(arg, 5), 0);
}

T_CORO(a_callback_may_push)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item;

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(3), pushes, q);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 5);
	cigo_queue_free(q);
}

T_CORO_SEED(under_any_schedule_and_cancellation_no_item_is_lost_or_doubled)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 3);
	struct end putters[20], getters[30];
	cigo_task *putting[20], *getting[30];
	int seen[20] = { 0 }, item;

	for (int i = 0; i < 20; i++) {
		putters[i] = (struct end){ .q = q, .item = i };
		putting[i] = cigo_spawn(ctx, puts_item, 0, &putters[i]);
	}
	for (int i = 0; i < 30; i++) {
		getters[i] = (struct end){ .q = q, .item = -1 };
		getting[i] = cigo_spawn(ctx, gets_item, 0, &getters[i]);
		if (i % 3 == 0)
			ck_assert_int_eq(cigo_yield(ctx), 0);
		if (i % 4 == 0)
			cigo_future_cancel(getting[i / 2], -EIO);
		if (i % 5 == 0)
			cigo_future_cancel(putting[i / 2], -EIO);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	cigo_queue_close(q);
	for (int i = 0; i < 30; i++) {
		cigo_ignore(cigo_future_take(ctx, getting[i], NULL, 0));
		if (!getters[i].err && getters[i].item >= 0)
			seen[getters[i].item]++;
	}
	while (!cigo_queue_try_get(q, &item, sizeof item))
		seen[item]++;
	for (int i = 0; i < 20; i++) {
		int err = cigo_future_take(ctx, putting[i], NULL, 0);

		if (!err)
			ck_assert_int_eq(seen[i], 1);
		else if (putters[i].err)
			ck_assert_int_eq(seen[i], 0); /* refused: not inside */
	}
	cigo_queue_free(q);
}

/* ---- kinds ---- */

struct job {
	int priority, number;
	char filling[7]; /* an odd size */
};

static int by_priority(const void *a, const void *b, void *arg)
{
	const struct job *x = a, *y = b;

	++*(int *)arg;
	return (x->priority > y->priority) - (x->priority < y->priority);
}

static cigo_queue *of_kind(enum cigo_queue_kind kind, size_t item_size, size_t capacity, int *calls)
{
	cigo_queue_options o = { .size = sizeof o,
				 .item_size = item_size,
				 .capacity = capacity,
				 .kind = kind,
				 .compare = by_priority,
				 .arg = calls };
	cigo_queue *q = cigo_queue_new_with(&o);

	ck_assert_ptr_nonnull(q);
	return q;
}

T_CORO(a_lifo_queue_gives_the_last_first)
{
	cigo_queue *q = of_kind(CIGO_QUEUE_LIFO, sizeof(int), 0, NULL);
	int item;

	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(put(ctx, q, i), 0);
	for (int i = 99; i >= 50; i--) {
		ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
		ck_assert_int_eq(item, i);
	}
	ck_assert_int_eq(push(q, 500), 0);
	ck_assert_int_eq(cigo_queue_try_get(q, &item, sizeof item), 0);
	ck_assert_int_eq(item, 500);
	ck_assert_uint_eq(cigo_queue_count(q), 50);
	cigo_queue_free(q);
}

T_CORO(options_alone_make_a_fifo_queue)
{
	cigo_queue_options o = { .size = sizeof o, .item_size = sizeof(int), .capacity = 2 };
	cigo_queue *q = cigo_queue_new_with(&o);
	int item;

	ck_assert_int_eq(push(q, 1), 0);
	ck_assert_int_eq(push(q, 2), 0);
	ck_assert_int_eq(push(q, 3), -EAGAIN);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 1);
	cigo_queue_free(q);
}

T_CORO(a_priority_queue_gives_the_first_by_compare_and_equal_ones_in_order)
{
	int calls = 0, n = (int)t_scale(5000, 1000);
	cigo_queue *q = of_kind(CIGO_QUEUE_PRIORITY, sizeof(struct job), 0, &calls);
	struct job job, last = { .priority = -1 };

	t_dice = 7;
	for (int i = 0; i < n; i++) {
		job = (struct job){ .priority = (int)t_roll(50), .number = i };
		ck_assert_int_eq(cigo_put(ctx, q, &job), 0);
		if (i % 3 == 2) /* taking in between must not disturb it */
			ck_assert_int_eq(cigo_get(ctx, q, &job), 0);
	}
	while (!cigo_queue_try_get(q, &job, sizeof job)) {
		ck_assert(job.priority > last.priority ||
			  (job.priority == last.priority && job.number > last.number));
		last = job;
	}
	ck_assert_int_gt(calls, n);
	ck_assert_int_lt(calls, 50 * n); /* a heap, not a list */
	cigo_queue_free(q);
}

T_CORO(items_of_any_alignment_are_compared_in_place)
{
	int calls = 0;
	struct job job = { 0 };

	/* by_priority reads ints: under UBSan a misplaced item is an error */
	cigo_queue *q = of_kind(CIGO_QUEUE_PRIORITY, sizeof job, 0, &calls);
	for (int i = 0; i < 20; i++) {
		job.priority = -i;
		ck_assert_int_eq(cigo_put(ctx, q, &job), 0);
	}
	for (int i = 19; i >= 0; i--) {
		ck_assert_int_eq(cigo_get(ctx, q, &job), 0);
		ck_assert_int_eq(job.priority, -i);
	}
	cigo_queue_free(q);
}

T_CORO(a_putter_s_item_takes_its_place_among_the_others)
{
	int calls = 0, item;
	cigo_queue *q = of_kind(CIGO_QUEUE_PRIORITY, sizeof(struct job), 2, &calls);
	struct job a = { .priority = 5 }, b = { .priority = 7 }, c = { .priority = 1 }, got;

	ck_assert_int_eq(cigo_put(ctx, q, &a), 0);
	ck_assert_int_eq(cigo_put(ctx, q, &b), 0);
	ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &c, sizeof c, 0), -ETIMEDOUT);
	ck_assert_int_eq(cigo_get(ctx, q, &got), 0);
	ck_assert_int_eq(got.priority, 5);
	ck_assert_int_eq(cigo_put(ctx, q, &c), 0);
	ck_assert_int_eq(cigo_get(ctx, q, &got), 0);
	ck_assert_int_eq(got.priority, 1);
	cigo_queue_free(q);
	q = of_kind(CIGO_QUEUE_LIFO, sizeof item, 1, NULL);
	struct end e = { .q = q, .item = 2 };
	ck_assert_int_eq(push(q, 1), 0);
	cigo_task *t = cigo_spawn(ctx, puts_item, 0, &e);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 1); /* the putter's came in then */
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 2);
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
	cigo_queue_free(q);
}

struct mover {
	cigo_queue *q;
	struct job job;
	int err;
};

static int puts_job(cigo_ctx *ctx, void *arg, void *ret)
{
	struct mover *m = arg;

	CIGO_UNUSED(ret);
	m->err = cigo_put(ctx, m->q, &m->job);
	return m->err;
}

static int gets_job(cigo_ctx *ctx, void *arg, void *ret)
{
	struct mover *m = arg;

	CIGO_UNUSED(ret);
	m->err = cigo_queue_get_timeout(ctx, m->q, &m->job, sizeof m->job, CIGO_MS(t_roll(3)));
	return m->err;
}

T_CORO_SEEDS(under_any_schedule_no_kind_loses_or_doubles_an_item)
{
	int calls = 0, seen[20] = { 0 };
	cigo_queue *q =
		of_kind((enum cigo_queue_kind)t_roll(3), sizeof(struct job), 1 + t_roll(3), &calls);
	struct mover putters[20], getters[20];
	cigo_task *putting[20], *getting[20];
	struct job job;

	for (int i = 0; i < 20; i++) {
		putters[i] = (struct mover){ q, { (int)t_roll(4), i, { 0 } }, 1 };
		getters[i] = (struct mover){ .q = q, .err = 1 };
		putting[i] = cigo_spawn(ctx, puts_job, 0, &putters[i]);
		getting[i] = cigo_spawn(ctx, gets_job, 0, &getters[i]);
		if (t_roll(3) == 0)
			ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(t_roll(2))), 0);
		if (t_roll(3) == 0)
			cigo_future_cancel((t_roll(2) ? putting
						      : getting)[t_roll(20) % (unsigned)(i + 1)],
					   -EIO);
	}
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(5)), 0);
	cigo_queue_close(q);
	for (int i = 0; i < 20; i++) {
		cigo_ignore(cigo_future_take(ctx, putting[i], NULL, 0));
		cigo_ignore(cigo_future_take(ctx, getting[i], NULL, 0));
		if (!getters[i].err)
			seen[getters[i].job.number]++;
	}
	while (!cigo_queue_try_get(q, &job, sizeof job))
		seen[job.number]++;
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(seen[i], putters[i].err == 0);
	cigo_queue_free(q);
}

/* ---- timeouts ---- */

T_CORO(get_timeout_waits_so_long_and_no_longer)
{
	int64_t start = cigo_now(ctx);
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q, .item = 7 };
	int item = 99;

	ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_MS(5)),
			 -ETIMEDOUT);
	ck_assert_int_eq(item, 0);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &item, sizeof item, -1), -ETIMEDOUT);
	ck_assert_int_eq(push(q, 3), 0);
	ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &item, sizeof item, 0), 0);
	ck_assert_int_eq(item, 3); /* what is there is got */
	cigo_detach(cigo_spawn(ctx, puts_item, 0, &e));
	ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_NEVER), 0);
	ck_assert_int_eq(item, 7);
	cigo_queue_close(q);
	ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_S(1)),
			 CIGO_ECLOSED);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_queue_free(q);
}

T_CORO(put_timeout_waits_so_long_and_no_longer)
{
	int64_t start = cigo_now(ctx);
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q };
	int item = 1;

	ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &item, sizeof item, 0), 0);
	ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	item = 2;
	ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &item, sizeof item, CIGO_MS(5)),
			 -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	ck_assert_uint_eq(cigo_queue_count(q), 1);
	item = 3;
	cigo_detach(cigo_spawn(ctx, gets_item, 0, &e));
	ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &item, sizeof item, CIGO_MS(5)), 0);
	ck_assert_int_eq(e.item, 1);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(item, 3);
	cigo_queue_free(q);
}

T_CORO(a_timeout_does_not_hide_a_cancellation)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5)), *dead = t_dead(ctx, -EIO);
	int item;

	ck_assert_int_eq(cigo_queue_get_timeout(dead, q, &item, sizeof item, CIGO_S(1)), -EIO);
	int64_t start = cigo_now(ctx);
	ck_assert_int_eq(cigo_queue_get_timeout(timed, q, &item, sizeof item, CIGO_S(1)),
			 -ETIMEDOUT);
	ck_assert_int_eq(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_ctx_unref(timed);
	cigo_ctx_unref(dead);
	cigo_queue_free(q);
}

/* ---- join ---- */

static int joins(cigo_ctx *ctx, void *arg, void *ret)
{
	struct end *e = arg;

	CIGO_UNUSED(ret);
	e->err = cigo_queue_join(ctx, e->q);
	if (e->word)
		t_say(e->word);
	return e->err;
}

T_CORO(join_waits_until_all_that_was_put_is_done)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 2);
	struct end a = { .q = q, .word = "a" }, b = { .q = q, .word = "b" };
	struct end putter = { .q = q, .item = 3 }, getter = { .q = q };
	int item;

	ck_assert_int_eq(cigo_queue_join(ctx, q), 0); /* nothing was put */
	cigo_task *g = cigo_spawn(ctx, gets_item, 0, &getter);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	for (int i = 0; i < 3; i++) /* the first goes to the getter */
		ck_assert_int_eq(put(ctx, q, i), 0);
	cigo_task *p = cigo_spawn(ctx, puts_item, 0, &putter); /* waits for room */
	cigo_task *ta = cigo_spawn(ctx, joins, 0, &a), *tb = cigo_spawn(ctx, joins, 0, &b);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	for (int i = 1; i <= 3; i++)
		ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
		t_expect_said("");
		cigo_queue_task_done(q);
	}
	ck_assert_int_eq(cigo_future_take(ctx, ta, NULL, 0), 0);
	ck_assert_int_eq(cigo_future_take(ctx, tb, NULL, 0), 0);
	t_expect_said("ab");
	ck_assert_int_eq(cigo_future_take(ctx, g, NULL, 0), 0);
	ck_assert_int_eq(cigo_future_take(ctx, p, NULL, 0), 0);
	cigo_queue_free(q);
}

T_CORO(a_cancelled_join_leaves_and_a_put_that_failed_does_not_count)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q };
	int item;

	ck_assert_int_eq(put(ctx, q, 1), 0);
	ck_assert_int_eq(push(q, 2), -EAGAIN);
	ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &e.item, sizeof(int), CIGO_MS(1)),
			 -ETIMEDOUT);
	cigo_task *t = cigo_spawn(ctx, joins, 0, &e);
	ck_assert_int_eq(cigo_yield(ctx), 0);
	ck_assert_int_eq(cigo_task_stop(ctx, t), -ECANCELED);
	ck_assert_int_eq(e.err, -ECANCELED);
	cigo_queue_close(q); /* those who join wait on */
	t = cigo_spawn(ctx, joins, 0, &e);
	ck_assert_int_eq(cigo_sleep(ctx, CIGO_MS(1)), 0);
	ck_assert(!cigo_future_is_done(t));
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	cigo_queue_task_done(q);
	cigo_queue_free(q); /* nobody waits any more */
	ck_assert_int_eq(cigo_future_take(ctx, t, NULL, 0), 0);
}

T_CORO(joining_what_could_not_be_made_fails)
{
	cigo_queue *q = cigo_queue_new(1, 0);
	int item = 9;

	ck_assert_int_eq(cigo_queue_join(ctx, NULL), -ENOMEM);
	ck_assert_int_eq(cigo_queue_join(NULL, q), -ENOMEM);
	cigo_queue_task_done(NULL);
	ck_assert_int_eq(cigo_queue_put_timeout(ctx, NULL, &item, sizeof item, 1), -ENOMEM);
	ck_assert_int_eq(cigo_queue_get_timeout(ctx, NULL, &item, sizeof item, 1), -ENOMEM);
	ck_assert_int_eq(item, 0);
	cigo_queue_free(q);
}

T_PLAIN(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_ctx *ctx = cigo_ctx_background();
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	int item;

	ck_assert_int_eq(put(ctx, q, 1), 0);
	ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	ck_assert_int_eq(cigo_get(ctx, q, &item), 0);
	ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	cigo_queue_task_done(q);
	ck_assert_int_eq(cigo_queue_join(ctx, q), 0);
	cigo_queue_free(q);
}

/* ---- misuse ---- */

T_MISUSE(options_without_a_size_are_misuse, "cigo_queue_new_with")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_queue_new_with(&(cigo_queue_options){ .item_size = 4 }));
}

T_MISUSE(no_such_kind_is_misuse, "cigo_queue_new_with")
{
	cigo_queue_options o = { .size = sizeof o, .item_size = 4 };

	CIGO_UNUSED(ctx);
	memset(&o.kind, 7, sizeof o.kind);
	cigo_ignore(cigo_queue_new_with(&o));
}

T_MISUSE(priorities_without_compare_are_misuse, "cigo_queue_new_with")
{
	cigo_queue_options o = { .size = sizeof o, .item_size = 4, .kind = CIGO_QUEUE_PRIORITY };

	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_queue_new_with(&o));
}

T_MISUSE(items_of_0_bytes_are_misuse, "cigo_queue_new: ")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_queue_new(0, 1));
}

T_MISUSE(task_done_too_often_is_misuse, "cigo_queue_task_done")
{
	cigo_queue *q = cigo_queue_new(4, 0);

	cigo_ignore(put(ctx, q, 1));
	cigo_queue_task_done(q);
	cigo_queue_task_done(q);
}

T_MISUSE(freeing_a_queue_someone_joins_is_misuse, "cigo_queue_free")
{
	struct end e = { .q = cigo_queue_new(4, 0) };

	cigo_ignore(push(e.q, 1));
	cigo_detach(cigo_spawn(ctx, joins, 0, &e));
	cigo_ignore(cigo_yield(ctx));
	cigo_queue_free(e.q);
}

T_MISUSE(getting_another_size_with_a_timeout_is_misuse, "cigo_queue_get_timeout")
{
	char item;

	cigo_ignore(cigo_queue_get_timeout(ctx, cigo_queue_new(4, 0), &item, 1, 0));
}

T_MISUSE(putting_another_size_with_a_timeout_is_misuse, "cigo_queue_put_timeout")
{
	cigo_ignore(cigo_queue_put_timeout(ctx, cigo_queue_new(4, 0), "1", 1, 0));
}

T_MISUSE_PLAIN(waiting_without_a_loop_is_misuse, "cigo_queue_get")
{
	int item;

	cigo_ignore(cigo_get(cigo_ctx_background(), cigo_queue_new(4, 0), &item));
}

static void *pushes_foreign(void *q)
{
	cigo_ignore(push(q, 1));
	return NULL;
}

T_MISUSE(waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse, "cigo_queue_try_put")
{
	struct end e = { .q = cigo_queue_new(4, 0) };

	cigo_detach(cigo_spawn(ctx, gets_item, 0, &e));
	cigo_ignore(cigo_yield(ctx));
	t_foreign(pushes_foreign, e.q);
}

T_MISUSE(putting_another_size_is_misuse, "cigo_queue_put")
{
	cigo_ignore(cigo_put(ctx, cigo_queue_new(4, 0), &(char){ 1 }));
}

T_MISUSE(pushing_another_size_is_misuse, "cigo_queue_try_put")
{
	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_queue_try_put(cigo_queue_new(4, 0), "12345678", 8));
}

T_MISUSE(getting_another_size_is_misuse, "cigo_queue_get")
{
	char item;

	cigo_ignore(cigo_get(ctx, cigo_queue_new(4, 0), &item));
}

T_MISUSE(trying_to_get_another_size_is_misuse, "cigo_queue_try_get")
{
	char item;

	CIGO_UNUSED(ctx);
	cigo_ignore(cigo_queue_try_get(cigo_queue_new(4, 0), &item, sizeof item));
}

T_MISUSE(freeing_a_queue_someone_waits_on_is_misuse, "cigo_queue_free")
{
	struct end e = { .q = cigo_queue_new(4, 0) };

	cigo_detach(cigo_spawn(ctx, gets_item, 0, &e));
	cigo_ignore(cigo_yield(ctx));
	cigo_queue_free(e.q);
}

T_MISUSE_CALLBACK(getting_in_a_callback_is_misuse, "cigo_queue_get")
{
	int item;

	cigo_ignore(cigo_get(ctx, cigo_queue_new(4, 0), &item));
}

static cigo_queue *full;

T_MISUSE_CALLBACK(putting_into_a_full_queue_in_a_callback_is_misuse, "cigo_queue_put")
{
	full = cigo_queue_new(4, 1);
	cigo_ignore(push(full, 1));
	cigo_ignore(put(ctx, full, 2));
}

static cigo_queue *foreign_queue;

static void *gets_foreign(void *ctx)
{
	int item;

	cigo_ignore(cigo_get(ctx, foreign_queue, &item));
	return NULL;
}

T_MISUSE(getting_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_queue_get")
{
	foreign_queue = cigo_queue_new(4, 0);
	t_foreign(gets_foreign, ctx);
}

T_CORO_REAL(the_smallest_timeouts_end_too)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	int x = 1;

	for (int64_t ns = 1; ns < 200; ns++)
		ck_assert_int_eq(cigo_queue_get_timeout(ctx, q, &x, sizeof x, ns), -ETIMEDOUT);
	ck_assert_int_eq(cigo_queue_try_put(q, &x, sizeof x), 0);
	for (int64_t ns = 1; ns < 200; ns++)
		ck_assert_int_eq(cigo_queue_put_timeout(ctx, q, &x, sizeof x, ns), -ETIMEDOUT);
	cigo_queue_free(q);
}

int main(void)
{
	Suite *s = suite_create("queue");
	TCase *tc = t_case(s, "items");

	t_add(tc, items_come_out_in_the_order_they_went_in,
	      a_queue_keeps_its_order_through_long_use, items_left_inside_go_with_the_queue,
	      an_item_may_be_large);
	t_add_cooperative(tc, an_unbounded_queue_never_makes_anyone_wait);
	tc = t_case(s, "getting");
	t_add(tc, get_waits_for_an_item,
	      an_item_delivered_to_a_waiting_getter_cannot_be_snatched_away,
	      a_get_waits_no_longer_than_its_timeout, a_cancelled_get_takes_no_item,
	      an_item_delivered_before_the_cancellation_is_returned_and_the_next_get_gives_the_cause,
	      a_get_under_a_dead_context_loses_no_item);
	t_add_cooperative(tc, a_cancelled_getter_leaves_the_line_and_the_others_keep_their_order);
	t_add_cooperative(tc, getters_are_served_in_the_order_of_their_coming);
	tc = t_case(s, "putting");
	t_add(tc, put_waits_while_the_queue_is_full, a_cancelled_put_is_not_in_the_queue,
	      a_put_waits_no_longer_than_its_timeout,
	      a_producer_and_a_consumer_keep_each_other_going);
	t_add_cooperative(tc, a_put_that_succeeded_before_the_cancellation_says_so);
	t_add_cooperative(tc, a_full_queue_lets_several_producers_in_by_turns);
	t_add_cooperative(tc,
			  putters_are_served_in_the_order_of_their_coming_and_none_jumps_the_line);
	tc = t_case(s, "closing");
	t_add(tc, a_closed_queue_takes_nothing_and_gives_what_is_left,
	      closing_wakes_those_who_wait_for_items,
	      closing_wakes_those_who_wait_for_room_and_their_items_are_not_inside,
	      an_item_delivered_before_the_close_is_got);
	tc = t_case(s, "bad input and the end");
	t_add(tc, a_queue_that_could_not_be_made_is_one_that_failed, without_a_context_nobody_waits,
	      absurd_sizes_are_want_of_memory, waiters_are_cancelled_at_the_run_s_end,
	      a_callback_may_push);
	tcase_add_loop_test(tc, under_any_schedule_and_cancellation_no_item_is_lost_or_doubled, 0,
			    10);
	tc = t_case(s, "kinds");
	t_add(tc, a_lifo_queue_gives_the_last_first, options_alone_make_a_fifo_queue,
	      a_priority_queue_gives_the_first_by_compare_and_equal_ones_in_order,
	      items_of_any_alignment_are_compared_in_place,
	      a_putter_s_item_takes_its_place_among_the_others);
	tc = t_case_slow(s, "schedules", 30);
	t_add(tc, under_any_schedule_no_kind_loses_or_doubles_an_item);
	tc = t_case(s, "timeouts");
	t_add(tc, a_timeout_does_not_hide_a_cancellation);
	t_add_cooperative(tc, get_timeout_waits_so_long_and_no_longer);
	t_add_cooperative(tc, put_timeout_waits_so_long_and_no_longer);
	tc = t_case(s, "join");
	t_add(tc, a_cancelled_join_leaves_and_a_put_that_failed_does_not_count,
	      joining_what_could_not_be_made_fails,
	      a_plain_thread_may_use_one_where_it_need_not_wait);
	t_add_cooperative(tc, join_waits_until_all_that_was_put_is_done);
	tc = t_case(s, "misuse");
	t_add(tc, options_without_a_size_are_misuse, no_such_kind_is_misuse,
	      priorities_without_compare_are_misuse, items_of_0_bytes_are_misuse,
	      task_done_too_often_is_misuse, freeing_a_queue_someone_joins_is_misuse,
	      getting_another_size_with_a_timeout_is_misuse,
	      putting_another_size_with_a_timeout_is_misuse, waiting_without_a_loop_is_misuse,
	      waking_a_loop_s_coroutine_from_a_foreign_thread_is_misuse,
	      putting_another_size_is_misuse, pushing_another_size_is_misuse,
	      getting_another_size_is_misuse, trying_to_get_another_size_is_misuse,
	      freeing_a_queue_someone_waits_on_is_misuse, getting_in_a_callback_is_misuse,
	      putting_into_a_full_queue_in_a_callback_is_misuse,
	      getting_by_a_loop_s_context_on_a_foreign_thread_is_misuse);
	tc = t_case(s, "small timeouts");
	t_add(tc, the_smallest_timeouts_end_too);
	return t_main(s);
}
