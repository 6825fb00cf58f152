/* SPDX-License-Identifier: MIT
 * Both pollers do the same: each test here is run with each, chosen by option.
 */
#include "tests/tools/kit.h"

static int run_on(int poller, int clock, cigo_coro_fn *body)
{
	cigo_loop_options o = { .size = sizeof o, .poller = poller, .clock = clock };

	return cigo_run_with(&o, cigo_ctx_background(), body, NULL);
}

#define POLLER_TEST(name)      POLLER_TEST_(name, CIGO_CLOCK_VIRTUAL)
#define REAL_POLLER_TEST(name) POLLER_TEST_(name, CIGO_CLOCK_REAL)
#define POLLER_TEST_(name, clock)                                    \
	static int name##_main(cigo_ctx *ctx, void *arg, void *ret); \
	T_TEST(name)                                                 \
	{                                                            \
		ck_assert_int_eq(run_on(_i, clock, name##_main), 0); \
	}                                                            \
	CORO(name##_main)

struct waiter {
	int fd, events, result, number;
};

static int woken[1024], n_woken;

CORO(wait_fd)
{
	struct waiter *w = arg;

	w->result = cigo_fd_wait(ctx, w->fd, w->events);
	woken[n_woken++] = w->number;
	return 0;
}

POLLER_TEST(descriptors_ready_at_once_are_served_in_the_order_of_their_waiters)
{
	enum { PAIRS = 20 };
	int fd[PAIRS][2];
	struct waiter w[PAIRS];
	cigo_task *t[PAIRS];

	for (int i = 0; i < PAIRS; i++)
		raw_pair(fd[i]);
	for (int i = 0; i < PAIRS; i++) {
		int j = i * 7 % PAIRS; /* the order of waiting is not that of the numbers */

		w[i] = (struct waiter){ fd[j][0], CIGO_READ, 0, i };
		t[i] = cigo_spawn(ctx, wait_fd, 0, &w[i]);
	}
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	for (int i = PAIRS; i--;) /* nor is that of becoming ready */
		raw_say(fd[i][1], "x");
	ok(cigo_wait(ctx, CIGO_WAIT_ALL, t, PAIRS));
	for (int i = 0; i < PAIRS; i++) {
		equal(woken[i], i);
		equal(w[i].result, CIGO_READ);
		cigo_future_unref(t[i]);
		close(fd[i][0]);
		close(fd[i][1]);
	}
	return 0;
}

POLLER_TEST(hundreds_of_descriptors_can_be_waited_for)
{
	enum { PAIRS = 300 };
	static int fd[PAIRS][2];
	static struct waiter w[PAIRS];
	static cigo_task *t[PAIRS];

	for (int i = 0; i < PAIRS; i++) {
		raw_pair(fd[i]);
		w[i] = (struct waiter){ fd[i][0], CIGO_READ, 0, i };
		t[i] = cigo_spawn(ctx, wait_fd, 0, &w[i]);
	}
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	for (int i = 0; i < PAIRS; i += 2)
		raw_say(fd[i][1], "x");
	for (int i = 0; i < PAIRS; i += 2) {
		ok(cigo_future_take(ctx, t[i], NULL, 0));
		equal(w[i].result, CIGO_READ);
	}
	equal(n_woken, PAIRS / 2);
	for (int i = 1; i < PAIRS; i += 2) {
		equal(cigo_future_is_done(t[i]), false);
		fails(cigo_task_stop(ctx, t[i]), -ECANCELED);
	}
	for (int i = 0; i < PAIRS; i++) {
		close(fd[i][0]);
		close(fd[i][1]);
	}
	return 0;
}

POLLER_TEST(reading_and_writing_are_waited_for_apart)
{
	int fd[2];
	struct waiter r = { .events = CIGO_READ }, w = { .events = CIGO_WRITE };
	static char mass[65536];
	cigo_task *reader, *writer;

	raw_pair(fd);
	while (write(fd[0], mass, sizeof mass) > 0)
		;
	r.fd = w.fd = fd[0];
	reader = cigo_spawn(ctx, wait_fd, 0, &r);
	writer = cigo_spawn(ctx, wait_fd, 0, &w);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(n_woken, 0);
	fails(cigo_fd_wait(ctx, fd[0], CIGO_READ), -EBUSY);
	fails(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), -EBUSY);
	raw_say(fd[1], "x");
	ok(cigo_future_take(ctx, reader, NULL, 0));
	equal(r.result, CIGO_READ);
	equal(cigo_future_is_done(writer), false);
	while (read(fd[1], mass, sizeof mass) > 0)
		;
	ok(cigo_future_take(ctx, writer, NULL, 0));
	equal(w.result, CIGO_WRITE);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

POLLER_TEST(one_waiter_may_wait_for_either)
{
	int fd[2];
	struct waiter w = { .events = CIGO_READ | CIGO_WRITE };
	static char mass[65536];
	cigo_task *t;

	raw_pair(fd);
	while (write(fd[0], mass, sizeof mass) > 0)
		;
	w.fd = fd[0];
	t = cigo_spawn(ctx, wait_fd, 0, &w);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(n_woken, 0);
	raw_say(fd[1], "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(w.result, CIGO_READ);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

POLLER_TEST(a_hang_up_is_ready_for_all_that_was_asked)
{
	int fd[2], both = CIGO_READ | CIGO_WRITE;
	struct waiter w = { .events = CIGO_READ };
	cigo_task *t;

	raw_pair(fd);
	w.fd = fd[0];
	t = cigo_spawn(ctx, wait_fd, 0, &w);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	close(fd[1]);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(w.result, CIGO_READ);
	equal(cigo_fd_wait(ctx, fd[0], both), both);
	close(fd[0]);
	raw_pipe(fd);
	close(fd[0]);
	equal(cigo_fd_wait(ctx, fd[1], CIGO_WRITE), CIGO_WRITE);
	close(fd[1]);
	return 0;
}

POLLER_TEST(regular_files_are_ready_and_bad_descriptors_are_not)
{
	FILE *f = tmpfile();
	int closed = dup(0), both = CIGO_READ | CIGO_WRITE;

	close(closed);
	equal(cigo_fd_wait(ctx, fileno(f), both), both);
	fails(cigo_fd_wait(ctx, closed, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, -1, CIGO_READ), -EBADF);
	fclose(f);
	return 0;
}

POLLER_TEST(a_cancelled_wait_leaves_the_number_free_for_another_use)
{
	int fd[2], other[2], number;

	raw_pair(fd);
	number = fd[0];
	for (int i = 0; i < 20; i++) {
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));

		fails(cigo_fd_wait(timed, number, CIGO_READ), -ETIMEDOUT);
		cigo_ctx_unref(timed);
		raw_pair(other);
		close(number);
		equal(dup3(other[0], number, O_CLOEXEC), number);
		close(other[0]);
		close(fd[1]);
		fd[1] = other[1];
		timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
		fails(cigo_fd_wait(timed, number, CIGO_READ), -ETIMEDOUT);
		cigo_ctx_unref(timed);
		raw_say(fd[1], "x");
		equal(cigo_fd_wait(ctx, number, CIGO_READ), CIGO_READ);
		raw_expect(number, "x");
	}
	close(number);
	close(fd[1]);
	return 0;
}

/* ---- streams ---- */

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

POLLER_TEST(an_echo_through_pipes)
{
	return echo_through_pipes(ctx);
}

REAL_POLLER_TEST(an_echo_through_pipes_on_the_real_clock)
{
	return echo_through_pipes(ctx);
}

CORO(write_a_mebibyte)
{
	static char mass[1 << 20];

	equal(cigo_stream_write(ctx, arg, mass, sizeof mass), sizeof mass);
	return 0;
}

POLLER_TEST(a_mebibyte_through_a_pipe)
{
	cigo_stream *r, *w;
	cigo_task *t;
	char buf[5000];
	size_t all = 0;
	ssize_t n;

	ok(cigo_pipe(&r, &w));
	t = cigo_spawn(ctx, write_a_mebibyte, 0, w);
	while (all < 1 << 20 && (n = cigo_stream_read(ctx, r, buf, sizeof buf)) > 0)
		all += (size_t)n;
	equal(all, 1 << 20);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(r);
	cigo_stream_close(w);
	return 0;
}

CORO(read_one)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1);
}

POLLER_TEST(close_wakes_a_reader_and_the_number_may_be_used_again)
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
	return 0;
}

POLLER_TEST(a_socket_that_has_an_error_is_ready)
{
	int port, l = tcp_listen("127.0.0.1", 0, -1, &port), fd, err = 0;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t n = sizeof err;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) && errno == EINPROGRESS) {
		equal(cigo_fd_wait(ctx, fd, CIGO_WRITE), CIGO_WRITE);
		ok(getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &n));
		equal(err, ECONNREFUSED);
	}
	close(fd);
	close(l);
	return 0;
}

/* ---- time ---- */

REAL_POLLER_TEST(a_wait_for_time_is_neither_short_nor_a_spin)
{
	cigo_stats before = counts(ctx);
	int64_t start = t_real_now();

	ok(cigo_sleep(ctx, CIGO_MS(10.9)));
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(10.9));
	ck_assert_uint_le(counts(ctx).polls - before.polls, 4);
	return 0;
}

CALLBACK(set_future)
{
	ok(status);
	ok(cigo_future_set(arg, NULL, 0));
}

struct posting {
	cigo_loop *loop;
	cigo_future *f;
};

THREAD(post_later)
{
	struct posting *p = arg;

	nap(20);
	ok(cigo_loop_call_threadsafe(p->loop, set_future, p->f));
	return NULL;
}

REAL_POLLER_TEST(a_post_wakes_the_poller)
{
	for (int i = 0; i < 5; i++) {
		struct posting p = { cigo_ctx_loop(ctx), cigo_future_new(0) };
		pthread_t t = thread_start(post_later, &p);

		ok(cigo_join(ctx, p.f));
		thread_join(t);
		cigo_future_unref(p.f);
	}
	return 0;
}

/* ---- the environment ---- */

CORO(count_polls)
{
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	ck_assert_uint_gt(counts(ctx).polls, 0);
	return 0;
}

T_TEST(the_environment_may_choose)
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

T_TEST(the_option_wins_over_the_environment)
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

#define FOR_BOTH(tc, name) t_add_loop(tc, name, CIGO_POLLER_EPOLL, CIGO_POLLER_POLL + 1)

int main(void)
{
	Suite *s = suite_create("poller");
	TCase *tc = t_case(s, "descriptors");

	t_add_loop_cooperative(tc,
			       descriptors_ready_at_once_are_served_in_the_order_of_their_waiters,
			       CIGO_POLLER_EPOLL, CIGO_POLLER_POLL + 1);
	t_add_loop_cooperative(tc, hundreds_of_descriptors_can_be_waited_for, CIGO_POLLER_EPOLL,
			       CIGO_POLLER_POLL + 1);
	FOR_BOTH(tc, reading_and_writing_are_waited_for_apart);
	FOR_BOTH(tc, one_waiter_may_wait_for_either);
	FOR_BOTH(tc, a_hang_up_is_ready_for_all_that_was_asked);
	FOR_BOTH(tc, regular_files_are_ready_and_bad_descriptors_are_not);
	FOR_BOTH(tc, a_cancelled_wait_leaves_the_number_free_for_another_use);
	tc = t_case(s, "streams");
	FOR_BOTH(tc, an_echo_through_pipes);
	FOR_BOTH(tc, an_echo_through_pipes_on_the_real_clock);
	FOR_BOTH(tc, a_mebibyte_through_a_pipe);
	FOR_BOTH(tc, close_wakes_a_reader_and_the_number_may_be_used_again);
	FOR_BOTH(tc, a_socket_that_has_an_error_is_ready);
	tc = t_case(s, "time");
	FOR_BOTH(tc, a_wait_for_time_is_neither_short_nor_a_spin);
	FOR_BOTH(tc, a_post_wakes_the_poller);
	tc = t_case(s, "choice");
	FOR_BOTH(tc, the_environment_may_choose);
	t_add(tc, the_option_wins_over_the_environment);
	return t_main(s);
}
