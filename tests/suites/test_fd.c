/* SPDX-License-Identifier: MIT
 * Waiting for descriptors of one's own, on both pollers: each does the same.
 */
#include "tests/tools/wire.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>

struct waiter {
	int fd, events, result, number;
};

CORO(wait_fd)
{
	struct waiter *w = arg;

	w->result = cigo_fd_wait(ctx, w->fd, w->events);
	return 0;
}

static cigo_task *spawn_waiter(cigo_ctx *ctx, struct waiter *w, int fd, int events)
{
	*w = (struct waiter){ .fd = fd, .events = events };
	return cigo_spawn(ctx, wait_fd, 0, w);
}

/* A test on each poller with the two ends of a connection, which are closed behind it. */
#define FD_TEST(name, ...)                               \
	static void name##_by(cigo_ctx *ctx, int fd[2]); \
	LOOP_TEST(name, BOTH_POLLERS, __VA_ARGS__)       \
	{                                                \
		int fd[2];                               \
                                                         \
		raw_pair(fd);                            \
		name##_by(ctx, fd);                      \
		ok(close(fd[0]));                        \
		ok(close(fd[1]));                        \
	}                                                \
	static void name##_by(cigo_ctx *ctx, int fd[2])

TEST_CASE("ready");

FD_TEST(a_wait_returns_what_the_descriptor_is_ready_for)
{
	equal(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ | CIGO_WRITE), CIGO_WRITE);
	raw_say(fd[1], "x");
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ), CIGO_READ);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ | CIGO_WRITE), CIGO_READ | CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), CIGO_WRITE);
}

FD_TEST(a_wait_ends_when_the_descriptor_becomes_ready)
{
	struct waiter w;
	cigo_task *t = spawn_waiter(ctx, &w, fd[0], CIGO_READ);

	ok(cigo_sleep(ctx, CIGO_S(1)));
	equal(cigo_future_is_done(t), false);
	raw_say(fd[1], "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(w.result, CIGO_READ);
}

LOOP_TEST(a_wait_for_writing_ends_when_there_is_room, BOTH_POLLERS)
{
	int fd[2];
	struct waiter w;
	static char mass[65536];
	cigo_task *t;

	raw_pipe(fd);
	raw_fill(fd[1]);
	t = spawn_waiter(ctx, &w, fd[1], CIGO_WRITE);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_is_done(t), false);
	ck_assert_int_gt(read(fd[0], mass, sizeof mass), 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(w.result, CIGO_WRITE);
	close(fd[0]);
	close(fd[1]);
}

FD_TEST(one_waiter_may_wait_for_either)
{
	struct waiter w;
	cigo_task *t;

	raw_fill(fd[0]);
	t = spawn_waiter(ctx, &w, fd[0], CIGO_READ | CIGO_WRITE);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_is_done(t), false);
	raw_say(fd[1], "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(w.result, CIGO_READ);
}

FD_TEST(a_hang_up_counts_as_ready_for_all_that_was_asked)
{
	int both = CIGO_READ | CIGO_WRITE, ends[2];

	raw_hang_up(fd[1]);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ), CIGO_READ);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fd[0], both), both);
	for (int i = 0; i < 2; i++) {
		raw_pipe(ends);
		close(ends[i]);
		equal(cigo_fd_wait(ctx, ends[!i], i ? CIGO_READ : CIGO_WRITE),
		      i ? CIGO_READ : CIGO_WRITE);
		close(ends[!i]);
	}
}

FD_TEST(a_hang_up_wakes_a_reader)
{
	struct waiter r;
	cigo_task *t = spawn_waiter(ctx, &r, fd[0], CIGO_READ);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	raw_hang_up(fd[1]);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(r.result, CIGO_READ);
}

FD_TEST(a_hang_up_wakes_reader_and_writer)
{
	struct waiter r, w;
	cigo_task *a, *b;

	raw_fill(fd[0]);
	a = spawn_waiter(ctx, &r, fd[0], CIGO_READ);
	b = spawn_waiter(ctx, &w, fd[0], CIGO_WRITE);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	raw_hang_up(fd[1]);
	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
	equal(r.result, CIGO_READ);
	equal(w.result, CIGO_WRITE);
}

/* epoll refuses them with EPERM */
LOOP_TEST(a_regular_file_is_always_ready, BOTH_POLLERS)
{
	FILE *f = tmpfile();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), both = CIGO_READ | CIGO_WRITE;

	equal(cigo_fd_wait(ctx, fileno(f), CIGO_READ), CIGO_READ);
	equal(cigo_fd_wait(ctx, fileno(f), CIGO_WRITE), CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fileno(f), both), both);
	equal(cigo_fd_wait(ctx, null, both), both);
	fclose(f);
	close(null);
}

LOOP_TEST(eventfds_timerfds_and_duplicates_can_be_waited_for, BOTH_POLLERS)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), copy = dup(event);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct itimerspec soon = { { 0, 0 }, { 0, 1 } };
	struct waiter w[3] = { { event, CIGO_READ, 0, 0 },
			       { copy, CIGO_READ, 0, 1 },
			       { timer, CIGO_READ, 0, 2 } };
	cigo_task *t[3];
	uint64_t one = 1;

	for (int i = 0; i < 3; i++)
		t[i] = cigo_spawn(ctx, wait_fd, 0, &w[i]);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	raw_write(event, &one, sizeof one);
	ok(timerfd_settime(timer, 0, &soon, NULL));
	for (int i = 0; i < 3; i++) {
		ok(cigo_future_take(ctx, t[i], NULL, 0));
		equal(w[i].result, CIGO_READ);
	}
	close(event);
	close(copy);
	close(timer);
}

LOOP_TEST(a_socket_that_has_an_error_is_ready, BOTH_POLLERS)
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
}

TEST_CASE("many");

static int woken[1024], n_woken; /* their numbers, in order */

CORO(wait_in_order)
{
	struct waiter *w = arg;
	int err = wait_fd(ctx, arg, ret);

	woken[n_woken++] = w->number;
	return err;
}

LOOP_TEST(descriptors_ready_at_once_are_served_in_the_order_of_their_waiters, COOPERATIVE,
	  BOTH_POLLERS)
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
		t[i] = cigo_spawn(ctx, wait_in_order, 0, &w[i]);
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
}

LOOP_TEST(hundreds_of_descriptors_can_be_waited_for, COOPERATIVE, BOTH_POLLERS)
{
	enum { PAIRS = 300 };
	static int fd[PAIRS][2];
	static struct waiter w[PAIRS];
	static cigo_task *t[PAIRS];

	for (int i = 0; i < PAIRS; i++) {
		raw_pair(fd[i]);
		w[i] = (struct waiter){ fd[i][0], CIGO_READ, 0, i };
		t[i] = cigo_spawn(ctx, wait_in_order, 0, &w[i]);
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
}

TEST_CASE("errors");

FD_TEST(wrong_events_are_einval)
{
	int wrong[] = { 0, 4, 8, -1, CIGO_READ | 4 };

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		fails(cigo_fd_wait(ctx, fd[0], wrong[i]), -EINVAL);
}

LOOP_TEST(a_bad_descriptor_is_ebadf, BOTH_POLLERS)
{
	int closed = dup(0);

	close(closed);
	fails(cigo_fd_wait(ctx, -1, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, closed, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, closed, CIGO_WRITE), -EBADF);
	fails(cigo_fd_wait(ctx, 1 << 20, CIGO_READ | CIGO_WRITE), -EBADF);
	fails(cigo_fd_wait(ctx, INT32_MAX, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, INT32_MIN, CIGO_READ), -EBADF);
}

FD_TEST(a_third_waiter_on_a_descriptor_is_told_that_it_is_busy)
{
	struct waiter r, w;
	cigo_task *reader, *writer;

	raw_fill(fd[0]);
	reader = spawn_waiter(ctx, &r, fd[0], CIGO_READ);
	ok(cigo_yield(ctx));
	fails(cigo_fd_wait(ctx, fd[0], CIGO_READ), -EBUSY);
	fails(cigo_fd_wait(ctx, fd[0], CIGO_READ | CIGO_WRITE), -EBUSY);
	writer = spawn_waiter(ctx, &w, fd[0], CIGO_WRITE);
	ok(cigo_yield(ctx));
	fails(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), -EBUSY);
	fails(cigo_fd_wait(ctx, fd[0], CIGO_READ), -EBUSY);
	raw_say(fd[1], "x"); /* the two who wait are none the worse for it */
	ok(cigo_future_take(ctx, reader, NULL, 0));
	equal(r.result, CIGO_READ);
	equal(cigo_future_is_done(writer), false);
	raw_empty(fd[1]);
	ok(cigo_future_take(ctx, writer, NULL, 0));
	equal(w.result, CIGO_WRITE);
}

CORO(read_stream)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1) - 1;
}

STREAM_TEST(a_streams_reader_counts_as_a_waiter, BOTH_POLLERS)
{
	cigo_task *t = cigo_spawn(ctx, read_stream, 0, s);

	ok(cigo_yield(ctx));
	fails(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_READ), -EBUSY);
	equal(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_WRITE), CIGO_WRITE);
	raw_say(raw, "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
	raw_say(raw, "y");
	equal(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_READ), CIGO_READ);
}

TEST_CASE("cancellation");

FD_TEST(cancelling_the_reader_leaves_the_writer_waiting)
{
	struct waiter r, w;
	char c;
	cigo_task *reader, *writer;

	raw_fill(fd[0]);
	for (int i = 0; i < 3; i++) {
		reader = spawn_waiter(ctx, &r, fd[0], CIGO_READ);
		writer = spawn_waiter(ctx, &w, fd[0], CIGO_WRITE);
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		fails(cigo_task_stop(ctx, reader), -ECANCELED);
		fails(r.result, -ECANCELED);
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		equal(cigo_future_is_done(writer), false);
		reader = spawn_waiter(ctx, &r, fd[0], CIGO_READ); /* the place is free again */
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		fails(cigo_task_stop(ctx, writer), -ECANCELED);
		equal(cigo_future_is_done(reader), false);
		raw_say(fd[1], "x");
		ok(cigo_future_take(ctx, reader, NULL, 0));
		equal(r.result, CIGO_READ);
		equal(read(fd[0], &c, 1), 1);
	}
}

LOOP_TEST(a_number_may_be_closed_and_used_again_after_a_wait, BOTH_POLLERS)
{
	int fd[2], other[2], number;

	raw_pair(fd);
	number = fd[0];
	for (int i = 0; i < 10; i++) {
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));

		fails(cigo_fd_wait(timed, number, CIGO_READ), -ETIMEDOUT);
		raw_say(fd[1], "x");
		equal(cigo_fd_wait(ctx, number, CIGO_READ), CIGO_READ);
		close(fd[1]);
		raw_pair(other); /* another thing under the same number, nothing to be read yet */
		equal(dup3(other[0], number, O_CLOEXEC), number);
		close(other[0]);
		fd[1] = other[1];
		cigo_ctx_unref(timed);
	}
	close(number);
	close(fd[1]);
}

LOOP_TEST(a_cancelled_wait_leaves_the_number_free_for_another_use, BOTH_POLLERS)
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
}

FD_TEST(a_timeout_ends_a_wait_to_the_nanosecond)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, 1234567891);
	int64_t start = cigo_now(ctx);

	fails(cigo_fd_wait(timed, fd[0], CIGO_READ), -ETIMEDOUT);
	equal(cigo_now(ctx), start + 1234567891);
	cigo_ctx_unref(timed);
}

TEST_CASE("without a loop");

struct slow {
	int fd;
	cigo_ctx *ctx;
};

THREAD(say_later)
{
	nap(30);
	raw_say(((struct slow *)arg)->fd, "x");
	return NULL;
}

TEST(without_a_loop_a_wait_blocks_the_thread)
{
	int fd[2];
	struct slow slow;
	int64_t start = t_real_now();
	pthread_t t;

	raw_pair(fd);
	slow.fd = fd[1];
	t = thread_start(say_later, &slow);
	equal(cigo_fd_wait(cigo_ctx_background(), fd[0], CIGO_READ), CIGO_READ);
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(30));
	thread_join(t);
	equal(cigo_fd_wait(cigo_ctx_background(), fd[0], CIGO_READ | CIGO_WRITE),
	      CIGO_READ | CIGO_WRITE);
	close(fd[0]);
	close(fd[1]);
}

THREAD(cancel_later)
{
	nap(30);
	cigo_ctx_cancel(((struct slow *)arg)->ctx, -EIO);
	return NULL;
}

TEST(without_a_loop_a_wait_is_woken_by_a_cancellation_from_another_thread)
{
	int fd[2];
	struct slow slow = { .ctx = cigo_ctx_with_cancel(cigo_ctx_background()) };
	cigo_ctx *child = cigo_ctx_with_cancel(slow.ctx);
	pthread_t t;

	raw_pair(fd);
	t = thread_start(cancel_later, &slow);
	fails(cigo_fd_wait(child, fd[0], CIGO_READ), -EIO);
	thread_join(t);
	cigo_ctx_unref(child);
	cigo_ctx_unref(slow.ctx);
	close(fd[0]);
	close(fd[1]);
}

TEST(without_a_loop_errors_are_the_same)
{
	cigo_ctx *ctx = cigo_ctx_background();
	FILE *f = tmpfile();

	fails(cigo_fd_wait(ctx, -1, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, 1 << 20, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, fileno(f), 0), -EINVAL);
	equal(cigo_fd_wait(ctx, fileno(f), CIGO_READ), CIGO_READ);
	fclose(f);
}

CORO(wait_without_loop)
{
	cigo_ignore(cigo_fd_wait(cigo_ctx_background(), *(int *)arg, CIGO_READ));
	return 0;
}

PLAIN_MISUSE_TEST(to_wait_without_a_loop_in_a_coroutine_is_misuse, "cigo_fd_wait")
{
	int fd[2];

	raw_pair(fd);
	t_run(wait_without_loop, &fd[0]);
}

TEST_CASE("close-on-exec");

static bool was_open[1024];

static void note_open(int fd, void *arg T_UNUSED)
{
	if (fd < 1024)
		was_open[fd] = true;
}

static void must_be_cloexec(int fd, void *arg T_UNUSED)
{
	if (fd < 1024 && was_open[fd])
		return;
	ck_assert_msg(fcntl(fd, F_GETFD) & FD_CLOEXEC, "descriptor %d would be inherited", fd);
}

CORO(open_all_kinds)
{
	cigo_stream *r, *w, *tcp = NULL, *s;
	int port, ends[2], listener = tcp_listen("127.0.0.1", 0, 5, &port);
	char address[64];

	note_open(listener, NULL);
	snprintf(address, sizeof address, "127.0.0.1:%d", port);
	ok(cigo_pipe(&r, &w));
	ok(cigo_dial(ctx, "tcp", address, &tcp));
	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	note_open(ends[1], NULL);
	s = cigo_stream_open(ends[0]);
	equal(cigo_fd_wait(ctx, ends[1], CIGO_WRITE), CIGO_WRITE);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	t_each_number("/proc/self/fd", must_be_cloexec, NULL);
	cigo_stream_close(r);
	cigo_stream_close(w);
	cigo_stream_close(tcp);
	cigo_stream_close(s);
	close(ends[1]);
	close(listener);
	return 0;
}

/* asyncigo: none was */
TEST(every_descriptor_of_the_library_is_close_on_exec)
{
	t_each_number("/proc/self/fd", note_open, NULL);
	ok(t_run(open_all_kinds, NULL));
}
