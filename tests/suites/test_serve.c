/* SPDX-License-Identifier: MIT
 * cigo_serve: a task per connection, the limit, the end, and what to do out of descriptors.
 */
#include "tests/tools/wire.h"

#include <sys/resource.h>

/* A server in a task, and what its handlers tell of themselves. */
struct world {
	cigo_listener *l;
	cigo_serve_options o;
	cigo_task *server;
	int running, most, begun, ended;
	int err;    /* of the last handler that ended */
	int64_t ns; /* nap: how long a handler sleeps */
};

/* Sends back what comes, to the end. */
static int echo(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct world *w = arg;
	char buf[512];
	ssize_t n;

	t_count(&w->begun);
	t_count_in(&w->running, &w->most);
	while ((n = cigo_stream_read(ctx, s, buf, sizeof buf)) > 0)
		if ((n = cigo_stream_write(ctx, s, buf, (size_t)n)) < 0)
			break;
	t_count_out(&w->running);
	t_count(&w->ended);
	__atomic_store_n(&w->err, (int)n, __ATOMIC_SEQ_CST);
	return (int)n;
}

static int sleeper(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct world *w = arg;

	(void)s;
	t_count(&w->begun);
	w->err = cigo_sleep(ctx, w->ns);
	t_count(&w->ended);
	return w->err;
}

struct served {
	struct world *w;
	cigo_serve_fn *fn;
};

CORO(serve_task)
{
	struct served *sv = arg;

	return cigo_serve(ctx, sv->w->l, sv->fn, sv->w, &sv->w->o);
}

/* Starts a server with the options of w. */
static void start(cigo_ctx *ctx, struct world *w, cigo_serve_fn *fn)
{
	w->o.size = sizeof w->o;
	w->l = must_listen(ctx, "tcp", "127.0.0.1:0");
	w->server = cigo_spawn_copy(ctx, serve_task, 0, &((struct served){ w, fn }));
	ok(cigo_yield(ctx));
}

/* Stops it and takes its result. */
static int end(cigo_ctx *ctx, struct world *w)
{
	int err;

	cigo_listener_stop(w->l);
	err = cigo_future_take(ctx, w->server, NULL, 0);
	equal(w->begun, w->ended);
	cigo_listener_close(w->l);
	return err;
}

static cigo_stream *client(cigo_ctx *ctx, const struct world *w)
{
	cigo_stream *s = NULL;

	ok(cigo_dial(ctx, "tcp", cigo_listener_address(w->l), &s));
	return s;
}

/* The same, with a client that has been there for ns. */
static cigo_stream *start_with_client(cigo_ctx *ctx, struct world *w, cigo_serve_fn *fn, int64_t ns)
{
	start(ctx, w, fn);
	cigo_stream *s = client(ctx, w);

	ok(cigo_sleep(ctx, ns));
	return s;
}

static void must_echo(cigo_ctx *ctx, cigo_stream *s)
{
	char got[8] = "";

	equal(cigo_stream_write(ctx, s, "hello", 5), 5);
	equal(cigo_stream_read_chunk(ctx, s, got, 5), 5);
	ck_assert_str_eq(got, "hello");
}

/* What the peer sees of a connection that was closed. */
static void must_end(cigo_ctx *ctx, cigo_stream *s)
{
	char c;
	ssize_t n = cigo_stream_read(ctx, s, &c, 1);

	ck_assert(n == 0 || n == -ECONNRESET);
}

TEST_CASE("serving");

LOOP_TEST(each_connection_has_a_task_of_its_own)
{
	struct world w = { .l = NULL };
	cigo_stream *s[20];

	start(ctx, &w, echo);
	for (int i = 0; i < 20; i++)
		s[i] = client(ctx, &w);
	for (int i = 19; i >= 0; i--)
		must_echo(ctx, s[i]);
	equal(w.most, 20);
	for (int i = 0; i < 20; i++)
		cigo_stream_close(s[i]);
	ok(end(ctx, &w));
	equal(w.ended, 20);
}

LOOP_TEST(many_connections_one_after_the_other_leave_nothing)
{
	struct world w = { .l = NULL };
	int fds;

	start(ctx, &w, echo);
	fds = t_count_fds();
	for (int i = 0; i < t_scale(1000, 100); i++) {
		cigo_stream *s = client(ctx, &w);

		must_echo(ctx, s);
		cigo_stream_close(s);
	}
	while (__atomic_load_n(&w.running, __ATOMIC_SEQ_CST))
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(t_count_fds(), fds);
	if (!t_is_preemptive()) /* there the handlers of those who left may take their time */
		ck_assert_int_le(w.most, 3);
	ok(end(ctx, &w));
}

static int failing(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct world *w = arg;

	CIGO_UNUSED(ctx), CIGO_UNUSED(s);
	t_count(&w->begun);
	t_count(&w->ended);
	return -EIO;
}

LOOP_TEST(a_handlers_error_ends_its_connection_and_nothing_else)
{
	struct world w = { .l = NULL };

	start(ctx, &w, failing);
	for (int i = 0; i < 10; i++) {
		cigo_stream *s = client(ctx, &w);

		must_end(ctx, s);
		cigo_stream_close(s);
	}
	ok(end(ctx, &w));
	equal(w.ended, 10);
}

LOOP_TEST(never_more_connections_than_the_limit)
{
	struct world w = { .o = { .limit = 3 } };
	cigo_stream *s[10];
	int fds;

	start(ctx, &w, echo);
	fds = t_count_fds();
	for (int i = 0; i < 10; i++)
		s[i] = client(ctx, &w);
	ok(cigo_sleep(ctx, CIGO_MS(50)));
	equal(w.running, 3);
	equal(t_count_fds(), fds + 10 + 3); /* nor is any accepted above it */
	for (int i = 0; i < 10; i++) {
		must_echo(ctx, s[i]);
		cigo_stream_close(s[i]);
	}
	ok(end(ctx, &w));
	equal(w.begun, 10);
	equal(w.most, 3);
}

LOOP_TEST(silent_clients_are_timed_out)
{
	struct world w = { .o = { .idle_ns = CIGO_S(30) } };
	int64_t begun = cigo_now(ctx);
	cigo_stream *s;

	start(ctx, &w, echo);
	s = client(ctx, &w);
	must_echo(ctx, s);
	must_end(ctx, s);
	ck_assert_int_ge(cigo_now(ctx) - begun, CIGO_S(30));
	ck_assert_int_lt(cigo_now(ctx) - begun, CIGO_S(31));
	fails(w.err, -ETIMEDOUT);
	cigo_stream_close(s);
	ok(end(ctx, &w));
}

LOOP_TEST(no_options_are_fine)
{
	struct world w = { .l = NULL };

	w.l = must_listen(ctx, "tcp", "127.0.0.1:0");
	cigo_listener_stop(w.l);
	ok(cigo_serve(ctx, w.l, echo, &w, NULL)); /* and one that is stopped already */
	cigo_listener_close(w.l);
	fails(cigo_serve(ctx, NULL, echo, &w, NULL), -ENOMEM);
}

TEST_CASE("end");

LOOP_TEST(after_a_stop_handlers_may_finish)
{
	struct world w = { .ns = CIGO_S(4) };
	cigo_stream *s;
	int64_t begun;

	s = start_with_client(ctx, &w, sleeper, CIGO_S(1));
	begun = cigo_now(ctx);
	ok(end(ctx, &w));
	ok(w.err);
	equal(cigo_now(ctx) - begun, CIGO_S(3));
	must_end(ctx, s);
	cigo_stream_close(s);
}

LOOP_TEST(out_of_grace_they_are_cancelled)
{
	struct world w = { .ns = CIGO_S(100), .o = { .grace_ns = CIGO_S(2) } };
	cigo_stream *s;
	int64_t begun;

	s = start_with_client(ctx, &w, sleeper, CIGO_S(1));
	begun = cigo_now(ctx);
	ok(end(ctx, &w));
	fails(w.err, -ETIMEDOUT);
	equal(cigo_now(ctx) - begun, CIGO_S(2));
	must_end(ctx, s);
	cigo_stream_close(s);
}

static void end_with_grace(cigo_ctx *ctx, int64_t grace, int64_t ns, int64_t takes, int err)
{
	struct world w = { .ns = ns, .o = { .grace_ns = grace } };
	cigo_stream *s;
	int64_t begun;

	s = start_with_client(ctx, &w, sleeper, CIGO_MS(100));
	begun = cigo_now(ctx);
	ok(end(ctx, &w));
	fails(w.err, err);
	equal(cigo_now(ctx) - begun, takes);
	cigo_stream_close(s);
}

LOOP_TEST(grace_is_5_s_or_none_or_for_ever)
{
	end_with_grace(ctx, 0, CIGO_S(100), CIGO_S(5), -ETIMEDOUT);
	end_with_grace(ctx, -1, CIGO_S(100), 0, -ETIMEDOUT);
	end_with_grace(ctx, CIGO_NEVER, CIGO_S(100.1), CIGO_S(100), 0);
}

static int stubborn(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct world *w = arg;
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(100));

	(void)s;
	t_count(&w->begun);
	w->err = cigo_sleep(ctx, CIGO_NEVER);
	ok(cigo_sleep(clean, CIGO_S(7)));
	cigo_ctx_unref(clean);
	t_count(&w->ended);
	return 0;
}

LOOP_TEST(it_waits_for_handlers_that_clean_up)
{
	struct world w = { .o = { .grace_ns = -1 } };
	cigo_stream *s;
	int64_t begun = cigo_now(ctx);

	s = start_with_client(ctx, &w, stubborn, CIGO_MS(100));
	ok(end(ctx, &w));
	ck_assert_int_ge(cigo_now(ctx) - begun, CIGO_S(7));
	cigo_stream_close(s);
}

LOOP_TEST(if_the_context_ends_handlers_are_cancelled_at_once)
{
	struct world w = { .ns = CIGO_S(100), .o = { .grace_ns = CIGO_S(50) } };
	cigo_stream *s;
	int64_t begun;

	s = start_with_client(ctx, &w, sleeper, CIGO_S(1));
	begun = cigo_now(ctx);
	cigo_future_cancel(w.server, -EIO);
	fails(end(ctx, &w), -EIO);
	fails(w.err, -EIO);
	equal(cigo_now(ctx), begun);
	cigo_stream_close(s);
}

LOOP_TEST(the_context_may_end_in_the_time_of_grace)
{
	struct world w = { .ns = CIGO_S(100), .o = { .grace_ns = CIGO_S(50) } };
	cigo_stream *s;
	int64_t begun;

	s = start_with_client(ctx, &w, sleeper, CIGO_S(1));
	begun = cigo_now(ctx);
	cigo_listener_stop(w.l);
	ok(cigo_sleep(ctx, CIGO_S(1)));
	equal(w.ended, 0);
	cigo_future_cancel(w.server, -EIO);
	fails(end(ctx, &w), -EIO);
	fails(w.err, -EIO);
	equal(cigo_now(ctx) - begun, CIGO_S(1));
	cigo_stream_close(s);
}

CALLBACK(stop_it)
{
	cigo_listener_stop(arg);
}

LOOP_TEST(a_context_that_ends_is_told_also_after_a_stop)
{
	struct world w = { .ns = CIGO_S(100), .o = { .size = sizeof w.o, .grace_ns = CIGO_S(50) } };
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(2));
	int64_t begun = cigo_now(ctx);
	cigo_stream *s;

	w.l = must_listen(ctx, "tcp", "127.0.0.1:0");
	s = client(ctx, &w);
	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(1), stop_it, w.l), 0);
	fails(cigo_serve(timed, w.l, sleeper, &w, &w.o), -ETIMEDOUT);
	equal(cigo_now(ctx) - begun, CIGO_S(2));
	equal(w.ended, 1);
	cigo_ctx_unref(timed);
	cigo_stream_close(s);
	cigo_listener_close(w.l);
}

LOOP_TEST(connections_whose_handlers_never_ran_are_closed, COOPERATIVE)
{
	struct world w = { .ns = CIGO_S(100) };
	int fds = t_count_fds();
	cigo_stream *s[5];

	w.o.size = sizeof w.o;
	w.l = must_listen(ctx, "tcp", "127.0.0.1:0");
	for (int i = 0; i < 5; i++)
		s[i] = client(ctx, &w);
	w.server = cigo_spawn_copy(ctx, serve_task, 0, &((struct served){ &w, sleeper }));
	ok(cigo_yield(ctx)); /* it has accepted them, and they are queued behind us */
	equal(w.begun, 0);
	cigo_future_cancel(w.server, 0);
	fails(cigo_future_take(ctx, w.server, NULL, 0), -ECANCELED);
	equal(w.begun, 0);
	for (int i = 0; i < 5; i++) {
		must_end(ctx, s[i]);
		cigo_stream_close(s[i]);
	}
	cigo_listener_close(w.l);
	equal(t_count_fds(), fds);
}

LOOP_TEST(a_full_server_hears_of_a_stop)
{
	struct world w = { .ns = CIGO_S(100), .o = { .limit = 1, .grace_ns = CIGO_S(2) } };
	cigo_stream *a, *b;
	int64_t begun = cigo_now(ctx);

	start(ctx, &w, sleeper);
	a = client(ctx, &w);
	b = client(ctx, &w);
	ok(cigo_sleep(ctx, CIGO_S(1)));
	ok(end(ctx, &w));
	equal(w.begun, 1);
	ck_assert_int_lt(cigo_now(ctx) - begun, CIGO_S(4));
	must_end(ctx, b);
	cigo_stream_close(a);
	cigo_stream_close(b);
}

LOOP_TEST(a_listener_may_be_closed_while_it_is_served)
{
	struct world w = { .ns = CIGO_S(3), .o = { .limit = 1 } };
	cigo_stream *s;

	s = start_with_client(ctx, &w, sleeper, CIGO_S(1));
	cigo_listener_close(w.l);
	ok(cigo_future_take(ctx, w.server, NULL, 0));
	equal(w.ended, 1);
	cigo_stream_close(s);
}

static int stopping(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct world *w = arg;

	CIGO_UNUSED(ctx), CIGO_UNUSED(s);
	t_count(&w->begun);
	cigo_listener_stop(w->l);
	t_count(&w->ended);
	return 0;
}

LOOP_TEST(a_handler_may_stop_the_server)
{
	struct world w = { .l = NULL };
	cigo_stream *s;

	start(ctx, &w, stopping);
	s = client(ctx, &w);
	ok(cigo_future_take(ctx, w.server, NULL, 0));
	equal(w.ended, 1);
	cigo_stream_close(s);
	cigo_listener_close(w.l);
}

TEST_CASE("descriptors");

static struct rlimit limit_before;

/* So that only `more` further descriptors can be had. */
static void leave_descriptors(int more)
{
	int highest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	struct rlimit low;

	close(highest);
	ok(getrlimit(RLIMIT_NOFILE, &limit_before));
	low = limit_before;
	low.rlim_cur = (rlim_t)(highest + more);
	ok(setrlimit(RLIMIT_NOFILE, &low));
}

static void raw_echo(int fd)
{
	char got[8] = "";

	raw_say(fd, "hello");
	equal(recv(fd, got, 5, MSG_WAITALL), 5);
	ck_assert_str_eq(got, "hello");
}

CORO(echo_one)
{
	cigo_blocking_begin(ctx);
	raw_echo(*(int *)arg);
	cigo_blocking_end(ctx);
	return 0;
}

enum { CROWD = 60, ROOM = 7 };

/* 60 clients, room for 7: no more polls and switches than trying now and then takes; in the end all
 * are served. */
REAL_TEST(without_descriptors_it_waits_and_does_not_spin, COOPERATIVE)
{
	struct world w = { .l = NULL };
	int fds[CROWD], closed = 0;
	uint64_t polls, ticks;

	start(ctx, &w, echo);
	for (int i = 0; i < CROWD; i++)
		fds[i] = raw_client(w.l);
	leave_descriptors(ROOM);
	ok(cigo_sleep(ctx, CIGO_MS(200)));
	equal(w.running, ROOM);
	polls = counts(ctx).polls;
	ticks = counts(ctx).ticks;
	ok(cigo_sleep(ctx, CIGO_S(1)));
	ck_assert_int_lt(counts(ctx).polls - polls, 30);
	ck_assert_int_lt(counts(ctx).ticks - ticks, 30);
	for (int i = 0; i < ROOM; i++) /* it serves those it has */
		ok(cigo_future_take(ctx, cigo_spawn(ctx, echo_one, 0, &fds[i]), NULL, 0));
	for (; closed < CROWD; closed++) { /* and as they go, the others */
		ok(cigo_future_take(ctx, cigo_spawn(ctx, echo_one, 0, &fds[closed]), NULL, 0));
		close(fds[closed]);
	}
	setrlimit(RLIMIT_NOFILE, &limit_before);
	ok(end(ctx, &w));
	equal(w.ended, CROWD);
}

LOOP_TEST(without_descriptors_it_hears_of_a_stop, COOPERATIVE)
{
	struct world w = { .l = NULL };
	int64_t begun;
	int fd;

	start(ctx, &w, echo);
	fd = raw_client(w.l);
	leave_descriptors(0);
	ok(cigo_sleep(ctx, CIGO_S(10)));
	equal(w.begun, 0);
	begun = cigo_now(ctx);
	ok(end(ctx, &w));
	equal(cigo_now(ctx), begun);
	setrlimit(RLIMIT_NOFILE, &limit_before);
	close(fd);
}

LOOP_TEST(when_descriptors_come_free_elsewhere_it_goes_on_within_a_second, COOPERATIVE)
{
	struct world w = { .l = NULL };
	int64_t begun;
	int fd;

	start(ctx, &w, echo);
	fd = raw_client(w.l);
	leave_descriptors(0);
	ok(cigo_sleep(ctx, CIGO_S(100)));
	equal(w.begun, 0);
	setrlimit(RLIMIT_NOFILE, &limit_before);
	begun = cigo_now(ctx);
	while (!w.begun)
		ok(cigo_sleep(ctx, CIGO_MS(10)));
	ck_assert_int_le(cigo_now(ctx) - begun, CIGO_S(1.02));
	close(fd);
	ok(end(ctx, &w));
}

TEST_CASE("orders", .seconds = 40);

CORO(visitor)
{
	struct world *w = arg;
	cigo_stream *s = client(ctx, w);

	must_echo(ctx, s);
	cigo_stream_close(s);
	return 0;
}

CORO(crowd_main)
{
	struct world w = { .o = { .limit = 3 } };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	start(ctx, &w, echo);
	for (int i = 0; i < 10; i++)
		cigo_spawn_in(g, visitor, 0, &w);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	ok(end(ctx, &w));
	equal(w.ended, 10);
	if (!t_is_preemptive()) /* there the handlers of those who left may take their time */
		ck_assert_int_le(w.most, 3);
	return 0;
}

TEST(whatever_the_order_all_are_served)
{
	for (uint64_t seed = 1; seed <= (uint64_t)t_scale(200, 40); seed++)
		ok(t_run_seed(seed, crowd_main, NULL));
}

TEST_CASE("misuse");

static void without_loop(void *arg T_UNUSED)
{
	struct world w = { .l = NULL };

	ok(cigo_listen(cigo_ctx_background(), "tcp", "127.0.0.1:0", NULL, &w.l));
	cigo_ignore(cigo_serve(cigo_ctx_background(), w.l, echo, &w, NULL));
}

static void no_handler(void *arg T_UNUSED)
{
	cigo_ignore(cigo_serve(cigo_ctx_background(), NULL, NULL, NULL, NULL));
}

static void no_size(void *arg T_UNUSED)
{
	cigo_ignore(cigo_serve(cigo_ctx_background(), NULL, echo, NULL,
			       &(cigo_serve_options){ .limit = 1 }));
}

TEST(what_makes_no_sense_is_misuse)
{
	t_abort(without_loop, NULL, "needs a loop");
	t_abort(no_handler, NULL, "nobody to handle");
	t_abort(no_size, NULL, "size in a cigo_serve_options is 0");
}

TEST_CASE("between the wake and the turn");

static cigo_event *ends;

/* The canceller waits for the event, and so comes before the server. */
static int tells_and_ends(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct world *w = arg;
	char c;
	ssize_t n = cigo_stream_read(ctx, s, &c, 1);

	w->begun++;
	w->ended++;
	cigo_event_set(ends);
	return n < 0 ? (int)n : 0;
}

LOOP_TEST(a_full_server_cancelled_after_its_wake_hears_of_it, COOPERATIVE)
{
	struct world w = { .o.limit = 1 };
	cigo_stream *a, *b;

	ends = cigo_event_new();
	start(ctx, &w, tells_and_ends);
	a = client(ctx, &w);
	b = client(ctx, &w);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	equal(cigo_stream_write(ctx, a, "x", 1), 1);
	ok(cigo_event_wait(ctx, ends));
	cigo_future_cancel(w.server, 0);
	fails(end(ctx, &w), -ECANCELED);
	equal(w.begun, 1);
	cigo_event_free(ends);
	cigo_stream_close(a);
	cigo_stream_close(b);
}
