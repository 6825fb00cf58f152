/* SPDX-License-Identifier: MIT
 * What things cost in system calls and allocations, counted exactly: one read a message, none that
 * only says EAGAIN, no epoll_ctl a wait, one poll for all that is ready, no memory for a wait.
 */
#include "tests/tools/faults.h"
#include "tests/tools/wire.h"

#include <limits.h>

enum { ROUNDS = 200, SIZE = 64 };

/* Where calls are counted nothing is asserted, as that allocates; failures are counted. */
static int failures;

static void must(bool good)
{
	failures += !good;
}

/* Starts counting; nothing fails. */
static void count_calls(void)
{
	failures = 0;
	fault_arm_from("any", LONG_MAX, 0);
}

static void end_of_count(void)
{
	fault_disarm();
	equal(failures, 0);
}

static long polls(void)
{
	return fault_calls("epoll_wait") + fault_calls("epoll_pwait2") + fault_calls("ppoll");
}

static long reads(void)
{
	return fault_calls("read") + fault_calls("recv");
}

static long writes(void)
{
	return fault_calls("write") + fault_calls("send") + fault_calls("sendmsg");
}

static void nothing_was_allocated(void)
{
	equal(fault_calls("malloc"), 0);
	equal(fault_calls("calloc"), 0);
	equal(fault_calls("realloc"), 0);
	equal(fault_calls("mmap"), 0);
}

/* The choice of a home CPU looks into /proc now and then; and where the home thread polls beside the
 * coroutines, it may tell a reader of what that has just read. */
BEFORE_ALL
{
	setenv("CIGO_HOME", "0", 1);
	setenv("CIGO_MODEL", "cooperative", 1);
}

TEST_CASE("streams");

CORO(echo_arg)
{
	cigo_stream **s = arg; /* in, out */
	char buf[4096];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, s[0], buf, sizeof buf)) > 0)
		must(cigo_stream_write(ctx, s[1], buf, (size_t)n) == n);
	return (int)n;
}

/* ROUNDS messages there and back, after some that are not counted. */
static void rally(cigo_ctx *ctx, cigo_stream *in, cigo_stream *out)
{
	char buf[4096] = "ping";

	for (int i = -3; i < ROUNDS; i++) {
		if (i == 0)
			count_calls();
		must(cigo_stream_write(ctx, out, buf, SIZE) == SIZE);
		must(cigo_stream_read(ctx, in, buf, sizeof buf) == SIZE);
	}
	end_of_count();
}

static void a_message_costs_one_write_one_read_and_one_poll(void)
{
	equal(reads(), 2 * ROUNDS);
	equal(writes(), 2 * ROUNDS);
	equal(polls(), 2 * ROUNDS);
	equal(fault_calls("epoll_ctl"), 0);
	nothing_was_allocated();
}

LOOP_TEST(a_message_by_a_pipe_costs_one_write_one_read_one_poll)
{
	cigo_stream *s[4];
	cigo_task *t;

	ok(cigo_pipe(&s[0], &s[3]));
	ok(cigo_pipe(&s[2], &s[1]));
	t = cigo_spawn(ctx, echo_arg, 0, s);
	rally(ctx, s[2], s[3]);
	a_message_costs_one_write_one_read_and_one_poll();
	cigo_stream_close(s[3]);
	ok(cigo_future_take(ctx, t, NULL, 0));
	for (int i = 0; i < 3; i++)
		cigo_stream_close(s[i]);
}

LOOP_TEST(a_message_by_a_socket_costs_one_send_one_read_one_poll)
{
	cigo_stream *here, *there[2];
	int peer = stream_pair(&here);
	cigo_task *t;

	there[0] = there[1] = cigo_stream_open(peer);
	t = cigo_spawn(ctx, echo_arg, 0, there);
	rally(ctx, here, here);
	a_message_costs_one_write_one_read_and_one_poll();
	cigo_stream_close(here);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(there[0]);
}

LOOP_TEST(a_stream_is_registered_once)
{
	cigo_stream *s;
	int peer = stream_pair(&s);
	char buf[4096];

	count_calls();
	for (int i = 0; i < ROUNDS; i++) {
		must(write(peer, "hello", 5) == 5);
		must(cigo_stream_read(ctx, s, buf, sizeof buf) == 5);
	}
	end_of_count();
	equal(reads(), ROUNDS);
	equal(writes(), ROUNDS); /* the peer's */
	ck_assert_int_le(polls(), ROUNDS);
	ck_assert_int_le(fault_calls("epoll_ctl"), 1);
	cigo_stream_close(s);
	close(peer);
}

/* A full buffer says that there may be more: that read is the one that may find nothing. */
LOOP_TEST(a_long_message_costs_as_many_reads_as_buffers)
{
	static char message[10000];
	cigo_stream *s;
	int peer = stream_pair(&s);
	char buf[4096];

	raw_write(peer, message, sizeof message);
	count_calls();
	for (size_t got = 0; got < sizeof message;) {
		ssize_t n = cigo_stream_read(ctx, s, buf, sizeof buf);

		must(n > 0);
		got += (size_t)n;
	}
	end_of_count();
	equal(reads(), 3);
	equal(polls(), 0);
	cigo_stream_close(s);
	close(peer);
}

LOOP_TEST(lines_that_came_together_cost_one_read)
{
	cigo_stream *s;
	cigo_bytes line;
	int peer = stream_pair(&s);

	raw_say(peer, "one\ntwo\nthree\n");
	count_calls();
	for (int i = 0; i < 3; i++)
		must(cigo_stream_read_line(ctx, s, &line) > 0);
	end_of_count();
	equal(reads(), 1);
	equal(polls(), 0);
	cigo_stream_close(s);
	close(peer);
}

CORO(read_once)
{
	char buf[4096];

	must(cigo_stream_read(ctx, arg, buf, sizeof buf) == 5);
	must(cigo_stream_read(ctx, arg, buf, sizeof buf) == 5);
	return 0;
}

/* What is ready at the same time is found by the same poll, up to 64 of them. */
LOOP_TEST(what_is_ready_together_costs_one_poll)
{
	enum { STREAMS = 60 };
	cigo_stream *s[STREAMS];
	int peers[STREAMS];
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < STREAMS; i++) {
		peers[i] = stream_pair(&s[i]);
		raw_say(peers[i], "hello");
		cigo_spawn_in(g, read_once, 0, s[i]);
	}
	ok(cigo_sleep(ctx, CIGO_MS(1))); /* all wait for their second message */
	for (int i = 0; i < STREAMS; i++)
		raw_say(peers[i], "again");
	count_calls();
	must(!cigo_group_wait(ctx, g));
	end_of_count();
	equal(reads(), STREAMS);
	equal(polls(), 1);
	equal(fault_calls("epoll_ctl"), 0);
	nothing_was_allocated();
	cigo_group_close(ctx, g);
	for (int i = 0; i < STREAMS; i++) {
		cigo_stream_close(s[i]);
		close(peers[i]);
	}
}

TEST_CASE("accepting");

enum { CONNECTIONS = 20 };

struct acceptor {
	cigo_listener *l;
	cigo_stream *got[CONNECTIONS];
	int n;
};

CORO(accept_all)
{
	struct acceptor *a = arg;

	for (; a->n < CONNECTIONS; a->n++)
		must(!cigo_accept(ctx, a->l, &a->got[a->n]));
	return cigo_accept(ctx, a->l, &(cigo_stream *){ NULL });
}

/* The driver gives the first to the acceptor that waits, which takes the others until there are no more. */
LISTENER_TEST(connections_that_wait_together_cost_a_call_each_one_more_and_one_poll, BOTH_POLLERS)
{
	struct acceptor a = { .l = l };
	int peers[CONNECTIONS];
	cigo_task *t = cigo_spawn(ctx, accept_all, 0, &a);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	for (int i = 0; i < CONNECTIONS; i++)
		peers[i] = raw_client(l);
	count_calls();
	must(!cigo_sleep(ctx, CIGO_MS(1)));
	end_of_count();
	equal(a.n, CONNECTIONS);
	equal(fault_calls("accept4"), CONNECTIONS + 1);
	equal(polls(), 2); /* one finds them, one finds nothing, so that time passes */
	equal(fault_calls("epoll_ctl"), 0);
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	for (int i = 0; i < CONNECTIONS; i++) {
		cigo_stream_close(a.got[i]);
		ok(close(peers[i]));
	}
}

TEST_CASE("memory");

CORO(complete_arg)
{
	return cigo_future_set(arg, NULL, 0);
}

/* Futures and tasks are objects, and made; waiting for one makes nothing. */
LOOP_TEST(awaiting_costs_no_memory)
{
	cigo_future *f = cigo_future_new(0);
	cigo_task *t = cigo_spawn(ctx, complete_arg, 0, f);

	count_calls();
	must(!cigo_join(ctx, f));
	end_of_count();
	/* the thread that t got is another matter */
	equal(fault_calls("malloc") + fault_calls("realloc"), 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_future_unref(f);
}

CORO(yield_and_lock)
{
	for (int i = 0; i < ROUNDS; i++) {
		must(!cigo_mutex_lock(ctx, arg));
		must(!cigo_yield(ctx));
		cigo_mutex_unlock(arg);
	}
	return 0;
}

LOOP_TEST(yielding_sleeping_and_locking_cost_no_memory)
{
	cigo_mutex *m = cigo_mutex_new();
	cigo_task *t = cigo_spawn(ctx, yield_and_lock, 0, m);

	ok(cigo_sleep(ctx, CIGO_MS(1))); /* the heap of timers has room now, and t its thread */
	count_calls();
	must(!yield_and_lock(ctx, m, NULL));
	for (int i = 0; i < ROUNDS; i++)
		must(!cigo_sleep(ctx, CIGO_MS(1)));
	end_of_count();
	nothing_was_allocated();
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_mutex_free(m);
}
