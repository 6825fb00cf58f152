/* SPDX-License-Identifier: MIT
 * Waiting for descriptors of one's own.
 */
#include "tests/tools/kit.h"

#include <dirent.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

struct waiter {
	int fd, events;
	int result;
};

CORO(wait_fd)
{
	struct waiter *w = arg;

	w->result = cigo_fd_wait(ctx, w->fd, w->events);
	return 0;
}

LOOP_TEST(a_wait_returns_what_the_descriptor_is_ready_for)
{
	int fd[2];

	raw_pair(fd);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ | CIGO_WRITE), CIGO_WRITE);
	raw_say(fd[1], "x");
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ), CIGO_READ);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ | CIGO_WRITE), CIGO_READ | CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), CIGO_WRITE);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

LOOP_TEST(a_wait_ends_when_the_descriptor_becomes_ready)
{
	int fd[2];
	struct waiter w = { .events = CIGO_READ };
	cigo_task *t;

	raw_pair(fd);
	w.fd = fd[0];
	t = cigo_spawn(ctx, wait_fd, 0, &w);
	ok(cigo_sleep(ctx, CIGO_S(1)));
	equal(cigo_future_is_done(t), false);
	raw_say(fd[1], "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(w.result, CIGO_READ);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

LOOP_TEST(a_wait_for_writing_ends_when_there_is_room)
{
	int fd[2];
	struct waiter w = { .events = CIGO_WRITE };
	static char mass[65536];
	cigo_task *t;

	raw_pipe(fd);
	while (write(fd[1], mass, sizeof mass) > 0)
		;
	w.fd = fd[1];
	t = cigo_spawn(ctx, wait_fd, 0, &w);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_is_done(t), false);
	ck_assert_int_gt(read(fd[0], mass, sizeof mass), 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(w.result, CIGO_WRITE);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

LOOP_TEST(a_hang_up_counts_as_ready_for_all_that_was_asked)
{
	int fd[2], both = CIGO_READ | CIGO_WRITE;

	raw_pair(fd);
	close(fd[1]);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ), CIGO_READ);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fd[0], both), both);
	close(fd[0]);
	raw_pipe(fd);
	close(fd[0]);
	equal(cigo_fd_wait(ctx, fd[1], CIGO_WRITE), CIGO_WRITE);
	close(fd[1]);
	raw_pipe(fd);
	close(fd[1]);
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ), CIGO_READ);
	close(fd[0]);
	return 0;
}

LOOP_TEST(a_hang_up_wakes_reader_and_writer)
{
	int fd[2];
	struct waiter r = { .events = CIGO_READ }, w = { .events = CIGO_WRITE };
	static char mass[65536];
	cigo_task *a, *b;

	raw_pair(fd);
	while (write(fd[0], mass, sizeof mass) > 0)
		;
	r.fd = w.fd = fd[0];
	a = cigo_spawn(ctx, wait_fd, 0, &r);
	b = cigo_spawn(ctx, wait_fd, 0, &w);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	close(fd[1]);
	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
	equal(r.result, CIGO_READ);
	equal(w.result, CIGO_WRITE);
	close(fd[0]);
	return 0;
}

LOOP_TEST(wrong_events_are_einval)
{
	int fd[2], wrong[] = { 0, 4, 8, -1, CIGO_READ | 4 };

	raw_pair(fd);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		fails(cigo_fd_wait(ctx, fd[0], wrong[i]), -EINVAL);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

LOOP_TEST(a_bad_descriptor_is_ebadf)
{
	int closed = dup(0);

	close(closed);
	fails(cigo_fd_wait(ctx, -1, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, closed, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, closed, CIGO_WRITE), -EBADF);
	fails(cigo_fd_wait(ctx, 1 << 20, CIGO_READ | CIGO_WRITE), -EBADF);
	fails(cigo_fd_wait(ctx, INT32_MAX, CIGO_READ), -EBADF);
	fails(cigo_fd_wait(ctx, INT32_MIN, CIGO_READ), -EBADF);
	return 0;
}

/* epoll refuses them with EPERM */
LOOP_TEST(a_regular_file_is_always_ready)
{
	FILE *f = tmpfile();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), both = CIGO_READ | CIGO_WRITE;

	equal(cigo_fd_wait(ctx, fileno(f), CIGO_READ), CIGO_READ);
	equal(cigo_fd_wait(ctx, fileno(f), CIGO_WRITE), CIGO_WRITE);
	equal(cigo_fd_wait(ctx, fileno(f), both), both);
	equal(cigo_fd_wait(ctx, null, both), both);
	fclose(f);
	close(null);
	return 0;
}

LOOP_TEST(a_third_waiter_on_a_descriptor_is_told_that_it_is_busy)
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
	ok(cigo_yield(ctx));
	fails(cigo_fd_wait(ctx, fd[0], CIGO_READ), -EBUSY);
	fails(cigo_fd_wait(ctx, fd[0], CIGO_READ | CIGO_WRITE), -EBUSY);
	writer = cigo_spawn(ctx, wait_fd, 0, &w);
	ok(cigo_yield(ctx));
	fails(cigo_fd_wait(ctx, fd[0], CIGO_WRITE), -EBUSY);
	fails(cigo_fd_wait(ctx, fd[0], CIGO_READ), -EBUSY);
	raw_say(fd[1], "x"); /* the two who wait are none the worse for it */
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

CORO(read_stream)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1) - 1;
}

LOOP_TEST(a_streams_reader_counts_as_a_waiter)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_task *t = cigo_spawn(ctx, read_stream, 0, s);

	ok(cigo_yield(ctx));
	fails(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_READ), -EBUSY);
	equal(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_WRITE), CIGO_WRITE);
	raw_say(raw, "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
	raw_say(raw, "y");
	equal(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_READ), CIGO_READ);
	cigo_stream_close(s);
	close(raw);
	return 0;
}

LOOP_TEST(cancelling_the_reader_leaves_the_writer_waiting)
{
	int fd[2];
	struct waiter r = { .events = CIGO_READ }, w = { .events = CIGO_WRITE };
	static char mass[65536];
	cigo_task *reader, *writer;

	raw_pair(fd);
	while (write(fd[0], mass, sizeof mass) > 0)
		;
	r.fd = w.fd = fd[0];
	for (int i = 0; i < 3; i++) {
		reader = cigo_spawn(ctx, wait_fd, 0, &r);
		writer = cigo_spawn(ctx, wait_fd, 0, &w);
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		fails(cigo_task_stop(ctx, reader), -ECANCELED);
		fails(r.result, -ECANCELED);
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		equal(cigo_future_is_done(writer), false);
		reader = cigo_spawn(ctx, wait_fd, 0, &r); /* the place is free again */
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		fails(cigo_task_stop(ctx, writer), -ECANCELED);
		equal(cigo_future_is_done(reader), false);
		raw_say(fd[1], "x");
		ok(cigo_future_take(ctx, reader, NULL, 0));
		equal(r.result, CIGO_READ);
		ck_assert_int_eq(read(fd[0], mass, sizeof mass), 1);
	}
	close(fd[0]);
	close(fd[1]);
	return 0;
}

LOOP_TEST(a_number_may_be_closed_and_used_again_after_a_wait)
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
	return 0;
}

LOOP_TEST(a_wait_under_a_dead_context_fails_with_its_cause)
{
	int fd[2];
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);

	raw_pair(fd);
	cigo_ctx_cancel(dead, -EIO);
	fails(cigo_fd_wait(dead, fd[0], CIGO_READ), -EIO);
	cigo_ctx_unref(dead);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

LOOP_TEST(a_timeout_ends_a_wait_to_the_nanosecond)
{
	int fd[2];
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, 1234567891);
	int64_t start = cigo_now(ctx);

	raw_pair(fd);
	fails(cigo_fd_wait(timed, fd[0], CIGO_READ), -ETIMEDOUT);
	equal(cigo_now(ctx), start + 1234567891);
	cigo_ctx_unref(timed);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

LOOP_TEST(eventfds_timerfds_and_duplicates_can_be_waited_for)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), copy = dup(event);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct itimerspec soon = { { 0, 0 }, { 0, 1 } };
	struct waiter w[3] = { { event, CIGO_READ, 0 },
			       { copy, CIGO_READ, 0 },
			       { timer, CIGO_READ, 0 } };
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
	return 0;
}

/* ---- without a loop ---- */

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

T_TEST(without_a_loop_a_wait_blocks_the_thread)
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

T_TEST(without_a_loop_a_wait_is_woken_by_a_cancellation_from_another_thread)
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

T_TEST(without_a_loop_a_timeout_ends_a_wait)
{
	int fd[2];
	cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(20));
	int64_t start = t_real_now();

	raw_pair(fd);
	fails(cigo_fd_wait(timed, fd[0], CIGO_READ), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(20));
	cigo_ctx_unref(timed);
	close(fd[0]);
	close(fd[1]);
}

T_TEST(without_a_loop_errors_are_the_same)
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

MISUSE(wait_without_the_loop)
{
	int fd[2];

	raw_pair(fd);
	t_run(wait_without_loop, &fd[0]);
}

T_TEST(to_wait_without_a_loop_in_a_coroutine_is_misuse)
{
	t_abort(wait_without_the_loop, NULL, "cigo_fd_wait");
}

/* ---- close-on-exec ---- */

static bool was_open[1024];

static void note_open(int fd)
{
	if (fd < 1024)
		was_open[fd] = true;
}

static void must_be_cloexec(int fd)
{
	if (fd < 1024 && was_open[fd])
		return;
	ck_assert_msg(fcntl(fd, F_GETFD) & FD_CLOEXEC, "descriptor %d would be inherited", fd);
}

static void each_fd(void (*fn)(int fd))
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;

	while ((e = readdir(dir)))
		if (e->d_name[0] != '.' && atoi(e->d_name) != dirfd(dir))
			fn(atoi(e->d_name));
	closedir(dir);
}

CORO(open_all_kinds)
{
	cigo_stream *r, *w, *tcp = NULL, *s;
	int port, ends[2], listener = tcp_listen("127.0.0.1", 0, 5, &port);
	char address[64];

	note_open(listener);
	snprintf(address, sizeof address, "127.0.0.1:%d", port);
	ok(cigo_pipe(&r, &w));
	ok(cigo_dial(ctx, "tcp", address, &tcp));
	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	note_open(ends[1]);
	s = cigo_stream_open(ends[0]);
	equal(cigo_fd_wait(ctx, ends[1], CIGO_WRITE), CIGO_WRITE);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	each_fd(must_be_cloexec);
	cigo_stream_close(r);
	cigo_stream_close(w);
	cigo_stream_close(tcp);
	cigo_stream_close(s);
	close(ends[1]);
	close(listener);
	return 0;
}

/* asyncigo: none was */
T_TEST(every_descriptor_of_the_library_is_close_on_exec)
{
	each_fd(note_open);
	ok(t_run(open_all_kinds, NULL));
}

int main(void)
{
	Suite *s = suite_create("fd");
	TCase *tc = t_case(s, "ready");

	t_add(tc, a_wait_returns_what_the_descriptor_is_ready_for);
	t_add(tc, a_wait_ends_when_the_descriptor_becomes_ready);
	t_add(tc, a_wait_for_writing_ends_when_there_is_room);
	t_add(tc, a_hang_up_counts_as_ready_for_all_that_was_asked);
	t_add(tc, a_hang_up_wakes_reader_and_writer);
	t_add(tc, a_regular_file_is_always_ready);
	t_add(tc, eventfds_timerfds_and_duplicates_can_be_waited_for);
	tc = t_case(s, "errors");
	t_add(tc, wrong_events_are_einval);
	t_add(tc, a_bad_descriptor_is_ebadf);
	t_add(tc, a_third_waiter_on_a_descriptor_is_told_that_it_is_busy);
	t_add(tc, a_streams_reader_counts_as_a_waiter);
	tc = t_case(s, "cancellation");
	t_add(tc, cancelling_the_reader_leaves_the_writer_waiting);
	t_add(tc, a_number_may_be_closed_and_used_again_after_a_wait);
	t_add(tc, a_wait_under_a_dead_context_fails_with_its_cause);
	t_add(tc, a_timeout_ends_a_wait_to_the_nanosecond);
	tc = t_case(s, "without a loop");
	t_add(tc, without_a_loop_a_wait_blocks_the_thread);
	t_add(tc, without_a_loop_a_wait_is_woken_by_a_cancellation_from_another_thread);
	t_add(tc, without_a_loop_a_timeout_ends_a_wait);
	t_add(tc, without_a_loop_errors_are_the_same);
	t_add(tc, to_wait_without_a_loop_in_a_coroutine_is_misuse);
	tc = t_case(s, "close-on-exec");
	t_add(tc, every_descriptor_of_the_library_is_close_on_exec);
	return t_main(s);
}
