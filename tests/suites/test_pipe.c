/* SPDX-License-Identifier: MIT
 * A pipe as two streams.
 */
#include "tests/tools/kit.h"

#include <sys/resource.h>

TEST_CASE("pipe");

LOOP_TEST(what_is_written_into_a_pipe_is_read_from_it)
{
	cigo_stream *r, *w;
	char got[8] = "";

	ok(cigo_pipe(&r, &w));
	ck_assert_int_ne(cigo_stream_fd(r), cigo_stream_fd(w));
	equal(cigo_stream_write(ctx, w, "hello", 5), 5);
	equal(cigo_stream_read(ctx, r, got, sizeof got), 5);
	ck_assert_str_eq(got, "hello");
	cigo_stream_close(w);
	equal(cigo_stream_read(ctx, r, got, sizeof got), 0);
	cigo_stream_close(r);
}

struct flow {
	cigo_stream *s;
	uint64_t sum;
};

enum { FLOW = 8 << 20 };

CORO(write_flow)
{
	struct flow *f = arg;
	uint32_t x = 12345;
	static uint8_t buf[70001];

	for (size_t left = FLOW, n; left; left -= n) {
		n = left < sizeof buf ? left : sizeof buf;
		for (size_t i = 0; i < n; i++) {
			x = x * 1664525u + 1013904223u;
			buf[i] = (uint8_t)(x >> 24);
			f->sum = f->sum * 31 + buf[i];
		}
		equal(cigo_stream_write(ctx, f->s, buf, n), (ssize_t)n);
	}
	cigo_stream_close(f->s);
	return 0;
}

LOOP_TEST(a_long_flow_arrives_complete_and_in_order)
{
	struct flow in = { .sum = 0 }, out = { .sum = 0 };
	static uint8_t buf[33333];
	cigo_task *t;
	size_t all = 0;
	ssize_t n;

	ok(cigo_pipe(&in.s, &out.s));
	t = cigo_spawn(ctx, write_flow, 0, &out);
	while ((n = cigo_stream_read(ctx, in.s, buf, sizeof buf)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			in.sum = in.sum * 31 + buf[i];
		all += (size_t)n;
	}
	equal(n, 0);
	equal(all, FLOW);
	equal(in.sum, out.sum);
	cigo_stream_close(in.s);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

CORO(read_one)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1);
}

LOOP_TEST(a_reader_wakes_when_the_writer_closes)
{
	cigo_stream *r, *w;
	cigo_task *t;

	ok(cigo_pipe(&r, &w));
	t = cigo_spawn(ctx, read_one, 0, r);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_is_done(t), false);
	cigo_stream_close(w);
	ok(cigo_future_take(ctx, t, NULL, 0)); /* 0: the end */
	cigo_stream_close(r);
}

LOOP_TEST(a_reader_wakes_when_its_own_end_is_closed)
{
	cigo_stream *r, *w;
	cigo_task *t;

	ok(cigo_pipe(&r, &w));
	t = cigo_spawn(ctx, read_one, 0, r);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_stream_close(r);
	fails(cigo_future_take(ctx, t, NULL, 0), -ECANCELED);
	cigo_ignore(cigo_stream_write(ctx, w, "x", 1)); /* accepted, perhaps */
	fails(cigo_stream_flush(ctx, w), -EPIPE);
	cigo_stream_close(w);
}

LOOP_TEST(a_pipe_is_close_on_exec_and_nonblocking)
{
	cigo_stream *s[2];

	ok(cigo_pipe(&s[0], &s[1]));
	for (int i = 0; i < 2; i++) {
		equal(fcntl(cigo_stream_fd(s[i]), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		equal(fcntl(cigo_stream_fd(s[i]), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
		cigo_stream_close(s[i]);
	}
}

LOOP_TEST(with_too_few_descriptors_both_ends_are_null)
{
	struct rlimit old, few;
	int fd = dup(0), err, fds;
	cigo_stream *r = (void *)&old, *w = (void *)&old;

	close(fd);
	fds = t_count_fds();
	getrlimit(RLIMIT_NOFILE, &old);
	for (rlim_t more = 0; more < 2; more++) {
		few = (struct rlimit){ (rlim_t)fd + more, old.rlim_max };
		setrlimit(RLIMIT_NOFILE, &few);
		err = cigo_pipe(&r, &w);
		setrlimit(RLIMIT_NOFILE, &old);
		fails(err, -EMFILE);
		ck_assert_ptr_null(r);
		ck_assert_ptr_null(w);
		equal(t_count_fds(), fds);
		r = w = (void *)&old;
	}
}

LOOP_TEST(a_pipe_opened_and_closed_unused_leaves_nothing)
{
	int fds = t_count_fds();

	for (int i = 0; i < 1000; i++) {
		cigo_stream *r, *w;

		ok(cigo_pipe(&r, &w));
		cigo_stream_close(i % 2 ? r : w);
		cigo_stream_close(i % 2 ? w : r);
	}
	equal(t_count_fds(), fds);
}

/* Copies what comes to where it goes, and closes both. */
CORO(echo)
{
	cigo_stream **s = arg;
	char c;
	ssize_t n;

	while ((n = cigo_stream_read(ctx, s[0], &c, 1)) > 0)
		equal(cigo_stream_write(ctx, s[1], &c, 1), 1);
	cigo_stream_close(s[0]);
	cigo_stream_close(s[1]);
	return (int)n;
}

THREAD(echo_plainly)
{
	ok(echo(cigo_ctx_background(), arg, NULL));
	return NULL;
}

THREAD(echo_in_a_loop)
{
	ok(t_run_real(echo, arg));
	return NULL;
}

static void talk_to(void *(*thread)(void *))
{
	cigo_ctx *ctx = cigo_ctx_background();
	cigo_stream *there[2], *in, *out;
	pthread_t t;
	char c;

	ok(cigo_pipe(&there[0], &out));
	ok(cigo_pipe(&in, &there[1]));
	t = thread_start(thread, there);
	for (char i = 0; i < 100; i++) {
		equal(cigo_stream_write(ctx, out, &i, 1), 1);
		equal(cigo_stream_read(ctx, in, &c, 1), 1);
		equal(c, i);
	}
	cigo_stream_close(out);
	thread_join(t);
	equal(cigo_stream_read(ctx, in, &c, 1), 0);
	cigo_stream_close(in);
}

TEST_CASE("threads");

TEST(plain_threads_may_talk_through_pipes)
{
	talk_to(echo_plainly);
}

TEST(a_loop_and_a_plain_thread_may_talk_through_pipes)
{
	talk_to(echo_in_a_loop);
}
