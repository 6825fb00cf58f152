/* SPDX-License-Identifier: MIT
 * Preemptive model: a coroutine that reads from a stream waits for it on its own thread. What that
 * costs, counted; and that whatever else ends a wait still does.
 */
#include "tests/tools/faults.h"
#include "tests/tools/wire.h"

#include <limits.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { ROUNDS = 200, SIZE = 64 };

#define OWN  .model = CIGO_PREEMPTIVE
#define REAL .clock = CIGO_CLOCK_REAL

TEST_CASE("what it costs", .seconds = 30);

CORO(echo_arg)
{
	char buf[4096];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, arg, buf, sizeof buf)) > 0)
		if (cigo_stream_write(ctx, arg, buf, (size_t)n) != n)
			return -EIO;
	return (int)n;
}

/* A plain thread that asks, and waits for each answer. arg: its descriptor; it closes that. */
static void *ask(void *arg)
{
	int fd = *(int *)arg;
	char buf[SIZE] = "ping";
	intptr_t good = 0;

	for (int i = 0; i < ROUNDS; i++)
		good += send(fd, buf, SIZE, MSG_NOSIGNAL) == SIZE &&
			recv(fd, buf, SIZE, MSG_WAITALL) == SIZE;
	close(fd);
	return (void *)good;
}

/* ROUNDS requests to a coroutine on s, whose peer a plain thread has. */
static void serve_all(cigo_ctx *ctx, cigo_stream *s, int peer)
{
	pthread_t client;
	void *good;
	cigo_task *t = cigo_spawn(ctx, echo_arg, 0, s);

	set_blocking(peer);
	equal(pthread_create(&client, NULL, ask, &peer), 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(pthread_join(client, &good), 0);
	equal((intptr_t)good, ROUNDS);
}

/* One poll(2), one recv(2) and one send(2) of the coroutine's; the client's recv and send are counted,
 * too. A read that finds nothing comes before the first poll, and the last one finds the end. */
REAL_TEST(a_request_costs_three_system_calls_and_no_handoff, OWN, BOTH_POLLERS)
{
	cigo_stream *s;
	int peer = stream_pair(&s);
	cigo_stats before = counts(ctx), after;

	fault_arm_from("any", LONG_MAX, 0);
	serve_all(ctx, s, peer);
	fault_disarm();
	after = counts(ctx);
	ck_assert_int_le(fault_calls("recv"), 2 * ROUNDS + 2);
	equal(fault_calls("send"), 2 * ROUNDS);
	ck_assert_int_le(fault_calls("poll"), ROUNDS + 1);
	ck_assert_int_le(fault_calls("epoll_ctl"), 2);
	ck_assert_uint_le(after.handoffs - before.handoffs, 4); /* the task's start and end */
	ck_assert_uint_le(after.polls - before.polls, 8);
	cigo_stream_close(s);
}

REAL_TEST(a_line_in_pieces_costs_no_handoff, OWN, BOTH_POLLERS)
{
	cigo_stream *s;
	int peer = stream_pair(&s);
	cigo_bytes line;
	pid_t child = fork();

	if (!child) {
		for (int i = 0; i < 20; i++) {
			usleep(1000);
			if (write(peer, i < 19 ? "x" : "\n", 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	cigo_stats before = counts(ctx);
	equal(cigo_stream_read_line(ctx, s, &line), 20);
	equal(counts(ctx).handoffs - before.handoffs, 0);
	equal(waitpid(child, NULL, 0), child);
	cigo_stream_close(s);
	close(peer);
}

TEST_CASE("what ends a wait", .seconds = 30);

static int taken; /* atomic: bytes */

CORO(read_one)
{
	char c;
	ssize_t n = cigo_stream_read(ctx, arg, &c, 1);

	if (n > 0)
		__atomic_add_fetch(&taken, 1, __ATOMIC_RELAXED);
	return n > 0 ? 0 : n ? (int)n : -ENODATA; /* the end */
}

/* A coroutine that waits for s by now. */
static cigo_task *reader_of(cigo_ctx *ctx, cigo_stream *s)
{
	cigo_task *t;

	fault_arm_from("any", LONG_MAX, 0);
	t = cigo_spawn(ctx, read_one, 0, s);
	while (!fault_calls("poll"))
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	fault_disarm();
	equal(cigo_future_is_done(t), false);
	return t;
}

STREAM_TEST(a_cancelled_reader_leaves, REAL, OWN, BOTH_POLLERS)
{
	fails(cigo_task_stop(ctx, reader_of(ctx, s)), -ECANCELED);
	raw_say(raw, "x"); /* not lost on the one that left */
	ok(read_one(ctx, s, NULL));
}

STREAM_TEST(a_reader_has_its_timeout, REAL, OWN, BOTH_POLLERS)
{
	cigo_stream_set_timeout(s, CIGO_MS(2));
	for (int i = 0; i < 3; i++)
		fails(read_one(ctx, s, NULL), -ETIMEDOUT);
	raw_say(raw, "x");
	ok(read_one(ctx, s, NULL));
}

STREAM_TEST(an_abort_wakes_the_reader, REAL, OWN, BOTH_POLLERS)
{
	cigo_task *t = reader_of(ctx, s);

	cigo_stream_abort(s, -EIO);
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
}

STREAM_TEST(the_peers_end_wakes_the_reader, REAL, OWN, BOTH_POLLERS)
{
	cigo_task *t = reader_of(ctx, s);

	raw_hang_up(raw);
	fails(cigo_future_take(ctx, t, NULL, 0), -ENODATA);
}

/* The thread in poll(2) would keep the file open. */
REAL_TEST(the_peer_sees_a_close_at_once, OWN)
{
	cigo_stream *r, *w;

	for (int i = 0; i < 50; i++) {
		ok(cigo_pipe(&r, &w));
		cigo_task *t = reader_of(ctx, r);

		cigo_stream_close(r);
		fails((int)cigo_stream_write(ctx, w, "x", 1), -EPIPE);
		cigo_ignore(
			cigo_future_take(ctx, t, NULL, 0)); /* it may have come too late to read */
		cigo_stream_close(w);
	}
}

STREAM_TEST(a_second_reader_and_cigo_fd_wait_are_refused, REAL, OWN, BOTH_POLLERS)
{
	cigo_task *t = reader_of(ctx, s);

	fails(read_one(ctx, s, NULL), -EBUSY);
	fails(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_READ), -EBUSY);
	equal(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_WRITE), CIGO_WRITE);
	raw_say(raw, "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
}

/* Each byte goes to the reader that is cancelled, or to the next. */
STREAM_TEST(a_byte_and_a_cancellation_may_come_together, REAL, OWN, BOTH_POLLERS)
{
	for (int i = 0; i < 300; i++) {
		cigo_task *t = cigo_spawn(ctx, read_one, 0, s);

		if (i % 3)
			ok(cigo_yield(ctx));
		raw_say(raw, "x");
		cigo_ignore(cigo_task_stop(ctx, t));
		if (__atomic_load_n(&taken, __ATOMIC_RELAXED) == i)
			ok(read_one(ctx, s, NULL));
		equal(taken, i + 1);
	}
}

TEST_CASE("beside the driver", .seconds = 60);

enum { MASS = 2 << 20 };

CORO(write_mass)
{
	static char piece[70000];

	for (int left = MASS; left > 0; left -= (int)sizeof piece) {
		ssize_t n = left < (int)sizeof piece ? left : (int)sizeof piece;

		if (cigo_stream_write(ctx, arg, piece, (size_t)n) != n)
			return -EIO;
	}
	return 0;
}

CORO(read_mass)
{
	char buf[5000];
	int got = 0;

	while (got < MASS) {
		ssize_t n = cigo_stream_read(ctx, arg, buf, sizeof buf);

		if (n <= 0)
			return -EIO;
		got += (int)n;
	}
	return 0;
}

/* A writer that must wait is the driver's; so the descriptor changes hands all the time. */
REAL_TEST(both_ends_read_and_write_a_mass, OWN, BOTH_POLLERS)
{
	cigo_stream *a;
	cigo_stream *b = cigo_stream_open(stream_pair(&a));
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, write_mass, 0, a);
	cigo_spawn_in(g, write_mass, 0, b);
	cigo_spawn_in(g, read_mass, 0, a);
	cigo_spawn_in(g, read_mass, 0, b);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	cigo_stream_close(a);
	cigo_stream_close(b);
}

enum { WRITERS = 4, EACH = 200 };

CORO(write_messages)
{
	char message[SIZE];

	memset(message, *(char *)ret, sizeof message);
	for (int i = 0; i < EACH; i++)
		if (cigo_stream_write(ctx, arg, message, SIZE) != SIZE)
			return -EIO;
	return 0;
}

#define WRITER(c)                                        \
	CORO(write_##c)                                  \
	{                                                \
		char letter[] = #c;                      \
		return write_messages(ctx, arg, letter); \
	}
WRITER(a)
WRITER(b)
WRITER(c)
WRITER(d)

/* Several threads send to one descriptor: each message is whole. */
REAL_TEST(messages_of_many_writers_are_whole, OWN)
{
	static cigo_coro_fn *const writers[WRITERS] = { write_a, write_b, write_c, write_d };
	cigo_stream *a;
	cigo_stream *b = cigo_stream_open(stream_pair(&a));
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	char got[SIZE];

	for (int i = 0; i < WRITERS; i++)
		cigo_spawn_in(g, writers[i], 0, a);
	for (int i = 0; i < WRITERS * EACH; i++) {
		equal(cigo_stream_read_chunk(ctx, b, got, SIZE), SIZE);
		for (int k = 1; k < SIZE; k++)
			equal(got[k], got[0]);
	}
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	cigo_stream_close(a);
	cigo_stream_close(b);
}

/* No descriptor can be had for the bell: the driver waits instead. */
REAL_TEST(without_a_bell_the_driver_waits, OWN, BOTH_POLLERS)
{
	cigo_stream *s;
	int peer = stream_pair(&s);

	fault_arm_from("eventfd", 1, EMFILE);
	serve_all(ctx, s, peer);
	fault_disarm();
	equal(fault_calls("poll"), 0);
	cigo_stream_close(s);
}

static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 200; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* At most a quarter of the descriptors are bells; and a coroutine that has ended has none. */
REAL_TEST(bells_leave_descriptors_to_the_program, OWN, BOTH_POLLERS)
{
	enum { READERS = 20 };
	struct rlimit before, few;
	cigo_stream *r[READERS], *w[READERS];
	cigo_task *t[READERS];

	equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 64;
	for (int i = 0; i < READERS; i++)
		ok(cigo_pipe(&r[i], &w[i]));
	int n = open_fds();
	equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	for (int i = 0; i < READERS; i++)
		t[i] = cigo_spawn(ctx, read_one, 0, r[i]);
	ok(cigo_sleep(ctx, CIGO_MS(20)));
	ck_assert_int_le(open_fds(), n + 16);
	ck_assert_int_gt(open_fds(), n);
	for (int i = 0; i < READERS; i++) {
		equal(cigo_stream_write(ctx, w[i], "x", 1), 1);
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	}
	equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (int i = 0; open_fds() > n && i < 1000; i++)
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(open_fds(), n);
	for (int i = 0; i < READERS; i++) {
		cigo_stream_close(r[i]);
		cigo_stream_close(w[i]);
	}
}
