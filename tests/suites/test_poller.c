/* SPDX-License-Identifier: MIT
 * Both pollers do the same, and are chosen by option or environment; test_fd.c has more of them.
 */
#include "tests/tools/wire.h"

static int run_on(int poller, int clock, cigo_coro_fn *body)
{
	cigo_loop_options o = { .size = sizeof o, .poller = poller, .clock = clock };

	return cigo_run_with(&o, cigo_ctx_background(), body, NULL);
}

TEST_CASE("streams");

struct echo {
	cigo_stream *in, *out;
};

CORO(echo_all)
{
	const struct echo *e = arg;
	char buf[4096];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, e->in, buf, sizeof buf)) > 0)
		equal(cigo_stream_write(ctx, e->out, buf, (size_t)n), n);
	cigo_stream_close(e->out);
	cigo_stream_close(e->in);
	return (int)n;
}

static int echo_through_pipes(cigo_ctx *ctx)
{
	struct echo here, there;
	cigo_task *t;
	char c;

	ok(cigo_pipe(&there.in, &here.out));
	ok(cigo_pipe(&here.in, &there.out));
	t = cigo_spawn(ctx, echo_all, 0, &there);
	for (char i = 0; i < 100; i++) {
		equal(cigo_stream_write(ctx, here.out, &i, 1), 1);
		equal(cigo_stream_read(ctx, here.in, &c, 1), 1);
		equal(c, i);
	}
	cigo_stream_close(here.out);
	equal(cigo_stream_read(ctx, here.in, &c, 1), 0);
	cigo_stream_close(here.in);
	return cigo_future_take(ctx, t, NULL, 0);
}

LOOP_TEST(an_echo_through_pipes, BOTH_POLLERS)
{
	ok(echo_through_pipes(ctx));
}

REAL_TEST(an_echo_through_pipes_on_the_real_clock, BOTH_POLLERS)
{
	ok(echo_through_pipes(ctx));
}

CORO(write_a_mebibyte)
{
	static char mass[1 << 20];

	equal(cigo_stream_write(ctx, arg, mass, sizeof mass), sizeof mass);
	return 0;
}

PIPE_TEST(a_mebibyte_through_a_pipe, BOTH_POLLERS)
{
	cigo_task *t;
	char buf[5000];
	size_t all = 0;
	ssize_t n;

	t = cigo_spawn(ctx, write_a_mebibyte, 0, w);
	while (all < 1 << 20 && (n = cigo_stream_read(ctx, r, buf, sizeof buf)) > 0)
		all += (size_t)n;
	equal(all, 1 << 20);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

CORO(read_one)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1);
}

LOOP_TEST(close_wakes_a_reader_and_the_number_may_be_used_again, BOTH_POLLERS)
{
	for (int i = 0; i < 20; i++) {
		cigo_stream *s;
		int raw = stream_pair(&s);
		cigo_task *t = cigo_spawn(ctx, read_one, 0, s);

		ok(cigo_yield(ctx));
		if (i % 2)
			raw_say(raw, "x"); /* an event that may be on its way */
		cigo_stream_close(s);
		cigo_ignore(cigo_future_take(ctx, t, NULL, 0));
		close(raw);
	}
}

TEST_CASE("time");

REAL_TEST(a_wait_for_time_is_neither_short_nor_a_spin, BOTH_POLLERS)
{
	cigo_stats before = counts(ctx);
	int64_t start = t_real_now();

	ok(cigo_sleep(ctx, CIGO_MS(10.9)));
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(10.9));
	ck_assert_uint_le(counts(ctx).polls - before.polls, 4);
}

REAL_TEST(a_post_wakes_the_poller, BOTH_POLLERS)
{
	for (int i = 0; i < 5; i++) {
		struct t_post p = { cigo_ctx_loop(ctx), cigo_future_new(0), 20 };
		pthread_t t = thread_start(t_post, &p);

		ok(cigo_join(ctx, p.f));
		thread_join(t);
		cigo_future_unref(p.f);
	}
}

TEST_CASE("choice");

CORO(count_polls)
{
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	ck_assert_uint_gt(counts(ctx).polls, 0);
	return 0;
}

TEST(the_environment_may_choose, BOTH_POLLERS)
{
	static const char *const names[] = { "epoll", "poll" };

	setenv("CIGO_POLLER", names[_i - 1], 1);
	ok(t_run_real(count_polls, NULL));
	ok(run_on(CIGO_POLLER_EPOLL, CIGO_CLOCK_REAL, count_polls)); /* the option wins */
	ok(run_on(CIGO_POLLER_POLL, CIGO_CLOCK_REAL, count_polls));
}

/* What a loop has open tells which poller it has. */
static int epolls;

CORO(look_for_epoll)
{
	char link[64], target[64];

	epolls = 0;
	for (int fd = 0; fd < 256; fd++) {
		ssize_t n;

		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof target - 1);
		target[n > 0 ? n : 0] = 0;
		epolls += strstr(target, "eventpoll") != NULL;
	}
	return 0;
}

TEST(the_option_wins_over_the_environment)
{
	setenv("CIGO_POLLER", "epoll", 1);
	ok(run_on(CIGO_POLLER_POLL, 0, look_for_epoll));
	equal(epolls, 0);
	ok(run_on(0, 0, look_for_epoll));
	equal(epolls, 1);
	setenv("CIGO_POLLER", "poll", 1);
	ok(run_on(CIGO_POLLER_EPOLL, 0, look_for_epoll));
	equal(epolls, 1);
	ok(run_on(0, 0, look_for_epoll));
	equal(epolls, 0);
	unsetenv("CIGO_POLLER");
	ok(run_on(0, 0, look_for_epoll));
	equal(epolls, 1); /* the first is the default */
}
