/* SPDX-License-Identifier: MIT
 * Queues: bounded and unbounded, closing, fairness; no item is lost.
 */
#include "tests/tools/kit.h"

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

CORO(puts_item)
{
	struct end *e = arg;

	for (int i = 0; i < (e->times ? e->times : 1) && !e->err; i++)
		e->err = put(ctx, e->q, e->item + i);
	if (e->word)
		t_say(e->word);
	return e->err;
}

CORO(gets_item)
{
	struct end *e = arg;
	int unused;

	e->err = cigo_get(ctx, e->q, &e->item);
	if (e->word)
		t_say(e->word);
	if (e->again)
		e->err2 = cigo_get(ctx, e->q, &unused);
	return e->err;
}

TEST_CASE("items");

LOOP_TEST(items_come_out_in_the_order_they_went_in)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item = 99;

	ck_assert_ptr_nonnull(q);
	equal(cigo_queue_count(q), 0);
	for (int i = 1; i <= 3; i++)
		ok(put(ctx, q, i));
	ok(push(q, 4));
	equal(cigo_queue_count(q), 4);
	for (int i = 1; i <= 2; i++) {
		ok(cigo_get(ctx, q, &item));
		equal(item, i);
	}
	for (int i = 3; i <= 4; i++) {
		ok(cigo_queue_try_get(q, &item, sizeof item));
		equal(item, i);
	}
	fails(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	equal(item, 0);
	equal(cigo_queue_count(q), 0);
	cigo_queue_free(q);
}

LOOP_TEST(an_unbounded_queue_never_makes_anyone_wait, COOPERATIVE)
{
	cigo_queue *q = cigo_queue_new(sizeof(int64_t), 0);
	int64_t n = t_scale(100000, 10000), item, wrong = 0;

	cigo_detach(t_job(ctx, .word = "other"));
	for (int64_t i = 0; i < n; i++)
		wrong += cigo_queue_try_put(q, &i, sizeof i) != 0;
	t_expect_said("");
	equal(cigo_queue_count(q), (size_t)n);
	for (int64_t i = 0; i < n; i++)
		wrong += cigo_queue_try_get(q, &item, sizeof item) != 0 || item != i;
	equal(wrong, 0);
	cigo_queue_free(q);
}

LOOP_TEST(a_queue_keeps_its_order_through_long_use)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int in = 0, out = 0, item, wrong = 0;

	for (int round = 0; round < 2000; round++) { /* it grows while it wraps around */
		for (int i = 0; i < 1 + round % 7; i++)
			wrong += push(q, in++) != 0;
		for (int i = 0; i < round % 6 && out < in; i++)
			wrong += cigo_queue_try_get(q, &item, sizeof item) != 0 || item != out++;
	}
	equal(cigo_queue_count(q), (size_t)(in - out));
	while (out < in)
		wrong += cigo_get(ctx, q, &item) != 0 || item != out++;
	equal(wrong, 0);
	cigo_queue_free(q);
}

LOOP_TEST(items_left_inside_go_with_the_queue)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 10);

	ok(put(ctx, q, 1));
	ok(put(ctx, q, 2));
	cigo_queue_free(q);
	cigo_queue_free(NULL);
}

LOOP_TEST(an_item_may_be_large)
{
	static char in[100000], out[100000];
	cigo_queue *q = cigo_queue_new(sizeof in, 2);

	memset(in, 'x', sizeof in);
	ok(cigo_put(ctx, q, &in));
	memset(in, 'y', sizeof in); /* it was copied */
	ok(cigo_get(ctx, q, &out));
	equal(out[0], 'x');
	equal(out[sizeof out - 1], 'x');
	cigo_queue_free(q);
}

TEST_CASE("getting");

LOOP_TEST(get_waits_for_an_item)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);

	ok(cigo_sleep(ctx, CIGO_MS(5)));
	ck_assert(!cigo_future_is_done(t));
	ok(put(ctx, q, 7));
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(e.item, 7);
	cigo_queue_free(q);
}

LOOP_TEST(getters_are_served_in_the_order_of_their_coming, COOPERATIVE)
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
	ok(cigo_yield(ctx));
	for (int i = 0; i < 4; i++)
		ok(push(q, 10 + i));
	t_expect_said(""); /* pushing does not switch */
	for (int i = 0; i < 4; i++) {
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
		equal(ends[i].item, 10 + i);
	}
	t_expect_said("abcd");
	cigo_queue_free(q);
}

LOOP_TEST(an_item_delivered_to_a_waiting_getter_cannot_be_snatched_away)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);
	int item;

	ok(cigo_yield(ctx));
	ok(push(q, 7));
	fails(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(e.item, 7);
	cigo_queue_free(q);
}

TEST_CASE("putting");

LOOP_TEST(put_waits_while_the_queue_is_full)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 2);
	struct end e = { .q = q, .item = 3 };
	cigo_task *t;
	int item;

	ok(put(ctx, q, 1));
	ok(put(ctx, q, 2));
	fails(push(q, 9), -EAGAIN);
	t = cigo_spawn(ctx, puts_item, 0, &e);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	ck_assert(!cigo_future_is_done(t));
	equal(cigo_queue_count(q), 2);
	for (int i = 1; i <= 3; i++) {
		ok(cigo_get(ctx, q, &item));
		equal(item, i);
	}
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(cigo_queue_count(q), 0);
	cigo_queue_free(q);
}

LOOP_TEST(putters_are_served_in_the_order_of_their_coming_and_none_jumps_the_line, COOPERATIVE)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end ends[4] = { { 0 } };
	cigo_task *tasks[4];
	int item;

	ok(put(ctx, q, 0));
	for (int i = 0; i < 4; i++) {
		ends[i].q = q;
		ends[i].item = i + 1;
		tasks[i] = cigo_spawn(ctx, puts_item, 0, &ends[i]);
	}
	ok(cigo_yield(ctx));
	ok(cigo_queue_try_get(q, &item, sizeof item));
	equal(item, 0);
	fails(push(q, 99), -EAGAIN); /* the place is the first waiter's */
	for (int i = 0; i < 4; i++) {
		ok(cigo_get(ctx, q, &item));
		equal(item, i + 1);
	}
	for (int i = 0; i < 4; i++)
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
	cigo_queue_free(q);
}

LOOP_TEST(a_cancelled_put_is_not_in_the_queue)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end a = { .q = q, .item = 1 }, b = { .q = q, .item = 2 };
	cigo_task *ta, *tb;
	int item;

	ok(put(ctx, q, 0));
	ta = cigo_spawn(ctx, puts_item, 0, &a);
	tb = cigo_spawn(ctx, puts_item, 0, &b);
	ok(cigo_yield(ctx));
	cigo_future_cancel(ta, -EIO);
	fails(cigo_future_take(ctx, ta, NULL, 0), -EIO);
	equal(a.err, -EIO);
	ok(cigo_get(ctx, q, &item));
	equal(item, 0);
	ok(cigo_get(ctx, q, &item));
	equal(item, 2);
	ok(cigo_future_take(ctx, tb, NULL, 0));
	fails(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	cigo_queue_free(q);
}

LOOP_TEST(a_put_that_succeeded_before_the_cancellation_says_so, COOPERATIVE)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q, .item = 1 };
	cigo_task *t;
	int item;

	ok(put(ctx, q, 0));
	t = cigo_spawn(ctx, puts_item, 0, &e);
	ok(cigo_yield(ctx));
	ok(cigo_queue_try_get(q, &item, sizeof item));
	cigo_future_cancel(t, -EIO);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
	if (!e.err) { /* either it is inside, or the call says that it is not */
		ok(cigo_queue_try_get(q, &item, sizeof item));
		equal(item, 1);
	} else {
		fails(cigo_queue_try_get(q, &item, sizeof item), -EAGAIN);
	}
	equal(e.err, 0); /* its place was free before the cancellation came */
	cigo_queue_free(q);
}

LOOP_TEST(a_put_waits_no_longer_than_its_timeout)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	int item;

	ok(put(ctx, q, 1));
	fails(put(timed, q, 2), -ETIMEDOUT);
	ok(cigo_get(ctx, q, &item));
	equal(item, 1);
	equal(cigo_queue_count(q), 0);
	cigo_queue_free(q);
	cigo_ctx_unref(timed);
}

LOOP_TEST(a_producer_and_a_consumer_keep_each_other_going)
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
	equal(wrong, 0);
	ck_assert_uint_le(most, 1);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_queue_free(q);
}

LOOP_TEST(a_full_queue_lets_several_producers_in_by_turns, COOPERATIVE)
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
		ok(cigo_get(ctx, q, &item));
		equal(item % 1000, count[item / 1000]++); /* each one's in order */
	}
	for (int i = 0; i < 3; i++) {
		ck_assert_int_ge(count[i], 15); /* and nobody starves */
		cigo_task_stop(ctx, tasks[i]);
	}
	cigo_queue_free(q);
}

TEST_CASE("closing");

LOOP_TEST(a_closed_queue_takes_nothing_and_gives_what_is_left)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item;

	ok(push(q, 1));
	ok(push(q, 2));
	cigo_queue_close(q);
	cigo_queue_close(q); /* twice is fine */
	fails(put(ctx, q, 3), CIGO_ECLOSED);
	fails(push(q, 3), CIGO_ECLOSED);
	equal(cigo_queue_count(q), 2);
	ok(cigo_get(ctx, q, &item));
	equal(item, 1);
	ok(cigo_queue_try_get(q, &item, sizeof item));
	equal(item, 2);
	fails(cigo_get(ctx, q, &item), CIGO_ECLOSED);
	equal(item, 0);
	item = 99;
	fails(cigo_queue_try_get(q, &item, sizeof item), CIGO_ECLOSED);
	equal(item, 0);
	cigo_queue_free(q);
}

LOOP_TEST(closing_wakes_those_who_wait_for_items)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end a = { .q = q }, b = { .q = q };
	cigo_task *ta = cigo_spawn(ctx, gets_item, 0, &a);
	cigo_task *tb = cigo_spawn(ctx, gets_item, 0, &b);

	ok(cigo_yield(ctx));
	cigo_queue_close(q);
	fails(cigo_future_take(ctx, ta, NULL, 0), CIGO_ECLOSED);
	fails(cigo_future_take(ctx, tb, NULL, 0), CIGO_ECLOSED);
	cigo_queue_free(q);
}

LOOP_TEST(closing_wakes_those_who_wait_for_room_and_their_items_are_not_inside)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q, .item = 2 };
	cigo_task *t;
	int item;

	ok(put(ctx, q, 1));
	t = cigo_spawn(ctx, puts_item, 0, &e);
	ok(cigo_yield(ctx));
	cigo_queue_close(q);
	fails(cigo_future_take(ctx, t, NULL, 0), CIGO_ECLOSED);
	ok(cigo_get(ctx, q, &item));
	equal(item, 1);
	fails(cigo_get(ctx, q, &item), CIGO_ECLOSED);
	cigo_queue_free(q);
}

LOOP_TEST(an_item_delivered_before_the_close_is_got)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q };
	cigo_task *t = cigo_spawn(ctx, gets_item, 0, &e);

	ok(cigo_yield(ctx));
	ok(push(q, 7));
	cigo_queue_close(q);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(e.item, 7);
	cigo_queue_free(q);
}

TEST_CASE("bad input and the end");

LOOP_TEST(a_queue_that_could_not_be_made_is_one_that_failed)
{
	int item = 99;

	fails(put(ctx, NULL, 1), -ENOMEM);
	fails(push(NULL, 1), -ENOMEM);
	fails(cigo_queue_get(ctx, NULL, &item, sizeof item), -ENOMEM);
	equal(item, 0);
	item = 99;
	fails(cigo_queue_try_get(NULL, &item, sizeof item), -ENOMEM);
	equal(item, 0);
	cigo_queue_close(NULL);
	equal(cigo_queue_count(NULL), 0);
	cigo_queue_free(NULL);
}

LOOP_TEST(without_a_context_nobody_waits)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	int item = 99;

	fails(cigo_get(NULL, q, &item), -ENOMEM);
	equal(item, 0);
	ok(push(q, 1));
	fails(put(NULL, q, 1), -ENOMEM);
	equal(cigo_queue_count(q), 1);
	cigo_queue_free(q);
}

LOOP_TEST(absurd_sizes_are_want_of_memory)
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
			ok(cigo_queue_try_put(q, item, absurd[i].item));
		else if (q)
			fails(cigo_queue_try_put(q, item, absurd[i].item), -ENOMEM);
		cigo_queue_free(q);
	}
}

static cigo_queue *of_run;
static struct end left_getter, left_putter;

CORO(leaves_waiters)
{
	left_getter.q = cigo_queue_new(sizeof(int), 1);
	left_putter.q = of_run;
	cigo_detach(cigo_spawn(ctx, gets_item, 0, &left_getter));
	cigo_detach(cigo_spawn(ctx, puts_item, 0, &left_putter));
	return cigo_yield(ctx);
}

TEST(waiters_are_cancelled_at_the_run_s_end)
{
	of_run = cigo_queue_new(sizeof(int), 1);
	ok(push(of_run, 1)); /* needs no loop */
	ok(t_run(leaves_waiters, NULL));
	equal(left_getter.err, -ECANCELED);
	equal(left_putter.err, -ECANCELED);
	equal(cigo_queue_count(of_run), 1);
	cigo_queue_free(of_run);
	cigo_queue_free(left_getter.q);
}

CALLBACK(pushes)
{
	if (!status)
		ok(push(arg, 5));
}

LOOP_TEST(a_callback_may_push)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	int item;

	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(3), pushes, q);
	ok(cigo_get(ctx, q, &item));
	equal(item, 5);
	cigo_queue_free(q);
}

SEED_TEST(under_any_schedule_and_cancellation_no_item_is_lost_or_doubled)
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
			ok(cigo_yield(ctx));
		if (i % 4 == 0)
			cigo_future_cancel(getting[i / 2], -EIO);
		if (i % 5 == 0)
			cigo_future_cancel(putting[i / 2], -EIO);
	}
	ok(cigo_sleep(ctx, CIGO_MS(1)));
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
			equal(seen[i], 1);
		else if (putters[i].err)
			equal(seen[i], 0); /* refused: not inside */
	}
	cigo_queue_free(q);
}

TEST_CASE("kinds");

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

LOOP_TEST(a_lifo_queue_gives_the_last_first)
{
	cigo_queue *q = of_kind(CIGO_QUEUE_LIFO, sizeof(int), 0, NULL);
	int item;

	for (int i = 0; i < 100; i++)
		ok(put(ctx, q, i));
	for (int i = 99; i >= 50; i--) {
		ok(cigo_get(ctx, q, &item));
		equal(item, i);
	}
	ok(push(q, 500));
	ok(cigo_queue_try_get(q, &item, sizeof item));
	equal(item, 500);
	equal(cigo_queue_count(q), 50);
	cigo_queue_free(q);
}

LOOP_TEST(options_alone_make_a_fifo_queue)
{
	cigo_queue_options o = { .size = sizeof o, .item_size = sizeof(int), .capacity = 2 };
	cigo_queue *q = cigo_queue_new_with(&o);
	int item;

	ok(push(q, 1));
	ok(push(q, 2));
	fails(push(q, 3), -EAGAIN);
	ok(cigo_get(ctx, q, &item));
	equal(item, 1);
	cigo_queue_free(q);
}

LOOP_TEST(a_priority_queue_gives_the_first_by_compare_and_equal_ones_in_order)
{
	int calls = 0, n = (int)t_scale(5000, 1000);
	cigo_queue *q = of_kind(CIGO_QUEUE_PRIORITY, sizeof(struct job), 0, &calls);
	struct job job, last = { .priority = -1 };

	t_dice = 7;
	for (int i = 0; i < n; i++) {
		job = (struct job){ .priority = (int)t_roll(50), .number = i };
		ok(cigo_put(ctx, q, &job));
		if (i % 3 == 2) /* taking in between must not disturb it */
			ok(cigo_get(ctx, q, &job));
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

LOOP_TEST(items_of_any_alignment_are_compared_in_place)
{
	int calls = 0;
	struct job job = { 0 };

	/* by_priority reads ints: under UBSan a misplaced item is an error */
	cigo_queue *q = of_kind(CIGO_QUEUE_PRIORITY, sizeof job, 0, &calls);
	for (int i = 0; i < 20; i++) {
		job.priority = -i;
		ok(cigo_put(ctx, q, &job));
	}
	for (int i = 19; i >= 0; i--) {
		ok(cigo_get(ctx, q, &job));
		equal(job.priority, -i);
	}
	cigo_queue_free(q);
}

LOOP_TEST(a_putter_s_item_takes_its_place_among_the_others)
{
	int calls = 0, item;
	cigo_queue *q = of_kind(CIGO_QUEUE_PRIORITY, sizeof(struct job), 2, &calls);
	struct job a = { .priority = 5 }, b = { .priority = 7 }, c = { .priority = 1 }, got;

	ok(cigo_put(ctx, q, &a));
	ok(cigo_put(ctx, q, &b));
	fails(cigo_queue_put_timeout(ctx, q, &c, sizeof c, 0), -ETIMEDOUT);
	ok(cigo_get(ctx, q, &got));
	equal(got.priority, 5);
	ok(cigo_put(ctx, q, &c));
	ok(cigo_get(ctx, q, &got));
	equal(got.priority, 1);
	cigo_queue_free(q);
	q = of_kind(CIGO_QUEUE_LIFO, sizeof item, 1, NULL);
	struct end e = { .q = q, .item = 2 };
	ok(push(q, 1));
	cigo_task *t = cigo_spawn(ctx, puts_item, 0, &e);
	ok(cigo_yield(ctx));
	ok(cigo_get(ctx, q, &item));
	equal(item, 1); /* the putter's came in then */
	ok(cigo_get(ctx, q, &item));
	equal(item, 2);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_queue_free(q);
}

struct mover {
	cigo_queue *q;
	struct job job;
	int err;
};

CORO(puts_job)
{
	struct mover *m = arg;

	m->err = cigo_put(ctx, m->q, &m->job);
	return m->err;
}

CORO(gets_job)
{
	struct mover *m = arg;

	m->err = cigo_queue_get_timeout(ctx, m->q, &m->job, sizeof m->job, CIGO_MS(t_roll(3)));
	return m->err;
}

TEST_CASE("schedules", .seconds = 30);

SEED_TEST(under_any_schedule_no_kind_loses_or_doubles_an_item)
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
			ok(cigo_sleep(ctx, CIGO_MS(t_roll(2))));
		if (t_roll(3) == 0)
			cigo_future_cancel((t_roll(2) ? putting
						      : getting)[t_roll(20) % (unsigned)(i + 1)],
					   -EIO);
	}
	ok(cigo_sleep(ctx, CIGO_MS(5)));
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
		equal(seen[i], putters[i].err == 0);
	cigo_queue_free(q);
}

TEST_CASE("timeouts");

LOOP_TEST(get_timeout_waits_so_long_and_no_longer, COOPERATIVE)
{
	int64_t start = cigo_now(ctx);
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	struct end e = { .q = q, .item = 7 };
	int item = 99;

	fails(cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_MS(5)), -ETIMEDOUT);
	equal(item, 0);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	fails(cigo_queue_get_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	fails(cigo_queue_get_timeout(ctx, q, &item, sizeof item, -1), -ETIMEDOUT);
	ok(push(q, 3));
	ok(cigo_queue_get_timeout(ctx, q, &item, sizeof item, 0));
	equal(item, 3); /* what is there is got */
	cigo_detach(cigo_spawn(ctx, puts_item, 0, &e));
	ok(cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_NEVER));
	equal(item, 7);
	cigo_queue_close(q);
	fails(cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_S(1)), CIGO_ECLOSED);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_queue_free(q);
}

LOOP_TEST(put_timeout_waits_so_long_and_no_longer, COOPERATIVE)
{
	int64_t start = cigo_now(ctx);
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q };
	int item = 1;

	ok(cigo_queue_put_timeout(ctx, q, &item, sizeof item, 0));
	fails(cigo_queue_put_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	item = 2;
	fails(cigo_queue_put_timeout(ctx, q, &item, sizeof item, CIGO_MS(5)), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	equal(cigo_queue_count(q), 1);
	item = 3;
	cigo_detach(cigo_spawn(ctx, gets_item, 0, &e));
	ok(cigo_queue_put_timeout(ctx, q, &item, sizeof item, CIGO_MS(5)));
	equal(e.item, 1);
	ok(cigo_get(ctx, q, &item));
	equal(item, 3);
	cigo_queue_free(q);
}

LOOP_TEST(a_timeout_does_not_hide_a_cancellation)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5)), *dead = t_dead(ctx, -EIO);
	int item;

	fails(cigo_queue_get_timeout(dead, q, &item, sizeof item, CIGO_S(1)), -EIO);
	int64_t start = cigo_now(ctx);
	fails(cigo_queue_get_timeout(timed, q, &item, sizeof item, CIGO_S(1)), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(5));
	cigo_ctx_unref(timed);
	cigo_ctx_unref(dead);
	cigo_queue_free(q);
}

TEST_CASE("join");

CORO(joins)
{
	struct end *e = arg;

	e->err = cigo_queue_join(ctx, e->q);
	if (e->word)
		t_say(e->word);
	return e->err;
}

LOOP_TEST(join_waits_until_all_that_was_put_is_done, COOPERATIVE)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 2);
	struct end a = { .q = q, .word = "a" }, b = { .q = q, .word = "b" };
	struct end putter = { .q = q, .item = 3 }, getter = { .q = q };
	int item;

	ok(cigo_queue_join(ctx, q)); /* nothing was put */
	cigo_task *g = cigo_spawn(ctx, gets_item, 0, &getter);
	ok(cigo_yield(ctx));
	for (int i = 0; i < 3; i++) /* the first goes to the getter */
		ok(put(ctx, q, i));
	cigo_task *p = cigo_spawn(ctx, puts_item, 0, &putter); /* waits for room */
	cigo_task *ta = cigo_spawn(ctx, joins, 0, &a), *tb = cigo_spawn(ctx, joins, 0, &b);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	for (int i = 1; i <= 3; i++)
		ok(cigo_get(ctx, q, &item));
	for (int i = 0; i < 4; i++) {
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		t_expect_said("");
		cigo_queue_task_done(q);
	}
	ok(cigo_future_take(ctx, ta, NULL, 0));
	ok(cigo_future_take(ctx, tb, NULL, 0));
	t_expect_said("ab");
	ok(cigo_future_take(ctx, g, NULL, 0));
	ok(cigo_future_take(ctx, p, NULL, 0));
	cigo_queue_free(q);
}

LOOP_TEST(a_cancelled_join_leaves_and_a_put_that_failed_does_not_count)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	struct end e = { .q = q };
	int item;

	ok(put(ctx, q, 1));
	fails(push(q, 2), -EAGAIN);
	fails(cigo_queue_put_timeout(ctx, q, &e.item, sizeof(int), CIGO_MS(1)), -ETIMEDOUT);
	cigo_task *t = cigo_spawn(ctx, joins, 0, &e);
	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	equal(e.err, -ECANCELED);
	cigo_queue_close(q); /* those who join wait on */
	t = cigo_spawn(ctx, joins, 0, &e);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	ck_assert(!cigo_future_is_done(t));
	ok(cigo_get(ctx, q, &item));
	cigo_queue_task_done(q);
	cigo_queue_free(q); /* nobody waits any more */
	ok(cigo_future_take(ctx, t, NULL, 0));
}

LOOP_TEST(joining_what_could_not_be_made_fails)
{
	cigo_queue *q = cigo_queue_new(1, 0);
	int item = 9;

	fails(cigo_queue_join(ctx, NULL), -ENOMEM);
	fails(cigo_queue_join(NULL, q), -ENOMEM);
	cigo_queue_task_done(NULL);
	fails(cigo_queue_put_timeout(ctx, NULL, &item, sizeof item, 1), -ENOMEM);
	fails(cigo_queue_get_timeout(ctx, NULL, &item, sizeof item, 1), -ENOMEM);
	equal(item, 0);
	cigo_queue_free(q);
}

PLAIN_TEST(a_plain_thread_may_use_one_where_it_need_not_wait)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	int item;

	ok(put(ctx, q, 1));
	fails(cigo_queue_put_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	ok(cigo_get(ctx, q, &item));
	fails(cigo_queue_get_timeout(ctx, q, &item, sizeof item, 0), -ETIMEDOUT);
	cigo_queue_task_done(q);
	ok(cigo_queue_join(ctx, q));
	cigo_queue_free(q);
}

TEST_CASE("misuse");

MISUSE_TEST(options_without_a_size_are_misuse, "cigo_queue_new_with")
{
	cigo_ignore(cigo_queue_new_with(&(cigo_queue_options){ .item_size = 4 }));
}

MISUSE_TEST(no_such_kind_is_misuse, "cigo_queue_new_with")
{
	cigo_queue_options o = { .size = sizeof o, .item_size = 4 };

	memset(&o.kind, 7, sizeof o.kind);
	cigo_ignore(cigo_queue_new_with(&o));
}

MISUSE_TEST(priorities_without_compare_are_misuse, "cigo_queue_new_with")
{
	cigo_queue_options o = { .size = sizeof o, .item_size = 4, .kind = CIGO_QUEUE_PRIORITY };

	cigo_ignore(cigo_queue_new_with(&o));
}

MISUSE_TEST(items_of_0_bytes_are_misuse, "cigo_queue_new: ")
{
	cigo_ignore(cigo_queue_new(0, 1));
}

MISUSE_TEST(task_done_too_often_is_misuse, "cigo_queue_task_done")
{
	cigo_queue *q = cigo_queue_new(4, 0);

	cigo_ignore(put(ctx, q, 1));
	cigo_queue_task_done(q);
	cigo_queue_task_done(q);
}

MISUSE_TEST(getting_another_size_with_a_timeout_is_misuse, "cigo_queue_get_timeout")
{
	char item;

	cigo_ignore(cigo_queue_get_timeout(ctx, cigo_queue_new(4, 0), &item, 1, 0));
}

MISUSE_TEST(putting_another_size_with_a_timeout_is_misuse, "cigo_queue_put_timeout")
{
	cigo_ignore(cigo_queue_put_timeout(ctx, cigo_queue_new(4, 0), "1", 1, 0));
}

MISUSE_TEST(putting_another_size_is_misuse, "cigo_queue_put")
{
	cigo_ignore(cigo_put(ctx, cigo_queue_new(4, 0), &(char){ 1 }));
}

MISUSE_TEST(pushing_another_size_is_misuse, "cigo_queue_try_put")
{
	cigo_ignore(cigo_queue_try_put(cigo_queue_new(4, 0), "12345678", 8));
}

MISUSE_TEST(getting_another_size_is_misuse, "cigo_queue_get")
{
	char item;

	cigo_ignore(cigo_get(ctx, cigo_queue_new(4, 0), &item));
}

MISUSE_TEST(trying_to_get_another_size_is_misuse, "cigo_queue_try_get")
{
	char item;

	cigo_ignore(cigo_queue_try_get(cigo_queue_new(4, 0), &item, sizeof item));
}

static cigo_queue *foreign_queue;

THREAD(gets_foreign)
{
	int item;

	cigo_ignore(cigo_get(arg, foreign_queue, &item));
	return NULL;
}

MISUSE_TEST(getting_by_a_loop_s_context_on_a_foreign_thread_is_misuse, "cigo_queue_get")
{
	foreign_queue = cigo_queue_new(4, 0);
	on_thread(gets_foreign, ctx);
}

TEST_CASE("small timeouts");

REAL_TEST(the_smallest_timeouts_end_too)
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
