/* SPDX-License-Identifier: MIT
 * Queues, channels and selects, under every order of two to four coroutines; see
 * tests/tools/orders.h.
 */
#include "tests/tools/orders.h"

/* How often each item was put (sent), and got; and the last one that was got of each putter, whose
 * items are 10 me + 1, 10 me + 2. */
enum { PUTTERS = 4, EACH = 2, ITEMS = 10 * PUTTERS };
static int was_put[ITEMS], was_got[ITEMS], last[PUTTERS];

static void begin_count(void)
{
	memset(was_put, 0, sizeof was_put);
	memset(was_got, 0, sizeof was_got);
	memset(last, 0, sizeof last);
}

static void got_item(int item)
{
	cigo_check(item > 0 && item < ITEMS, "item %d", item);
	was_got[item]++;
}

/* In the order of their putting. */
static void got_in_turn(int item)
{
	got_item(item);
	cigo_check(item > last[item / 10], "%d after %d", item, last[item / 10]);
	last[item / 10] = item;
}

static void end_count(void)
{
	for (int i = 0; i < ITEMS; i++)
		cigo_check(was_put[i] == was_got[i], "item %d was put %d times, and got %d times",
			   i, was_put[i], was_got[i]);
}

TEST_CASE("queue", .seconds = 60);

static cigo_queue *queue;

static void open_queue(size_t capacity)
{
	queue = cigo_queue_new(sizeof(int), capacity);
	begin_count();
}

static void close_queue(void)
{
	int item;

	while (!cigo_queue_try_get(queue, &item, sizeof item))
		got_item(item);
	cigo_queue_free(queue);
	end_count();
}

MEMBER(puts_two)
{
	for (int item = 10 * me + 1; item <= 10 * me + EACH; item++) {
		t_got[me] = cigo_put(ctx, queue, &item);
		if (t_got[me])
			return;
		was_put[item]++;
	}
}

MEMBER(puts_one)
{
	int item = 10 * me + 1;

	t_got[me] = cigo_put(ctx, queue, &item);
	was_put[item] += !t_got[me];
}

MEMBER(gets_all_in_turn)
{
	for (int i = 0, item; i < (t_cooperative ? 2 * EACH : EACH); i++) {
		t_got[me] = cigo_get(ctx, queue, &item);
		if (!t_got[me])
			got_in_turn(item);
	}
}

MEMBER(gets_two)
{
	for (int i = 0, item; i < EACH; i++) {
		t_got[me] = cigo_get(ctx, queue, &item);
		if (t_got[me])
			return;
		got_item(item);
	}
}

MEMBER(gets_one)
{
	int item;

	t_got[me] = cigo_get(ctx, queue, &item);
	if (!t_got[me])
		got_item(item);
	else
		cigo_check(!item, "a get that failed gave %d", item);
}

MEMBER(closes)
{
	cigo_queue_close(queue);
	t_got[me] = 0;
}

MEMBER(cancels_a)
{
	t_cancel(0);
}

MEMBER(cancels_b)
{
	t_cancel(1);
}

ORDERS_TEST(items_are_got_in_the_order_of_their_putter, .outcomes = "+++", .preemptive = "++")
{
	open_queue(1);
	if (t_cooperative)
		together(ctx, puts_two, puts_two, gets_all_in_turn);
	else
		together(ctx, puts_two, gets_all_in_turn);
	t_outcome(t_members);
	close_queue();
}

ORDERS_TEST(each_item_is_got_once, .outcomes = "++++", .preemptive = "+++", .preemptions = 1)
{
	open_queue(1);
	if (t_cooperative)
		together(ctx, puts_two, puts_two, gets_two, gets_two);
	else
		together(ctx, puts_two, gets_one, gets_one);
	t_outcome(t_members);
	close_queue();
}

ORDERS_TEST(a_cancelled_getter_takes_no_item, .outcomes = "+ | - | x", .preemptive = "+ | x",
	    .preemptions = 1)
{
	open_queue(1);
	together(ctx, gets_one, puts_one, cancels_a);
	t_outcome(1);
	close_queue();
}

ORDERS_TEST(another_getter_gets_what_a_cancelled_one_does_not, .only = CIGO_COOPERATIVE,
	    .outcomes = "+c | -+ | x+")
{
	open_queue(1);
	begin_together(ctx, gets_one, gets_one, puts_one, cancels_a);
	t_quiet(ctx);
	cigo_check(!cigo_queue_count(queue) || t_got[1] != T_NEVER, "b sleeps beside an item");
	cigo_queue_close(queue);
	end_together(ctx);
	t_outcome(2);
	close_queue();
}

ORDERS_TEST(a_cancelled_putter_leaves_no_item, .outcomes = "++ | +- | +x",
	    .preemptive = "++ | +x | cx", .preemptions = 1)
{
	open_queue(1);
	if (t_cooperative)
		begin_together(ctx, puts_two, puts_one, cancels_b, gets_two);
	else
		begin_together(ctx, gets_one, puts_two, cancels_b);
	t_quiet(ctx);
	cigo_queue_close(queue);
	end_together(ctx);
	t_outcome(2);
	close_queue();
}

ORDERS_TEST(closing_meets_a_put_and_a_get, .outcomes = "++ | cc", .preemptions = 1)
{
	open_queue(1);
	together(ctx, puts_two, gets_two, closes);
	t_outcome(2);
	close_queue();
}

/* The time limit is as long as the putter sleeps: either may be the first. In the preemptive model home's
 * thread ends all waits whose time has come, before another thread goes on. */
MEMBER(gets_in_time)
{
	int item;

	t_got[me] = cigo_queue_get_timeout(ctx, queue, &item, sizeof item, CIGO_MS(1));
	if (!t_got[me])
		got_item(item);
}

MEMBER(puts_late)
{
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	puts_one_body(ctx, me);
}

ORDERS_TEST(a_get_s_time_is_up_when_the_item_comes, .outcomes = "+ | t")
{
	open_queue(1);
	together(ctx, gets_in_time, puts_late);
	t_outcome(1);
	close_queue();
}

MEMBER(puts_in_time)
{
	int item = 10 * me + 1;

	t_got[me] = cigo_queue_put_timeout(ctx, queue, &item, sizeof item, CIGO_MS(1));
	was_put[item] += !t_got[me];
}

MEMBER(gets_late)
{
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	gets_one_body(ctx, me);
}

ORDERS_TEST(a_put_s_time_is_up_when_the_room_comes, .outcomes = "+ | t")
{
	int item = 31;

	open_queue(1);
	was_put[item] += !cigo_put(ctx, queue, &item);
	together(ctx, puts_in_time, gets_late);
	t_outcome(1);
	close_queue();
}

MEMBER(deals_with_two)
{
	for (int i = 0, item; i < EACH && !cigo_get(ctx, queue, &item); i++) {
		got_item(item);
		t_pause(ctx);
		cigo_queue_task_done(queue);
	}
}

MEMBER(joins)
{
	int before = was_put[1] + was_put[2];

	t_got[me] = cigo_queue_join(ctx, queue);
	cigo_check(was_got[1] + was_got[2] >= before, "join has returned too early");
}

ORDERS_TEST(a_join_returns_when_all_is_dealt_with, .preemptions = 1, .outcomes = "++")
{
	open_queue(0);
	together(ctx, puts_two, joins, deals_with_two);
	t_outcome(2);
	close_queue();
}

TEST_CASE("channel", .seconds = 60);

static cigo_channel *channel, *other;

static void open_channels(size_t capacity)
{
	channel = cigo_channel_new(sizeof(int), capacity);
	other = cigo_channel_new(sizeof(int), capacity);
	begin_count();
}

static void close_channels(void)
{
	int item;

	while (!cigo_channel_try_recv(channel, &item, sizeof item) ||
	       !cigo_channel_try_recv(other, &item, sizeof item))
		got_item(item);
	cigo_channel_free(channel);
	cigo_channel_free(other);
	end_count();
}

static void send_to(cigo_ctx *ctx, int me, cigo_channel *c)
{
	int item = 10 * me + 1;

	t_got[me] = cigo_channel_send(ctx, c, &item, sizeof item);
	was_put[item] += !t_got[me];
}

MEMBER(sends)
{
	send_to(ctx, me, channel);
}

MEMBER(sends_to_the_other)
{
	send_to(ctx, me, other);
}

MEMBER(receives)
{
	int item;

	t_got[me] = cigo_channel_recv(ctx, channel, &item, sizeof item);
	if (!t_got[me])
		got_item(item);
}

MEMBER(closes_channel)
{
	cigo_channel_close(channel);
}

/* Without a buffer a send has succeeded only if it was received. */
ORDERS_TEST(without_a_buffer_both_succeed_or_neither, .outcomes = "++ | -c | xc",
	    .preemptive = "++ | xc", .preemptions = 1)
{
	open_channels(0);
	begin_together(ctx, receives, sends, cancels_a);
	t_quiet(ctx);
	cigo_check((t_got[0] == 0) == (t_got[1] == 0), "one of two has succeeded");
	cigo_channel_close(channel);
	end_together(ctx);
	t_outcome(2);
	close_channels();
}

ORDERS_TEST(a_channel_passes_each_item_once, .outcomes = "++++", .preemptive = "++")
{
	open_channels(0);
	if (t_cooperative)
		together(ctx, sends, sends, receives, receives);
	else
		together(ctx, sends, receives);
	t_outcome(t_members);
	close_channels();
}

ORDERS_TEST(closing_a_channel_meets_a_send_and_a_receive, .outcomes = "++ | cc", .preemptions = 1)
{
	open_channels(0);
	together(ctx, sends, receives, closes_channel);
	cigo_check(t_got[0] == t_got[1], "one of two has succeeded");
	t_outcome(2);
	close_channels();
}

TEST_CASE("select", .seconds = 60);

/* Receives from either channel. */
MEMBER(selects)
{
	int x = 0, y = 0;
	cigo_select_case cases[] = { CIGO_CASE_RECV(channel, &x), CIGO_CASE_RECV(other, &y) };
	int k = cigo_select(ctx, cases, 2);

	t_got[me] = k < 0 ? k : cases[k].err;
	cigo_check(!x || !y, "both have happened");
	if (!t_got[me])
		got_item(k ? y : x);
	else
		cigo_check(!x && !y, "a select that failed has taken an item");
}

MEMBER(selects_twice)
{
	selects_body(ctx, me);
	selects_body(ctx, me);
}

ORDERS_TEST(a_select_takes_one_item_of_two, .outcomes = "++c | +c+", .preemptions = 1)
{
	open_channels(0);
	begin_together(ctx, selects, sends, sends_to_the_other);
	t_quiet(ctx);
	cigo_check((t_got[1] == 0) + (t_got[2] == 0) == 1, "not one of two was taken");
	cigo_channel_close(channel);
	cigo_channel_close(other);
	end_together(ctx);
	t_outcome(3);
	close_channels();
}

ORDERS_TEST(selects_take_all_in_the_end, .preemptions = 1, .outcomes = "+++")
{
	open_channels(0);
	together(ctx, selects_twice, sends, sends_to_the_other);
	t_outcome(3);
	close_channels();
}

ORDERS_TEST(a_cancelled_select_takes_nothing, .outcomes = "++ | -c | xc", .preemptive = "++ | xc",
	    .preemptions = 1)
{
	open_channels(0);
	begin_together(ctx, selects, sends, cancels_a);
	t_quiet(ctx);
	cigo_check((t_got[0] == 0) == (t_got[1] == 0), "one of two has succeeded");
	cigo_channel_close(channel);
	end_together(ctx);
	t_outcome(2);
	close_channels();
}

/* A select that could meet itself must not. */
MEMBER(selects_both_ways)
{
	int x = 0, item = 10 * me + 1;
	cigo_select_case cases[] = { CIGO_CASE_RECV(channel, &x), CIGO_CASE_SEND(channel, &item) };
	int k = cigo_select(ctx, cases, 2);

	t_got[me] = k < 0 ? k : cases[k].err;
	if (t_got[me])
		return;
	was_put[item] += k == 1;
	if (k == 0)
		got_item(x);
	cigo_check(x != item, "it has met itself");
}

ORDERS_TEST(two_selects_meet_each_other, .outcomes = "++")
{
	open_channels(0);
	together(ctx, selects_both_ways, selects_both_ways);
	t_outcome(2);
	close_channels();
}
