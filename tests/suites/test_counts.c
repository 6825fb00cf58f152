/* SPDX-License-Identifier: MIT
 * What things cost, in exact counts: handoffs of the baton, polls, threads, wake-ups.
 */
#include "tests/tools/wire.h"

enum { ROUNDS = 500 };

TEST_CASE("yield");

CORO(yield_arg_times)
{
	for (int i = 0; i < *(int *)arg; i++)
		ok(cigo_yield(ctx));
	return 0;
}

LOOP_TEST(two_coroutines_yielding_in_turn_cost_one_handoff_per_yield, COOPERATIVE)
{
	int times = 2 * ROUNDS;
	cigo_task *t = cigo_spawn(ctx, yield_arg_times, 0, &times);
	cigo_stats before, after;

	for (int i = 0; i < 10; i++)
		ok(cigo_yield(ctx)); /* both have a strand now */
	before = counts(ctx);
	for (int i = 0; i < ROUNDS; i++)
		ok(cigo_yield(ctx)); /* and as many by the other */
	after = counts(ctx);
	equal(after.handoffs - before.handoffs, 2 * ROUNDS);
	equal(after.strands - before.strands, 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

LOOP_TEST(a_coroutine_yielding_alone_costs_no_handoff, COOPERATIVE)
{
	cigo_stats before = counts(ctx), after;

	for (int i = 0; i < ROUNDS; i++)
		ok(cigo_yield(ctx));
	after = counts(ctx);
	equal(after.handoffs - before.handoffs, 0);
	ck_assert_uint_ge(after.avoided - before.avoided, ROUNDS);
}

LOOP_TEST(a_hundred_yielding_in_turn_cost_one_handoff_per_yield, COOPERATIVE)
{
	enum { TASKS = 100, EACH = 20 };
	int times = EACH;
	cigo_task *tasks[TASKS];
	cigo_stats before, after;

	for (int i = 0; i < TASKS; i++)
		tasks[i] = cigo_spawn(ctx, yield_arg_times, 0, &times);
	for (int i = 0; i < 4; i++)
		ok(cigo_yield(ctx));
	before = counts(ctx);
	for (int i = 0; i < EACH / 2; i++)
		ok(cigo_yield(ctx));
	after = counts(ctx);
	equal(after.handoffs - before.handoffs, EACH / 2 * (TASKS + 1));
	ok(cigo_wait(ctx, CIGO_WAIT_ALL, tasks, TASKS));
	for (int i = 0; i < TASKS; i++)
		cigo_future_unref(tasks[i]);
}

LOOP_TEST(a_batch_of_the_ready_queue_is_one_tick, COOPERATIVE)
{
	int times = 2 * ROUNDS;
	cigo_task *t = cigo_spawn(ctx, yield_arg_times, 0, &times);
	cigo_stats before, after;

	for (int i = 0; i < 10; i++)
		ok(cigo_yield(ctx));
	before = counts(ctx);
	for (int i = 0; i < ROUNDS; i++)
		ok(cigo_yield(ctx));
	after = counts(ctx);
	ck_assert_uint_ge(after.ticks - before.ticks, ROUNDS - 2);
	ck_assert_uint_le(after.ticks - before.ticks, ROUNDS + 2);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

TEST_CASE("short tasks");

CORO(return_arg)
{
	memcpy(ret, arg, sizeof(int));
	return 0;
}

LOOP_TEST(a_thousand_short_tasks_awaited_together_cost_at_most_ten_handoffs, COOPERATIVE)
{
	enum { TASKS = 1000 };
	static cigo_task *tasks[TASKS];
	int number = 7, got;
	cigo_stats before = counts(ctx), after;

	for (int i = 0; i < TASKS; i++)
		tasks[i] = cigo_spawn(ctx, return_arg, sizeof(int), &number);
	ok(cigo_wait(ctx, CIGO_WAIT_ALL, tasks, TASKS));
	after = counts(ctx);
	ck_assert_uint_le(after.handoffs - before.handoffs, 10);
	ck_assert_uint_le(after.strands - before.strands, 2);
	equal(after.tasks - before.tasks, TASKS);
	for (int i = 0; i < TASKS; i++) {
		ok(cigo_take(ctx, tasks[i], &got));
		equal(got, 7);
	}
}

LOOP_TEST(spawning_one_and_awaiting_it_costs_two_handoffs, COOPERATIVE)
{
	int number = 7, got;
	cigo_stats before, after;

	ok(cigo_take(ctx, cigo_spawn(ctx, return_arg, sizeof(int), &number), &got));
	before = counts(ctx);
	for (int i = 0; i < 100; i++)
		ok(cigo_take(ctx, cigo_spawn(ctx, return_arg, sizeof(int), &number), &got));
	after = counts(ctx);
	equal(after.handoffs - before.handoffs, 200);
	equal(after.strands - before.strands, 0);
}

LOOP_TEST(an_idle_strand_is_used_again, COOPERATIVE)
{
	int number = 7, got;
	cigo_stats before = counts(ctx);

	for (int i = 0; i < 1000; i++)
		ok(cigo_take(ctx, cigo_spawn(ctx, return_arg, sizeof(int), &number), &got));
	ck_assert_uint_le(counts(ctx).strands - before.strands, 2);
}

TEST_CASE("I/O");

struct echo {
	cigo_stream *in, *out;
};

CORO(echo_all)
{
	const struct echo *e = arg;
	char buf[256];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, e->in, buf, sizeof buf)) > 0)
		equal(cigo_stream_write(ctx, e->out, buf, (size_t)n), n);
	return (int)n;
}

static void two_pipes(struct echo *here, struct echo *there)
{
	ok(cigo_pipe(&there->in, &here->out));
	ok(cigo_pipe(&here->in, &there->out));
}

LOOP_TEST(an_echo_through_two_pipes_costs_two_handoffs_per_round, COOPERATIVE)
{
	struct echo here, there;
	cigo_stats before, after;
	cigo_task *t;
	char buf[64] = "64 bytes";

	two_pipes(&here, &there);
	t = cigo_spawn(ctx, echo_all, 0, &there);
	for (int i = -10; i < ROUNDS; i++) {
		if (i == 0)
			before = counts(ctx);
		equal(cigo_stream_write(ctx, here.out, buf, sizeof buf), sizeof buf);
		equal(cigo_stream_read(ctx, here.in, buf, sizeof buf), sizeof buf);
	}
	after = counts(ctx);
	equal(after.handoffs - before.handoffs, 2 * ROUNDS);
	cigo_stream_close(here.out);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(here.in);
	cigo_stream_close(there.in);
	cigo_stream_close(there.out);
}

PIPE_TEST(a_read_that_need_not_wait_costs_no_handoff, COOPERATIVE)
{
	cigo_stats before;
	char c = 'x';

	before = counts(ctx);
	for (int i = 0; i < ROUNDS; i++) {
		equal(cigo_stream_write(ctx, w, &c, 1), 1);
		equal(cigo_stream_read(ctx, r, &c, 1), 1);
	}
	equal(counts(ctx).handoffs - before.handoffs, 0);
}

enum { TEN_MB = 10 * 1000 * 1000 };

CORO(write_ten_mb)
{
	char *mass = calloc(1, TEN_MB);

	equal(cigo_stream_write(ctx, arg, mass, TEN_MB), TEN_MB);
	equal(cigo_stream_shutdown(arg), 0);
	free(mass);
	return 0;
}

PIPE_TEST(ten_megabytes_by_read_all_cost_at_most_twelve_handoffs, BOTH_POLLERS)
{
	cigo_task *t = cigo_spawn(ctx, write_ten_mb, 0, w);
	cigo_stats before = counts(ctx);
	cigo_bytes all;

	equal(cigo_stream_read_all(ctx, r, TEN_MB, &all), TEN_MB);
	ck_assert_uint_le(counts(ctx).handoffs - before.handoffs, 12);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

CORO(write_ten_mb_bit_by_bit)
{
	static char bit[50000];

	for (int i = 0; i < TEN_MB; i += (int)sizeof bit)
		equal(cigo_stream_write(ctx, arg, bit, sizeof bit), sizeof bit);
	return cigo_stream_shutdown(arg);
}

/* Only the writer is resumed for each bit, and it drives itself. */
PIPE_TEST(ten_megabytes_written_bit_by_bit_cost_no_more, BOTH_POLLERS, COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, write_ten_mb_bit_by_bit, 0, w);
	cigo_stats before = counts(ctx);
	cigo_bytes all;

	equal(cigo_stream_read_all(ctx, r, TEN_MB, &all), TEN_MB);
	ck_assert_uint_le(counts(ctx).handoffs - before.handoffs, 12);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

enum { PIECES = 20 };

CORO(read_a_line)
{
	cigo_bytes line;

	equal(cigo_stream_read_line(ctx, arg, &line), PIECES);
	return 0;
}

CORO(read_a_chunk)
{
	char chunk[PIECES];

	equal(cigo_stream_read_chunk(ctx, arg, chunk, PIECES), PIECES);
	return 0;
}

/* One handoff to the reader, one back. Where they run beside each other, each sleep of the writer is
 * one, too, and the reader may be done before it is awaited. */
static void comes_in_pieces(cigo_ctx *ctx, cigo_coro_fn *reader, cigo_stream *r, cigo_stream *w)
{
	cigo_task *t = cigo_spawn(ctx, reader, 0, r);
	cigo_stats before;
	uint64_t handoffs;

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	before = counts(ctx);
	for (int i = 1; i < PIECES; i++) {
		equal(cigo_stream_write(ctx, w, "x", 1), 1);
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	}
	equal(cigo_stream_write(ctx, w, "\n", 1), 1);
	ok(cigo_future_take(ctx, t, NULL, 0));
	handoffs = counts(ctx).handoffs - before.handoffs;
	if (t_is_preemptive())
		ck_assert(handoffs == PIECES || handoffs == PIECES + 1);
	else
		equal(handoffs, 2);
}

PIPE_TEST(a_line_in_twenty_pieces_costs_one_handoff_to_its_reader, BOTH_POLLERS)
{
	comes_in_pieces(ctx, read_a_line, r, w);
}

PIPE_TEST(a_chunk_in_twenty_pieces_costs_one_handoff_to_its_reader, BOTH_POLLERS)
{
	comes_in_pieces(ctx, read_a_chunk, r, w);
}

/* asyncigo made 1,721 calls of epoll_wait of it: its timeouts were truncated to milliseconds. */
REAL_TEST(a_sleep_of_10_9_ms_costs_a_few_polls, COOPERATIVE)
{
	cigo_stats before = counts(ctx);

	ok(cigo_sleep(ctx, CIGO_MS(10.9)));
	ck_assert_uint_le(counts(ctx).polls - before.polls, 4);
	equal(counts(ctx).handoffs - before.handoffs, 0);
}

TEST_CASE("futures");

LOOP_TEST(awaiting_what_is_done_costs_nothing, COOPERATIVE)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	int number = 3, got;
	cigo_stats before, after;

	ok(cigo_set(f, &number));
	before = counts(ctx);
	for (int i = 0; i < ROUNDS; i++)
		ok(cigo_await(ctx, f, &got));
	after = counts(ctx);
	equal(after.handoffs - before.handoffs, 0);
	equal(after.ticks - before.ticks, 0);
	equal(after.polls - before.polls, 0);
	cigo_future_unref(f);
}

CORO(serve_queues)
{
	cigo_queue **q = arg;
	int n;
	int err;

	while (!(err = cigo_get(ctx, q[0], &n)))
		ok(cigo_put(ctx, q[1], &n));
	return err == CIGO_ECLOSED ? 0 : err;
}

LOOP_TEST(a_round_through_two_queues_costs_two_handoffs, COOPERATIVE)
{
	cigo_queue *q[2] = { cigo_queue_new(sizeof(int), 0), cigo_queue_new(sizeof(int), 0) };
	cigo_task *t = cigo_spawn(ctx, serve_queues, 0, q);
	cigo_stats before, after;
	int got;

	for (int i = -10; i < ROUNDS; i++) {
		if (i == 0)
			before = counts(ctx);
		ok(cigo_put(ctx, q[0], &i));
		ok(cigo_get(ctx, q[1], &got));
		equal(got, i);
	}
	after = counts(ctx);
	equal(after.handoffs - before.handoffs, 2 * ROUNDS);
	cigo_queue_close(q[0]);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_queue_free(q[0]);
	cigo_queue_free(q[1]);
}

LOOP_TEST(a_free_mutex_costs_no_handoff, COOPERATIVE)
{
	cigo_mutex *m = cigo_mutex_new();
	cigo_stats before = counts(ctx);

	for (int i = 0; i < ROUNDS; i++) {
		ok(cigo_mutex_lock(ctx, m));
		cigo_mutex_unlock(m);
	}
	equal(counts(ctx).handoffs - before.handoffs, 0);
	cigo_mutex_free(m);
}

CORO(await_arg)
{
	return cigo_join(ctx, arg);
}

LOOP_TEST(completing_and_cancelling_never_switch, COOPERATIVE)
{
	cigo_future *f = cigo_future_new(0), *g = cigo_future_new(0);
	cigo_task *a = cigo_spawn(ctx, await_arg, 0, f), *b = cigo_spawn(ctx, await_arg, 0, g);
	cigo_stats before;

	ok(cigo_yield(ctx));
	before = counts(ctx);
	ok(cigo_future_set(f, NULL, 0));
	ok(cigo_future_cancel(b, 0));
	equal(counts(ctx).handoffs - before.handoffs, 0);
	equal(cigo_future_is_done(a), false);
	equal(cigo_future_is_done(b), false);
	ok(cigo_future_take(ctx, a, NULL, 0));
	fails(cigo_future_take(ctx, b, NULL, 0), -ECANCELED);
	cigo_future_unref(f);
	cigo_future_unref(g);
}

TEST_CASE("callbacks");

CALLBACK(count_callback)
{
	ok(status);
	++*(int *)arg;
}

LOOP_TEST(callbacks_called_in_a_row_cost_one_trip_to_the_home_thread, COOPERATIVE)
{
	enum { CALLS = 100 };
	cigo_stats before, after;
	int called = 0;

	ok(cigo_yield(ctx));
	before = counts(ctx);
	for (int i = 0; i < CALLS; i++)
		ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), count_callback, &called),
				 0);
	ok(cigo_yield(ctx));
	after = counts(ctx);
	equal(called, CALLS);
	equal(after.callbacks - before.callbacks, CALLS);
	equal(after.handoffs - before.handoffs, 2);
}

struct poster {
	cigo_loop *loop;
	int posts, called;
};

THREAD(post_all)
{
	struct poster *p = arg;

	for (int i = 0; i < p->posts; i++)
		ok(cigo_loop_call_threadsafe(p->loop, count_callback, &p->called));
	cigo_loop_unref(p->loop);
	return NULL;
}

LOOP_TEST(posts_to_a_loop_that_does_not_poll_write_nothing_to_its_eventfd, COOPERATIVE)
{
	struct poster p = { cigo_loop_ref(cigo_ctx_loop(ctx)), 1000, 0 };
	cigo_stats before = counts(ctx);

	on_thread(post_all, &p); /* the loop stands still meanwhile */
	equal(counts(ctx).wakes - before.wakes, 0);
	ok(cigo_loop_wait_idle(ctx));
	equal(p.called, 1000);
}

REAL_TEST(a_post_to_a_polling_loop_wakes_it_once, COOPERATIVE)
{
	struct t_post p = { cigo_ctx_loop(ctx), cigo_future_new(0), 50 };
	pthread_t t = thread_start(t_post, &p);
	cigo_stats before = counts(ctx), after;

	ok(cigo_join(ctx, p.f));
	after = counts(ctx);
	equal(after.wakes - before.wakes, 1);
	ck_assert_uint_le(after.polls - before.polls, 4);
	thread_join(t);
	cigo_future_unref(p.f);
}

TEST_CASE("counters");

LOOP_TEST(counters_of_no_loop_are_zeros)
{
	cigo_stats s = { .size = sizeof s, .handoffs = 5, .tasks = 6, .wakes = 7 };

	fails(cigo_loop_stats(NULL, &s), -ENOMEM);
	equal(s.handoffs, 0);
	equal(s.tasks, 0);
	equal(s.wakes, 0);
}

MISUSE_TEST(counters_of_size_0_are_misuse, "cigo_loop_stats")
{
	cigo_stats s = { .size = 0 };

	cigo_ignore(cigo_loop_stats(cigo_ctx_loop(ctx), &s));
}
