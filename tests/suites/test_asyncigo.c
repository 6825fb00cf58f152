/* SPDX-License-Identifier: MIT
 * What cigo must not repeat: one test for each fault that was seen in asyncigo, numbered as they
 * were found, named after what it shows. Missing are those of iterators.
 */
#include "tests/tools/wire.h"

#include <malloc.h>
#include <netdb.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/resource.h>

/* ---- 1, 2: waiters ---- */

BEFORE_ALL
{
	mallopt(M_ARENA_MAX, 1); /* mallinfo2 knows the first arena only */
}

TEST_CASE("faults", .seconds = 20);

struct locker {
	cigo_mutex *m;
	int *inside, *most;
};

CORO(locks)
{
	struct locker *l = arg;
	int err = cigo_mutex_lock(ctx, l->m);

	if (err)
		return err;
	if (++*l->inside > *l->most)
		*l->most = *l->inside;
	err = cigo_sleep(ctx, CIGO_MS(10));
	--*l->inside;
	cigo_mutex_unlock(l->m);
	return err;
}

LOOP_TEST(fault_01_cancelling_a_task_queued_on_a_mutex_leaves_it_locked)
{
	int inside = 0, most = 0;
	struct locker l = { cigo_mutex_new(), &inside, &most };
	cigo_task *owner = cigo_spawn(ctx, locks, 0, &l), *queued = cigo_spawn(ctx, locks, 0, &l);
	cigo_task *third;

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	fails(cigo_task_stop(ctx, queued), -ECANCELED);
	third = cigo_spawn(ctx, locks, 0, &l);
	ok(cigo_wait_all(ctx, owner, third));
	equal(most, 1);
	cigo_future_unref(owner);
	cigo_future_unref(third);
	cigo_mutex_free(l.m);
}

struct ready {
	int fd, events;
};

CORO(waits_for_fd)
{
	struct ready *r = arg;
	int events = cigo_fd_wait(ctx, r->fd, r->events);

	*(int *)ret = events;
	return events;
}

#define READY(fd, events)      \
	&(struct ready)        \
	{                      \
		(fd), (events) \
	}

LOOP_TEST(fault_02_reader_and_writer_of_a_descriptor_wait_independently_of_each_other)
{
	int ends[2], events;
	char buf[65536] = "";
	cigo_task *reader, *writer;

	raw_pair(ends);
	while (write(ends[0], buf, sizeof buf) > 0)
		;
	reader = cigo_spawn_copy(ctx, waits_for_fd, sizeof(int), READY(ends[0], CIGO_READ));
	writer = cigo_spawn_copy(ctx, waits_for_fd, sizeof(int), READY(ends[0], CIGO_WRITE));
	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, reader), -ECANCELED);
	ck_assert(!cigo_future_is_done(writer));
	while (read(ends[1], buf, sizeof buf) > 0)
		;
	ok(cigo_take(ctx, writer, &events));
	equal(events, CIGO_WRITE);
	reader = cigo_spawn_copy(ctx, waits_for_fd, sizeof(int), READY(ends[0], CIGO_READ));
	ok(cigo_yield(ctx));
	ck_assert(!cigo_future_is_done(reader)); /* the next wait is not poisoned */
	raw_say(ends[1], "x");
	ok(cigo_take(ctx, reader, &events));
	equal(events, CIGO_READ);
	close(ends[0]);
	close(ends[1]);
}

/* ---- 3: the tick ---- */

CALLBACK(calls_itself_again)
{
	if (status)
		return;
	t_say("c");
	cigo_loop_call_soon(cigo_ctx_loop(ctx), calls_itself_again, arg);
}

LOOP_TEST(fault_03_what_is_added_in_a_tick_runs_in_the_next, COOPERATIVE)
{
	cigo_loop_call_soon(cigo_ctx_loop(ctx), calls_itself_again, NULL);
	for (int i = 0; i < 4; i++) {
		ok(cigo_yield(ctx));
		t_say("m");
	}
	t_expect_said("cmcmcmcm");
}

REAL_TEST(fault_03_a_yielding_task_does_not_starve_io, COOPERATIVE)
{
	int ends[2], turns = 0;
	cigo_task *reader;

	raw_pipe(ends);
	reader = cigo_spawn_copy(ctx, waits_for_fd, sizeof(int), READY(ends[0], CIGO_READ));
	ok(cigo_yield(ctx));
	raw_say(ends[1], "x");
	while (!cigo_future_is_done(reader) && ++turns < 10000)
		ok(cigo_yield(ctx));
	ck_assert_int_lt(turns, 1000);
	ok(cigo_future_take(ctx, reader, NULL, 0));
	close(ends[0]);
	close(ends[1]);
}

/* ---- 4, 7, 8, 9, 10, 11: cancellation ---- */

struct getter {
	cigo_queue *q;
	int first, item, second;
};

CORO(gets_twice)
{
	struct getter *g = arg;
	int unused;

	g->first = cigo_get(ctx, g->q, &g->item);
	g->second = cigo_get(ctx, g->q, &unused);
	return 0;
}

LOOP_TEST(fault_04_delivered_value_survives_a_dead_context)
{
	cigo_ctx *c = cigo_ctx_with_cancel(ctx);
	struct getter g = { .q = cigo_queue_new(sizeof(int), 0) };
	cigo_task *t = cigo_spawn(c, gets_twice, 0, &g);

	ok(cigo_yield(ctx));
	ok(cigo_queue_try_put(g.q, &(int){ 7 }, sizeof(int)));
	cigo_ctx_cancel(c, 0); /* before the getter has run */
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(g.first, 0);
	equal(g.item, 7);
	equal(g.second, -ECANCELED);
	cigo_queue_free(g.q);
	cigo_ctx_unref(c);
}

CORO(awaits_ten)
{
	cigo_future **futures = arg;
	int *errors = ret, value;

	for (int i = 0; i < 10; i++) {
		errors[i] = cigo_await(ctx, futures[i], &value);
		if (!errors[i])
			equal(value, i);
	}
	return 0;
}

LOOP_TEST(fault_07_the_first_await_after_a_cancellation_is_cancelled, COOPERATIVE)
{
	cigo_future *futures[10];
	cigo_task *t = cigo_spawn(ctx, awaits_ten, 10 * sizeof(int), futures);
	int errors[10];

	for (int i = 0; i < 10; i++)
		futures[i] = cigo_future_new(sizeof(int));
	for (int i = 0; i < 10; i++) {
		if (i == 5)
			cigo_future_cancel(t, 0);
		ok(cigo_yield(ctx));
		cigo_ignore(cigo_set(futures[i], &i));
	}
	fails(cigo_take(ctx, t, &errors), -ECANCELED);
	for (int i = 0; i < 10; i++) {
		equal(errors[i], i < 5 ? 0 : -ECANCELED);
		cigo_future_unref(futures[i]);
	}
}

LOOP_TEST(fault_08_a_timeout_around_an_await_fires)
{
	int64_t start = cigo_now(ctx);
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(10));
	cigo_future *f = cigo_future_new(0);

	fails(cigo_join(timed, f), -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(10));
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

LOOP_TEST(fault_09_yield_under_a_dead_child_context_gives_the_cause)
{
	cigo_ctx *dead = t_dead(ctx, -EIO);

	fails(cigo_yield(dead), -EIO);
	ok(cigo_yield(ctx));
	cigo_ctx_unref(dead);
}

LOOP_TEST(fault_10_a_shield_holds_against_every_reason)
{
	static const int reasons[] = { -ECANCELED, -ETIMEDOUT, -EIO, CIGO_ECLOSED, 0 };

	for (int i = 0; i < 5; i++) {
		cigo_ctx *dead = cigo_ctx_with_cancel(ctx);
		cigo_task *t = t_job(ctx, .ns = CIGO_MS(5), .value = 3);
		cigo_future *shield = cigo_future_shield(t);
		int value;

		ok(cigo_yield(ctx));
		cigo_ctx_cancel(dead, reasons[i]);
		equal(cigo_await(dead, shield, &value), reasons[i] ? reasons[i] : -ECANCELED);
		fails(cigo_future_cancel(shield, reasons[i]), -EALREADY);
		ok(cigo_take(ctx, t, &value));
		equal(value, 3);
		cigo_future_unref(shield);
		cigo_ctx_unref(dead);
	}
}

LOOP_TEST(fault_11_a_task_stopped_before_its_start_completes, COOPERATIVE)
{
	int begun = 0;
	cigo_task *t = t_job(ctx, .begun = &begun);

	cigo_future_ref(t);
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	ck_assert(cigo_future_is_done(t));
	fails(cigo_join(ctx, t), -ECANCELED);
	equal(begun, 0);
	cigo_future_unref(t);
}

/* ---- 5, 6, 16, 17, 18, 26, 27, 28, 29: streams ---- */

LOOP_TEST(fault_05_who_stops_reading_lines_loses_none)
{
	cigo_stream *r, *w;
	cigo_bytes bytes;

	ok(cigo_pipe(&r, &w));
	equal(cigo_stream_write(ctx, w, "one\ntwo\nthree\n", 14), 14);
	cigo_stream_close(w);
	equal(cigo_stream_read_line(ctx, r, &bytes), 4);
	equal(cigo_stream_read_all(ctx, r, 100, &bytes), 10);
	ck_assert_mem_eq(bytes.data, "two\nthree\n", 10);
	cigo_stream_close(r);
}

CORO(sends_and_returns)
{
	size_t n = 1000000;
	char *data = malloc(n);
	int err;

	memset(data, 'x', n);
	err = cigo_stream_send(arg, data, n);
	free(data);
	return err;
}

CORO(writes)
{
	size_t n = 1000000;
	char *data = malloc(n);
	ssize_t written;

	memset(data, 'x', n);
	written = cigo_stream_write(ctx, arg, data, n);
	free(data);
	cigo_stream_close(arg);
	return written < 0 ? (int)written : 0;
}

CORO(spawns_writer_and_returns)
{
	cigo_detach(cigo_spawn(ctx, writes, 0, arg));
	return 0;
}

LOOP_TEST(fault_06_what_was_sent_is_written_though_its_sender_has_returned)
{
	cigo_stream *r, *w;
	cigo_bytes bytes;
	cigo_task *t;

	ok(cigo_pipe(&r, &w));
	t = cigo_spawn(ctx, sends_and_returns, 0, w);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(w);
	equal(cigo_stream_read_all(ctx, r, 2000000, &bytes), 1000000);
	cigo_stream_close(r);
	ok(cigo_pipe(&r, &w));
	t = cigo_spawn(ctx, spawns_writer_and_returns, 0, w);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(cigo_stream_read_all(ctx, r, 2000000, &bytes), 1000000);
	cigo_stream_close(r);
}

CORO(reads)
{
	char buf[16];
	ssize_t n = cigo_stream_read(ctx, arg, buf, sizeof buf);

	*(ssize_t *)ret = n;
	return n < 0 ? (int)n : 0;
}

LOOP_TEST(fault_16_close_wakes_who_waits)
{
	cigo_stream *r, *w;
	cigo_task *t;
	ssize_t n;

	ok(cigo_pipe(&r, &w));
	t = cigo_spawn(ctx, reads, sizeof n, r);
	ok(cigo_yield(ctx));
	cigo_stream_close(r);
	fails(cigo_take(ctx, t, &n), -ECANCELED);
	cigo_stream_close(w);
}

PIPE_TEST(fault_17_a_second_reader_is_told_and_the_first_reads_on)
{
	cigo_task *t;
	char buf[16];
	ssize_t n;

	t = cigo_spawn(ctx, reads, sizeof n, r);
	ok(cigo_yield(ctx));
	fails(cigo_stream_read(ctx, r, buf, sizeof buf), -EBUSY);
	equal(cigo_stream_write(ctx, w, "hello", 5), 5);
	ok(cigo_take(ctx, t, &n));
	equal(n, 5);
}

PIPE_TEST(fault_18_a_chunk_of_no_bytes_is_no_endless_loop)
{
	char c;

	equal(cigo_stream_write(ctx, w, "x", 1), 1);
	equal(cigo_stream_read_chunk(ctx, r, &c, 0), 0);
	equal(cigo_stream_read_chunk(ctx, r, &c, 1), 1);
}

PIPE_TEST(fault_26_a_read_gives_no_more_than_asked_for)
{
	char buf[16];
	cigo_bytes line;

	equal(cigo_stream_write(ctx, w, "a\n0123456789", 12), 12);
	equal(cigo_stream_read_line(ctx, r, &line), 2); /* the rest is buffered now */
	memset(buf, 'z', sizeof buf);
	equal(cigo_stream_read(ctx, r, buf, 3), 3);
	ck_assert_mem_eq(buf, "012z", 4);
	equal(cigo_stream_read_chunk(ctx, r, buf, 4), 4);
	ck_assert_mem_eq(buf, "3456z", 5);
}

struct piecemeal {
	int fd;
	size_t size;
};

/* Writes a line of size bytes, a page at a time as the pipe takes it. */
THREAD(writes_piecemeal)
{
	struct piecemeal *p = arg;
	char piece[4096];

	memset(piece, 'x', sizeof piece);
	for (size_t left = p->size; left; left -= left < sizeof piece ? left : sizeof piece) {
		size_t n = left < sizeof piece ? left : sizeof piece;

		if (n == left)
			piece[n - 1] = '\n';
		if (write(p->fd, piece, n) != (ssize_t)n)
			break;
	}
	close(p->fd);
	return NULL;
}

/* CPU time of this thread alone. */
static int64_t thread_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* What it costs to read a line of size bytes that comes in pieces of a page. */
static int64_t reading_a_line(cigo_ctx *ctx, size_t size)
{
	int ends[2];
	struct piecemeal p = { .size = size };
	cigo_stream *s;
	cigo_bytes line;
	pthread_t thread;
	int64_t start;

	ok(pipe2(ends, O_CLOEXEC));
	ck_assert_int_gt(fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
	p.fd = ends[1];
	thread = thread_start(writes_piecemeal, &p);
	s = cigo_stream_open(ends[0]);
	cigo_stream_set_limit(s, size);
	start = thread_time();
	equal(cigo_stream_read_line(ctx, s, &line), (ssize_t)size);
	start = thread_time() - start;
	cigo_stream_close(s);
	thread_join(thread);
	return start;
}

static int64_t shortest_reading_of_a_line(cigo_ctx *ctx, size_t size)
{
	int64_t shortest = CIGO_NEVER;

	for (int i = 0; i < 3; i++) {
		int64_t time = reading_a_line(ctx, size);

		if (time < shortest)
			shortest = time;
	}
	return shortest;
}

REAL_TEST(fault_27_reading_a_long_line_in_small_pieces_takes_linear_time)
{
	size_t size = (size_t)t_scale(4 << 20, 1 << 20);
	int64_t once, four_times;

	once = shortest_reading_of_a_line(ctx, size);
	four_times = shortest_reading_of_a_line(ctx, 4 * size);
	ck_assert_msg(four_times < 8 * once + CIGO_MS(100),
		      "%zu bytes: %.1f ms; four times as many: %.1f ms", size, once / 1e6,
		      four_times / 1e6);
}

LOOP_TEST(fault_28_a_line_has_a_limit_and_what_came_is_not_lost)
{
	static char data[1500000];
	int ends[2];
	cigo_stream *s;
	cigo_bytes bytes;

	memset(data, 'x', sizeof data);
	raw_pair(ends);
	s = cigo_stream_open(ends[1]);
	ok(cigo_stream_send(s, data, sizeof data));
	cigo_stream_close(s);
	s = cigo_stream_open(ends[0]);
	fails(cigo_stream_read_line(ctx, s, &bytes), -EMSGSIZE);
	fails(cigo_stream_read_line(ctx, s, &bytes), -EMSGSIZE);
	equal(cigo_stream_read_all(ctx, s, sizeof data, &bytes), sizeof data);
	cigo_stream_close(s);
}

CORO(reads_then_closes_the_other)
{
	cigo_stream **streams = arg;
	char c;
	ssize_t n = cigo_stream_read(ctx, streams[0], &c, 1);

	cigo_stream_close(streams[1]);
	return n == 1 ? 0 : -EIO;
}

LOOP_TEST(fault_29_an_event_never_reaches_the_next_owner_of_a_descriptor_s_number, COOPERATIVE)
{
	int a[2], b[2], fresh[2], number;
	cigo_stream *streams[2];
	cigo_task *closer, *victim;
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(50));
	ssize_t n;

	raw_pipe(a);
	raw_pipe(b);
	number = b[0];
	streams[0] = cigo_stream_open(a[0]);
	streams[1] = cigo_stream_open(b[0]);
	closer = cigo_spawn(ctx, reads_then_closes_the_other, 0, streams);
	victim = cigo_spawn(ctx, reads, sizeof n, streams[1]);
	ok(cigo_yield(ctx));
	raw_say(a[1], "x"); /* both events come in one batch */
	raw_say(b[1], "x");
	ok(cigo_future_take(ctx, closer, NULL, 0));
	cigo_ignore(cigo_take(ctx, victim, &n)); /* it was first, or was woken by the close */
	raw_pipe(fresh);
	if (fresh[0] != number) {
		equal(dup3(fresh[0], number, O_CLOEXEC), number);
		close(fresh[0]);
	}
	fails(cigo_fd_wait(timed, number, CIGO_READ), -ETIMEDOUT);
	raw_say(fresh[1], "y");
	equal(cigo_fd_wait(ctx, number, CIGO_READ), CIGO_READ);
	cigo_stream_close(streams[0]);
	close(number);
	close(fresh[1]);
	close(a[1]);
	close(b[1]);
	cigo_ctx_unref(timed);
}

/* ---- 12, 13, 14, 15: the run ---- */

THREAD(cancels_later)
{
	nap(5);
	cigo_ctx_cancel(arg, 0);
	return NULL;
}

TEST(fault_12_a_cancellation_from_outside_is_noticed_at_once)
{
	cigo_ctx *outer = cigo_ctx_with_cancel(cigo_ctx_background());
	pthread_t thread = thread_start(cancels_later, outer);
	int64_t start = t_real_now();

	fails(cigo_run_with(NULL, outer, t_sleeper, NULL), -ECANCELED);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(3));
	thread_join(thread);
	cigo_ctx_unref(outer);
}

static int cleaned_up;

CORO(has_children_that_clean_up)
{
	for (int i = 0; i < 3; i++)
		cigo_detach(
			t_job(ctx, .ns = CIGO_NEVER, .cleanup = CIGO_MS(1), .ended = &cleaned_up));
	return t_job_body(
		ctx,
		&(struct t_job){ .ns = CIGO_NEVER, .cleanup = CIGO_MS(1), .ended = &cleaned_up },
		NULL);
}

TEST(fault_13_a_deadline_lets_every_coroutine_clean_up, COOPERATIVE)
{
	cigo_ctx *outer = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(200));

	fails(cigo_run_with(NULL, outer, has_children_that_clean_up, NULL), -ETIMEDOUT);
	equal(cleaned_up, 4);
	cigo_ctx_unref(outer);
}

enum { POSTS = 10000 };

static int posted, out_of_order;

CALLBACK(counts_posts)
{
	if (status)
		return;
	out_of_order += (intptr_t)arg != posted++;
}

THREAD(posts)
{
	intptr_t refused = 0;

	for (intptr_t i = 0; i < POSTS; i++)
		refused += cigo_loop_call_threadsafe(arg, counts_posts, (void *)i) != 0;
	return (void *)refused;
}

LOOP_TEST(fault_14_ten_thousand_posts_block_nobody_while_the_loop_is_busy, COOPERATIVE)
{
	/* the loop stands still till the thread has posted all */
	ck_assert_ptr_null(on_thread(posts, cigo_ctx_loop(ctx)));
	equal(posted, 0);
	ok(cigo_loop_wait_idle(ctx));
	equal(posted, POSTS);
	equal(out_of_order, 0);
}

CORO(returns_at_once)
{
	return 0;
}

TEST(fault_14_posting_to_an_ended_loop_is_an_error)
{
	cigo_loop *loop = cigo_loop_new(NULL);

	ok(cigo_loop_run(loop, cigo_ctx_background(), returns_at_once, NULL));
	fails(cigo_loop_call_threadsafe(loop, counts_posts, NULL), CIGO_ECLOSED);
	ck_assert_ptr_eq(on_thread(posts, loop), (void *)(intptr_t)POSTS); /* all refused */
	equal(posted, 0);
	cigo_loop_unref(loop);
}

LOOP_TEST(fault_15_waiting_for_nothing_returns)
{
	ok(cigo_wait(ctx, CIGO_WAIT_ALL, NULL, 0));
	ok(cigo_wait(ctx, CIGO_WAIT_FIRST_RESULT, NULL, 0));
	ok(cigo_wait(ctx, CIGO_WAIT_FIRST_ERROR, NULL, 0));
	fails(cigo_first_result(ctx, NULL, 0, NULL, 0), -EINVAL);
}

/* ---- 19, 24, 25: descriptors ---- */

LOOP_TEST(fault_19_a_pipe_that_fails_closes_nothing)
{
	cigo_stream *r = (cigo_stream *)&r, *w = (cigo_stream *)&w;
	struct rlimit old, low;
	int lowest = dup(0), before, err;

	ck_assert_int_ge(lowest, 0);
	close(lowest);
	before = t_count_fds();
	ok(getrlimit(RLIMIT_NOFILE, &old));
	low = old;
	for (int room = 0; room < 2; room++) { /* for no end, for one end */
		low.rlim_cur = (rlim_t)(lowest + room);
		ok(setrlimit(RLIMIT_NOFILE, &low));
		err = cigo_pipe(&r, &w);
		ok(setrlimit(RLIMIT_NOFILE, &old));
		equal(err, -EMFILE);
		ck_assert_ptr_null(r);
		ck_assert_ptr_null(w);
		equal(t_count_fds(), before);
	}
	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	cigo_stream_close(w);
}

static void address(char *text, size_t size, int port)
{
	snprintf(text, size, "127.0.0.1:%d", port);
}

REAL_TEST(fault_24_fifty_dials_leave_no_descriptor)
{
	int port, listener = tcp_listen("127.0.0.1", 0, 64, &port), before = t_count_fds();
	char text[32];
	cigo_stream *s;

	address(text, sizeof text, port);
	for (int i = 0; i < 50; i++) {
		ok(cigo_dial(ctx, "tcp", text, &s));
		cigo_stream_close(s);
	}
	ok(cigo_yield(ctx));
	equal(t_count_fds(), before);
	close(listener);
	for (int i = 0; i < 50; i++) {
		fails(cigo_dial(ctx, "tcp", text, &s), -ECONNREFUSED);
		ck_assert_ptr_null(s);
	}
	equal(t_count_fds(), before - 1);
}

REAL_TEST(fault_25_every_descriptor_is_closed_on_exec)
{
	int port, listener = tcp_listen("127.0.0.1", 0, 4, &port),
		  plain = open("/dev/null", O_RDONLY);
	cigo_stream *r, *w, *dialled, *opened;
	char text[32];
	int checked = 0;

	address(text, sizeof text, port);
	equal(fcntl(plain, F_GETFD), 0);
	opened = cigo_stream_open(plain);
	ok(cigo_pipe(&r, &w));
	ok(cigo_dial(ctx, "tcp", text, &dialled));
	equal(fcntl(plain, F_GETFD), FD_CLOEXEC);
	equal(fcntl(cigo_stream_fd(r), F_GETFD), FD_CLOEXEC);
	equal(fcntl(cigo_stream_fd(w), F_GETFD), FD_CLOEXEC);
	equal(fcntl(cigo_stream_fd(dialled), F_GETFD), FD_CLOEXEC);
	for (int fd = plain < listener ? plain : listener; fd > 2; fd--) {
		char path[64], target[64] = "";

		/* the loop's own are older than ours and nothing else in this process is such */
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		if (readlink(path, target, sizeof target - 1) > 0 && strstr(target, "anon_inode")) {
			equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
			checked++;
		}
	}
	ck_assert_int_ge(checked, 1);
	cigo_stream_close(opened);
	cigo_stream_close(r);
	cigo_stream_close(w);
	cigo_stream_close(dialled);
	close(listener);
}

/* ---- 20, 21, 22, 23: time and memory ---- */

REAL_TEST(fault_20_one_sleep_is_a_few_polls_and_never_too_short)
{
	uint64_t polls = counts(ctx).polls;
	int64_t start = t_real_now();

	ok(cigo_sleep(ctx, 10900000));
	ck_assert_int_ge(t_real_now() - start, 10900000);
	ck_assert_uint_le(counts(ctx).polls - polls, 4);
}

CALLBACK(says_digit)
{
	if (!status)
		t_say((char[]){ (char)('0' + (intptr_t)arg), 0 });
}

LOOP_TEST(fault_21_callbacks_of_the_same_time_run_in_the_order_of_their_calls)
{
	for (intptr_t i = 0; i < 8; i++)
		cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(1), says_digit, (void *)i);
	ok(cigo_loop_wait_idle(ctx));
	t_expect_said("01234567");
	for (intptr_t i = 0; i < 8; i++)
		cigo_loop_call_soon(cigo_ctx_loop(ctx), says_digit, (void *)i);
	ok(cigo_loop_wait_idle(ctx));
	t_expect_said("01234567");
}

LOOP_TEST(fault_22_awaiting_finished_futures_needs_no_stack)
{
	long n = t_scale(1000000, 20000), sum = 0;
	cigo_future *f = t_done(1), *last = cigo_future_ref(f);
	int value;

	for (long i = 0; i < n; i++) {
		if (cigo_await(ctx, f, &value))
			ck_abort();
		sum += value;
	}
	equal(sum, n);
	for (int i = 0; i < 10000; i++) {
		cigo_future *shield = cigo_future_shield(last);

		cigo_future_unref(last);
		last = shield;
	}
	ok(cigo_take(ctx, last, &value));
	equal(value, 1);
	cigo_future_unref(f);
}

static void never_called(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(f), CIGO_UNUSED(err), CIGO_UNUSED(arg);
	ck_abort();
}

LOOP_TEST(fault_23_nothing_piles_up_on_a_long_lived_future)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *done = t_done(1);
	cigo_task *other = t_job(ctx, .future = f); /* so that our timeouts do not cancel it */
	cigo_ctx *dead = t_dead(ctx, -EIO);
	struct mallinfo2 before, after;

	ok(cigo_yield(ctx));
	for (long i = -1000; i < t_scale(50000, 5000); i++) {
		int place;

		if (i == 0)
			before = mallinfo2();
		if (cigo_await(dead, cigo_write_to(ctx, f, &place), &place) != -EIO ||
		    cigo_wait_any(ctx, f, done) != 0 ||
		    cigo_future_on_done(ctx, f, never_called, NULL) != 0 ||
		    cigo_future_off_done(f, never_called, NULL) != 0)
			ck_abort();
		cigo_future_unref(cigo_future_shield(f));
	}
	after = mallinfo2();
	if (!t_is_slow())
		ck_assert_uint_lt(after.uordblks, before.uordblks + 10000);
	cigo_future_set(f, &(int){ 5 }, sizeof(int));
	ok(cigo_future_take(ctx, other, NULL, 0));
	cigo_future_unref(f);
	cigo_future_unref(done);
	cigo_ctx_unref(dead);
}

/* ---- 30, 33, 34: tasks ---- */

struct family {
	cigo_ctx *ctx;
	cigo_task *child;
};

CORO(begets)
{
	struct family *f = arg;

	f->ctx = cigo_ctx_ref(ctx);
	f->child = t_job(ctx, .ns = CIGO_MS(5), .value = 1);
	return 0;
}

LOOP_TEST(fault_30_a_child_outlives_its_spawner)
{
	struct family f;
	cigo_task *late;
	int value;

	ok(cigo_future_take(ctx, cigo_spawn(ctx, begets, 0, &f), NULL, 0));
	late = t_job(f.ctx, .ns = CIGO_MS(5), .value = 2); /* with the context of one that ended */
	ok(cigo_take(ctx, f.child, &value));
	equal(value, 1);
	ok(cigo_take(ctx, late, &value));
	equal(value, 2);
	cigo_ctx_unref(f.ctx);
}

LOOP_TEST(fault_33_each_of_several_errors_can_be_asked_for, COOPERATIVE)
{
	static const int errors[] = { -EIO, -EPERM, -EXDEV };
	cigo_task *tasks[3];

	for (int i = 0; i < 3; i++)
		tasks[i] = t_job(ctx, .result = errors[i], .value = i);
	fails(cigo_wait(ctx, CIGO_WAIT_ALL, tasks, 3), -EXDEV);
	for (int i = 0; i < 3; i++) {
		int value;

		equal(cigo_take(ctx, tasks[i], &value), errors[i]);
		equal(value, i);
	}
}

CALLBACK_MISUSE_TEST(fault_34_an_await_in_a_callback_names_the_misuse, "cigo_future_await")
{
	cigo_ignore(cigo_join(ctx, cigo_future_new(0)));
}

CALLBACK_MISUSE_TEST(fault_34_a_yield_in_a_callback_names_the_misuse, "cigo_yield")
{
	cigo_ignore(cigo_yield(ctx));
}

/* ---- 31: names ---- */

static sem_t resolver_may_go;
static int resolvers_in, resolvers_out; /* atomic */

int __real_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **res);
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **res);

/* A name server that takes its time; links in the library's call (--wrap). */
int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **res)
{
	struct timespec until;

	if (!node || strcmp(node, "slow.test") || (hints && hints->ai_flags & AI_NUMERICHOST))
		return __real_getaddrinfo(node, service, hints, res);
	__atomic_fetch_add(&resolvers_in, 1, __ATOMIC_SEQ_CST);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 4;
	while (sem_timedwait(&resolver_may_go, &until) && errno == EINTR)
		;
	__atomic_fetch_add(&resolvers_out, 1, __ATOMIC_SEQ_CST);
	return EAI_NONAME;
}

CORO(ticks)
{
	int err = 0, n;

	for (n = 0; n < 5 && !err; n++)
		err = cigo_sleep(ctx, CIGO_MS(1));
	*(bool *)arg = !__atomic_load_n(&resolvers_out, __ATOMIC_SEQ_CST);
	sem_post(&resolver_may_go);
	return err;
}

REAL_TEST(fault_31_resolving_a_name_does_not_block_the_loop)
{
	bool ticked_meanwhile = false;
	cigo_task *ticker = cigo_spawn(ctx, ticks, 0, &ticked_meanwhile);
	cigo_stream *s;

	ok(sem_init(&resolver_may_go, 0, 0));
	fails(cigo_dial(ctx, "tcp", "slow.test:80", &s), CIGO_ERESOLVE);
	ck_assert_ptr_null(s);
	equal(resolvers_in, 1);
	ck_assert(ticked_meanwhile);
	ok(cigo_future_take(ctx, ticker, NULL, 0));
}

REAL_TEST(fault_31_who_gives_up_on_a_name_need_not_wait_for_it)
{
	int64_t start = t_real_now();
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_stream *s;

	ok(sem_init(&resolver_may_go, 0, 0));
	fails(cigo_dial(timed, "tcp", "slow.test:80", &s), -ETIMEDOUT);
	ck_assert_ptr_null(s);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(3));
	equal(__atomic_load_n(&resolvers_out, __ATOMIC_SEQ_CST), 0);
	sem_post(&resolver_may_go); /* the run's end waits for it */
	cigo_ctx_unref(timed);
}
