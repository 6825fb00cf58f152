/* SPDX-License-Identifier: MIT
 * Small writes are accepted and go out in bursts, at the end of the tick: counts of system calls,
 * order, bounds, what becomes of errors, and that no end loses a byte.
 */
#include "tests/tools/faults.h"
#include "tests/tools/wire.h"

#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>

/* Counts calls; nothing fails. */
static void count_calls(void)
{
	fault_arm_from("any", LONG_MAX, 0);
}

static long sends(void)
{
	return fault_calls("send") + fault_calls("sendmsg");
}

static long pipe_writes(void)
{
	return fault_calls("write") + fault_calls("writev");
}

static long polls(void)
{
	return fault_calls("epoll_wait") + fault_calls("epoll_pwait2") + fault_calls("ppoll");
}

static int bytes_at(int fd)
{
	int n = -1;

	ok(ioctl(fd, FIONREAD, &n));
	return n;
}

static void must_write(cigo_ctx *ctx, cigo_stream *s, const char *text)
{
	equal(cigo_stream_write(ctx, s, text, strlen(text)), (ssize_t)strlen(text));
}

TEST_CASE("bursts");

STREAM_TEST(small_writes_of_a_tick_are_one_send, COOPERATIVE, BOTH_POLLERS)
{
	count_calls();
	for (int i = 0; i < 20; i++)
		must_write(ctx, s, "ab");
	equal(cigo_stream_printf(ctx, s, "%d", 123), 3);
	ok(cigo_stream_send(s, "sent", 4));
	raw_silent(raw);
	ok(cigo_yield(ctx));
	fault_disarm();
	equal(sends(), 1);
	raw_expect(raw, "abababababababababababababababababababab123sent");
}

LOOP_TEST(small_writes_of_a_tick_into_a_pipe_are_one_write, COOPERATIVE, BOTH_POLLERS)
{
	int ends[2];

	raw_pipe(ends);
	cigo_stream *s = cigo_stream_open(ends[1]);
	must_write(ctx, s, "first");
	ok(cigo_yield(ctx));
	raw_expect(ends[0], "first");
	count_calls();
	for (int i = 0; i < 20; i++)
		must_write(ctx, s, "x");
	ok(cigo_yield(ctx));
	fault_disarm();
	equal(fault_calls("write"), 1);
	equal(pipe_writes(), 1);
	raw_expect(ends[0], "xxxxxxxxxxxxxxxxxxxx");
	cigo_stream_close(s);
	ok(close(ends[0]));
}

STREAM_TEST(to_send_or_write_nothing_queues_nothing)
{
	count_calls();
	ok(cigo_stream_send(s, "", 0));
	equal(cigo_stream_write(ctx, s, "", 0), 0);
	equal(cigo_stream_printf(ctx, s, "%s", ""), 0);
	ok(cigo_yield(ctx));
	fault_disarm();
	equal(sends(), 0);
	raw_silent(raw);
}

/* A head and a body, as of HTTP. */
STREAM_TEST(a_large_write_takes_along_what_came_before_in_one_send, COOPERATIVE)
{
	static char body[50000], got[50000];

	memset(body, 'b', sizeof body);
	count_calls();
	must_write(ctx, s, "head");
	equal(cigo_stream_write(ctx, s, body, sizeof body), sizeof body);
	fault_disarm();
	equal(sends(), 1);
	equal(bytes_at(raw), 4 + sizeof body);
	equal(read(raw, got, 4), 4);
	equal(memcmp(got, "head", 4), 0);
	equal(read(raw, got, sizeof got), sizeof got);
	equal(memcmp(got, body, sizeof got), 0);
}

enum { CONNECTIONS = 50 };

CORO(answers_in_three_writes)
{
	char question[8];

	while (cigo_stream_read(ctx, arg, question, sizeof question) == 1) {
		must_write(ctx, arg, "one,");
		must_write(ctx, arg, "two,");
		must_write(ctx, arg, "three");
	}
	return 0;
}

LOOP_TEST(fifty_answers_in_three_writes_each_cost_fifty_sends_and_one_poll, COOPERATIVE,
	  BOTH_POLLERS)
{
	cigo_stream *s[CONNECTIONS];
	int raw[CONNECTIONS];
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < CONNECTIONS; i++) {
		raw[i] = stream_pair(&s[i]);
		cigo_spawn_in(g, answers_in_three_writes, 0, s[i]);
	}
	for (int round = 0; round < 2; round++) {
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		for (int i = 0; i < CONNECTIONS; i++)
			raw_say(raw[i], "?");
		count_calls(); /* of the last round: then the memory is there, too */
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		fault_disarm();
		for (int i = 0; i < CONNECTIONS; i++)
			raw_expect(raw[i], "one,two,three");
	}
	equal(sends(), CONNECTIONS);
	equal(fault_calls("recv"), CONNECTIONS);
	ck_assert_int_le(polls(), 2); /* finds the questions; finds nothing, and time passes */
	equal(fault_calls("epoll_ctl"), 0);
	for (int i = 0; i < CONNECTIONS; i++)
		raw_hang_up(raw[i]);
	ok(cigo_group_close(ctx, g));
	for (int i = 0; i < CONNECTIONS; i++) {
		cigo_stream_close(s[i]);
		ok(close(raw[i]));
	}
}

STREAM_TEST(flush_sends_at_once, BOTH_POLLERS)
{
	cigo_stats before = counts(ctx);

	must_write(ctx, s, "now");
	ok(cigo_stream_flush(ctx, s));
	raw_expect(raw, "now");
	equal(counts(ctx).handoffs - before.handoffs, 0);
}

STREAM_TEST(without_the_cork_each_write_is_one_send_made_at_once)
{
	must_write(ctx, s, "queued ");
	cigo_stream_set_cork(s, false);
	raw_expect(raw, "queued ");
	count_calls();
	for (int i = 0; i < 10; i++)
		must_write(ctx, s, "x");
	ok(cigo_stream_send(s, "y", 1));
	fault_disarm();
	equal(sends(), 11);
	raw_expect(raw, "xxxxxxxxxxy");
	cigo_stream_set_cork(s, true);
	must_write(ctx, s, "corked");
	ok(cigo_yield(ctx));
	raw_expect(raw, "corked");
	cigo_stream_set_cork(NULL, false);
}

LOOP_TEST(of_datagrams_each_write_is_one)
{
	int ends[2];
	char got[8];

	ok(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends));
	cigo_stream *s = cigo_stream_open(ends[0]);
	must_write(ctx, s, "one");
	must_write(ctx, s, "two");
	ok(cigo_stream_send(s, "three", 5));
	equal(read(ends[1], got, sizeof got), 3);
	equal(read(ends[1], got, sizeof got), 3);
	equal(read(ends[1], got, sizeof got), 5);
	cigo_stream_close(s);
	ok(close(ends[1]));
}

STREAM_TEST(no_more_than_64_kib_is_accepted_before_it_is_sent, COOPERATIVE)
{
	enum { PIECE = 4096 };
	static char piece[PIECE];

	for (int i = 0; i < 65536 / PIECE; i++)
		equal(cigo_stream_write(ctx, s, piece, PIECE), PIECE);
	raw_silent(raw);
	equal(cigo_stream_write(ctx, s, piece, PIECE), PIECE);
	equal(bytes_at(raw), 65536 + PIECE);
}

/* Whoever waits for the descriptor sees the bytes before the clock moves. */
CORO(awaits_bytes)
{
	int64_t start = cigo_now(ctx);

	equal(cigo_fd_wait(ctx, *(int *)arg, CIGO_READ), CIGO_READ);
	equal(cigo_now(ctx), start);
	return 0;
}

STREAM_TEST(what_is_accepted_is_sent_before_time_passes, BOTH_POLLERS)
{
	cigo_task *t = cigo_spawn(ctx, awaits_bytes, 0, &raw);

	must_write(ctx, s, "x");
	ok(cigo_sleep(ctx, CIGO_S(1)));
	ck_assert(cigo_future_is_done(t));
	ok(cigo_future_take(ctx, t, NULL, 0));
}

STREAM_TEST(a_blocking_section_begins_after_what_was_written_before_it)
{
	must_write(ctx, s, "before");
	cigo_blocking_begin(ctx);
	raw_expect(raw, "before"); /* the section may wait for an answer to it */
	cigo_blocking_end(ctx);
}

CORO(writes_and_waits)
{
	must_write(ctx, arg, "accepted");
	return cigo_yield(ctx);
}

STREAM_TEST(what_a_cancelled_writer_wrote_stays_accepted, COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, writes_and_waits, 0, s);

	ok(cigo_yield(ctx));
	cigo_future_cancel(t, -EIO);
	cigo_ignore(cigo_future_take(ctx, t, NULL, 0));
	raw_expect(raw, "accepted");
}

THREAD(writes_elsewhere)
{
	cigo_ignore(cigo_stream_write(cigo_ctx_background(), arg, "x", 1));
	return NULL;
}

MISUSE_TEST(to_write_on_another_thread_what_the_loop_has_not_sent_is_misuse, "in use by a loop",
	    COOPERATIVE)
{
	cigo_stream *s;

	stream_pair(&s);
	must_write(ctx, s, "x");
	on_thread(writes_elsewhere, s);
}

TEST_CASE("slow peers");

static void fill(int fd)
{
	int ends[2] = { fd, -1 };

	raw_fill(ends[0]);
}

STREAM_TEST(a_write_to_a_peer_that_takes_nothing_waits, BOTH_POLLERS)
{
	int64_t start = cigo_now(ctx);

	fill(cigo_stream_fd(s));
	cigo_stream_set_timeout(s, CIGO_S(2));
	if (!t_is_preemptive())
		must_write(ctx, s, "first"); /* nobody knows yet */
	ok(cigo_yield(ctx));
	fails((int)cigo_stream_write(ctx, s, "second", 6), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(2));
	fails(cigo_stream_flush(ctx, s), t_is_preemptive() ? 0 : -ETIMEDOUT);
	raw_empty(raw);
	ok(cigo_stream_flush(ctx, s));
	if (t_is_preemptive())
		raw_silent(raw);
	else
		raw_expect(raw, "first");
}

struct writer {
	cigo_stream *s;
	unsigned char letter;
};

enum { WRITERS = 4, LONGEST = 40000, MESSAGES = 12 };

/* Messages of many sizes, each a letter, its size, and so many letters. */
CORO(writes_messages)
{
	const struct writer *w = arg;
	char *message = malloc(LONGEST + 1);

	for (unsigned i = 0; i < MESSAGES; i++) {
		size_t n = 8 + t_roll(t_roll(3) ? 200 : LONGEST - 8);

		memset(message, w->letter, n);
		memcpy(message + 1, &n, sizeof(int));
		if (t_roll(4) == 0)
			ok(cigo_stream_send(w->s, message, n));
		else
			equal(cigo_stream_write(ctx, w->s, message, n), (ssize_t)n);
		if (t_roll(3) == 0)
			ok(cigo_yield(ctx));
	}
	free(message);
	return 0;
}

SEED_TEST(no_order_tears_or_swaps_messages, .seeds = t_scale(100, 20))
{
	struct writer w[WRITERS];
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	cigo_stream *in, *out;
	char *got = malloc(LONGEST);

	ok(cigo_pipe(&in, &out));
	for (int i = 0; i < WRITERS; i++) {
		w[i] = (struct writer){ out, (unsigned char)('a' + i) };
		cigo_spawn_in(g, writes_messages, 0, &w[i]);
	}
	for (int i = 0; i < WRITERS * MESSAGES; i++) {
		int n;

		equal(cigo_stream_read_chunk(ctx, in, got, 5), 5);
		memcpy(&n, got + 1, sizeof n);
		equal(cigo_stream_read_chunk(ctx, in, got + 5, (size_t)n - 5), n - 5);
		equal(memcmp(got + 5, got + 6, (size_t)n - 6), 0);
		equal(got[5], got[0]);
	}
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	free(got);
	cigo_stream_close(in);
	cigo_stream_close(out);
}

TEST_CASE("errors");

/* Accepts a byte and fails to send it. */
static void lose_a_byte(cigo_ctx *ctx, cigo_stream *s, int err)
{
	must_write(ctx, s, "x");
	fault_arm("send", 1, err);
	ok(cigo_yield(ctx));
	fault_disarm();
	equal(fault_hits(), 1);
}

STREAM_TEST(the_next_write_says_that_the_burst_failed, COOPERATIVE, BOTH_POLLERS)
{
	lose_a_byte(ctx, s, ENOBUFS);
	fails((int)cigo_stream_write(ctx, s, "y", 1), -ENOBUFS);
	fails((int)cigo_stream_write(ctx, s, "z", 1), -ENOBUFS); /* for good */
	raw_silent(raw);
}

STREAM_TEST(so_does_the_next_send, COOPERATIVE)
{
	lose_a_byte(ctx, s, ECONNRESET);
	fails(cigo_stream_send(s, "y", 1), -ECONNRESET);
}

STREAM_TEST(so_does_a_flush_even_in_the_same_tick, COOPERATIVE)
{
	must_write(ctx, s, "x");
	fault_arm("send", 1, EPIPE);
	fails(cigo_stream_flush(ctx, s), -EPIPE);
	fault_disarm();
	fails(cigo_stream_flush(ctx, s), -EPIPE);
}

STREAM_TEST(so_does_a_shutdown, COOPERATIVE)
{
	lose_a_byte(ctx, s, ECONNRESET);
	fails(cigo_stream_shutdown(s), -ECONNRESET);
}

/* It would wait for an answer to what was never sent. */
STREAM_TEST(so_does_a_read_that_would_wait_and_the_next_one_waits, COOPERATIVE)
{
	cigo_bytes line;
	char c;

	lose_a_byte(ctx, s, ENOBUFS);
	fails((int)cigo_stream_read_line(ctx, s, &line), -ENOBUFS);
	cigo_stream_set_timeout(s, CIGO_S(1));
	fails((int)cigo_stream_read(ctx, s, &c, 1), -ETIMEDOUT);
}

STREAM_TEST(a_read_after_another_call_has_said_it_waits, COOPERATIVE)
{
	char c;

	lose_a_byte(ctx, s, ENOBUFS);
	fails(cigo_stream_flush(ctx, s), -ENOBUFS);
	cigo_stream_set_timeout(s, CIGO_S(1));
	fails((int)cigo_stream_read(ctx, s, &c, 1), -ETIMEDOUT);
}

STREAM_TEST(a_read_gives_what_has_come_before_it_says_so, COOPERATIVE)
{
	cigo_bytes line;

	raw_say(raw, "answer\n");
	lose_a_byte(ctx, s, EPIPE);
	equal(cigo_stream_read_line(ctx, s, &line), 7);
	fails((int)cigo_stream_read_line(ctx, s, &line), -EPIPE);
	raw_hang_up(raw);
	equal(cigo_stream_read_line(ctx, s, &line), 0);
}

CORO(reads_a_line)
{
	cigo_bytes line;

	return (int)cigo_stream_read_line(ctx, arg, &line);
}

CORO(reads_a_byte)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1);
}

static void fails_while_it_waits(cigo_ctx *ctx, cigo_stream *s, cigo_coro_fn *reader)
{
	cigo_task *t = cigo_spawn(ctx, reader, 0, s);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	lose_a_byte(ctx, s, ECONNRESET);
	fails(cigo_future_take(ctx, t, NULL, 0), -ECONNRESET);
}

STREAM_TEST(a_line_that_is_waited_for_is_told_that_the_burst_failed, COOPERATIVE, BOTH_POLLERS)
{
	fails_while_it_waits(ctx, s, reads_a_line);
}

STREAM_TEST(a_byte_that_is_waited_for_is_told_that_the_burst_failed, COOPERATIVE, BOTH_POLLERS)
{
	fails_while_it_waits(ctx, s, reads_a_byte);
}

/* The driver writes on, after the kernel had refused the bytes. */
STREAM_TEST(a_reader_is_told_what_became_of_a_rest, COOPERATIVE, BOTH_POLLERS)
{
	fill(cigo_stream_fd(s));
	must_write(ctx, s, "rest");
	cigo_task *t = cigo_spawn(ctx, reads_a_line, 0, s);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	fault_arm("send", 1, ECONNRESET);
	raw_empty(raw);
	fails(cigo_future_take(ctx, t, NULL, 0), -ECONNRESET);
	fault_disarm();
}

static bool sigpipe_is_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGPIPE) == 1;
}

CALLBACK(sends_much)
{
	static const char mass[3000];

	ok(status);
	ok(cigo_stream_send(arg, "x", 1));
	ok(cigo_stream_send(arg, mass, sizeof mass));
}

/* More than one piece of memory: writev(2). */
LOOP_TEST(a_burst_to_nobody_raises_no_signal, COOPERATIVE)
{
	cigo_stream *r, *w;

	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), sends_much, w), 0);
	count_calls();
	ok(cigo_loop_wait_idle(ctx));
	fault_disarm();
	equal(fault_calls("writev"), 1);
	fails(cigo_stream_flush(ctx, w), -EPIPE);
	equal(sigpipe_is_pending(), false);
	cigo_stream_close(w);
}

STREAM_TEST(without_memory_for_a_copy_a_write_is_made_at_once, COOPERATIVE)
{
	fault_arm("malloc", 1, ENOMEM);
	must_write(ctx, s, "x");
	fault_disarm();
	equal(fault_hits(), 1);
	raw_expect(raw, "x");
}

STREAM_TEST(a_descriptor_that_cannot_be_watched_is_an_error_that_loses_nothing, COOPERATIVE,
	    .from = CIGO_POLLER_EPOLL, .to = CIGO_POLLER_EPOLL + 1, .on_poller = true)
{
	fill(cigo_stream_fd(s));
	must_write(ctx, s, "kept");
	fault_arm("epoll_ctl", 1, ENOSPC);
	ok(cigo_yield(ctx));
	fault_disarm();
	fails((int)cigo_stream_write(ctx, s, "y", 1), -ENOSPC);
	raw_empty(raw);
	ok(cigo_stream_flush(ctx, s));
	raw_expect(raw, "kept");
}

TEST_CASE("ends", .seconds = 20);

LOOP_TEST(a_close_sends_what_was_accepted)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	must_write(ctx, s, "last words");
	cigo_stream_close(s);
	raw_expect(raw, "last words");
	raw_end(raw);
	ok(close(raw));
}

LOOP_TEST(a_close_lets_a_slow_peer_have_what_was_accepted, COOPERATIVE, BOTH_POLLERS)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	fill(cigo_stream_fd(s));
	ok(cigo_stream_send(s, "last words", 10));
	cigo_stream_close(s);
	raw_empty(raw);
	equal(cigo_fd_wait(ctx, raw, CIGO_READ), CIGO_READ);
	raw_expect(raw, "last words");
	raw_end(raw);
	ok(close(raw));
}

STREAM_TEST(a_shutdown_comes_after_what_was_accepted)
{
	must_write(ctx, s, "last words");
	ok(cigo_stream_shutdown(s));
	raw_expect(raw, "last words");
	raw_end(raw);
}

LOOP_TEST(an_abort_drops_what_was_accepted, COOPERATIVE)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	must_write(ctx, s, "x");
	cigo_stream_abort(s, 0);
	ok(cigo_yield(ctx));
	cigo_stream_close(s);
	raw_end(raw);
	ok(close(raw));
}

CORO(writes_and_returns)
{
	must_write(ctx, arg, "last words");
	return 0;
}

TEST(the_end_of_the_run_sends_what_was_accepted)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	ok(t_run(writes_and_returns, s));
	raw_expect(raw, "last words");
	cigo_stream_close(s);
	ok(close(raw));
}

CALLBACK(says_how_it_ended)
{
	ok(cigo_stream_send(arg, status ? "ended" : "called", 5 + !status));
}

CORO(leaves_a_callback)
{
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), says_how_it_ended, arg), 0);
	return 0;
}

TEST(what_the_last_callbacks_send_is_sent)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	char got[8];

	ok(t_run(leaves_a_callback, s));
	ck_assert_int_ge(read(raw, got, sizeof got), 5);
	cigo_stream_close(s);
	ok(close(raw));
}

CORO(sends_and_returns)
{
	fill(cigo_stream_fd(arg));
	ok(cigo_stream_send(arg, "last words", 10));
	return 0;
}

struct drain {
	int fd;
	char last[16];
};

THREAD(drains_later)
{
	struct drain *d = arg;
	char buf[4096];
	ssize_t n;

	nap(30);
	set_blocking(d->fd);
	while ((n = read(d->fd, buf, sizeof buf)) > 0)
		if (n >= 10)
			memcpy(d->last, buf + n - 10, 10);
	return NULL;
}

TEST(the_end_of_the_run_waits_for_a_slow_peer_of_an_open_stream)
{
	cigo_stream *s;
	struct drain d = { stream_pair(&s), "" };
	pthread_t t = thread_start(drains_later, &d);

	ok(t_run_real(sends_and_returns, s));
	cigo_stream_abort(s, 0); /* what were left now would be dropped */
	cigo_stream_close(s);
	thread_join(t);
	ck_assert_str_eq(d.last, "last words");
	ok(close(d.fd));
}

TEST(but_not_longer_than_5_s)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	int64_t start = t_real_now(), took;

	ok(t_run_real(sends_and_returns, s));
	took = t_real_now() - start;
	ck_assert_int_ge(took, CIGO_S(4.9));
	cigo_stream_abort(s, 0);
	cigo_stream_close(s);
	ok(close(raw));
}

TEST(without_a_loop_a_write_is_made_at_once)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	must_write(cigo_ctx_background(), s, "x");
	raw_expect(raw, "x");
	cigo_stream_close(s);
	ok(close(raw));
}

CORO(leaves_a_rest)
{
	must_write(ctx, arg, "in the loop, ");
	return 0;
}

TEST(a_stream_goes_from_a_loop_to_a_plain_thread_in_order)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	ok(t_run(leaves_a_rest, s));
	must_write(cigo_ctx_background(), s, "after it");
	raw_expect(raw, "in the loop, after it");
	cigo_stream_close(s);
	ok(close(raw));
}
