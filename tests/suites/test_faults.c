/* SPDX-License-Identifier: MIT
 * Whatever the C library refuses, nothing leaks, hangs or crashes. */
#include "tests/tools/faults.h"
#include "tests/tools/wire.h"

#include <signal.h>
#include <sys/eventfd.h>

TEST_CASE("mechanism");

TEST(the_nth_call_fails_once)
{
	void *volatile p[4];

	fault_arm("malloc,calloc", 3, 0);
	p[0] = malloc(1);
	p[1] = calloc(1, 1);
	p[2] = malloc(1);
	p[3] = malloc(1);
	fault_disarm();
	ck_assert(p[0] && p[1] && !p[2] && p[3]);
	equal(fault_hits(), 1);
	equal(fault_calls("malloc"), 3);
	equal(fault_calls(NULL), 4);
	ck_assert_str_eq(fault_last(), "malloc");
	for (int i = 0; i < 4; i++)
		free(p[i]);
}

TEST(every_call_from_the_nth_on_fails)
{
	int fds[3];

	fault_arm_from("eventfd", 2, ENFILE);
	for (int i = 0; i < 3; i++) {
		errno = 0;
		fds[i] = eventfd(0, EFD_CLOEXEC);
	}
	fault_disarm();
	equal(errno, ENFILE);
	ck_assert(fds[0] >= 0 && fds[1] < 0 && fds[2] < 0);
	equal(fault_hits(), 2);
	close(fds[0]);
}

THREAD(do_nothing)
{
	return arg;
}

TEST(calls_that_return_their_error_do)
{
	pthread_t thread;

	fault_arm("any", 1, 0);
	equal(pthread_create(&thread, NULL, do_nothing, NULL), EAGAIN);
	fault_disarm();
	ck_assert_str_eq(fault_last(), "pthread_create");
}

static void arm_unknown(void *arg)
{
	fault_arm(arg, 1, 0);
}

TEST(a_call_not_wrapped_is_named)
{
	char name[] = "getpid";

	t_abort(arm_unknown, name, "no call named getpid");
}

/* ---- a world that uses all there is ---- */

/* As ck_assert, which allocates each time: and here malloc fails. */
#define must(condition)                                                                \
	do {                                                                           \
		if (!(condition)) {                                                    \
			fault_disarm();                                                \
			ck_abort_msg("after %s failed: %s", fault_last(), #condition); \
		}                                                                      \
	} while (0)

struct world {
	char address[64]; /* of our own server, by name */
	cigo_queue *queue;
	cigo_mutex *mutex;
	cigo_stream *in, *out;
	int inside;	     /* holders of the mutex */
	int called, dropped; /* callbacks */
	int calls;	     /* accepted */
	int spawned;	     /* arguments not yet freed */
};

/* Returns from the body with the error, if there is one. */
#define TRY(call)                       \
	do {                            \
		int err_ = (int)(call); \
		if (err_ < 0)           \
			return err_;    \
	} while (0)

CORO(produce)
{
	struct world *w = arg;

	for (int i = 0; i < 5; i++) {
		TRY(cigo_put(ctx, w->queue, &i));
		TRY(cigo_yield(ctx));
	}
	if (w->queue)
		cigo_queue_close(w->queue);
	return 0;
}

CORO(consume)
{
	const struct world *w = arg;
	int expected = 0, got, err;

	while (!(err = cigo_get(ctx, w->queue, &got)))
		must(got == expected++);
	return err == CIGO_ECLOSED ? 0 : err;
}

CORO(lock_and_wait)
{
	struct world *w = arg;

	for (int i = 0; i < 3; i++) {
		int err;

		TRY(cigo_mutex_lock(ctx, w->mutex));
		must(++w->inside == 1);
		err = cigo_sleep(ctx, CIGO_MS(1));
		w->inside--;
		cigo_mutex_unlock(w->mutex);
		TRY(err);
	}
	return 0;
}

CORO(write_lines)
{
	const struct world *w = arg;

	for (int i = 0; i < 3; i++) {
		TRY(cigo_stream_printf(ctx, w->out, "line %d\n", i));
		TRY(cigo_stream_send(w->out, "sent\n", 5));
	}
	TRY(cigo_stream_flush(ctx, w->out));
	return cigo_stream_shutdown(w->out);
}

CORO(read_lines)
{
	const struct world *w = arg;
	cigo_bytes line;
	char expected[32];

	for (int i = 0; i < 6; i++) {
		ssize_t n = cigo_stream_read_line(ctx, w->in, &line);

		TRY(n);
		if (n == 0)
			return 0; /* the writer gave up */
		snprintf(expected, sizeof expected, i % 2 ? "sent\n" : "line %d\n", i / 2);
		must(!strcmp(line.data, expected));
	}
	return 0;
}

CORO(dial_server)
{
	const struct world *w = arg;
	cigo_stream *s;
	int err;

	err = cigo_dial(ctx, "tcp", w->address, &s);
	must((err < 0) == (s == NULL));
	TRY(err);
	err = (int)cigo_stream_write(ctx, s, "hello", 5);
	cigo_stream_close(s);
	return err;
}

CALLBACK(be_called)
{
	struct world *w = arg;

	w->called += status == 0;
	w->dropped += status < 0;
}

CORO(call_back)
{
	struct world *w = arg;
	cigo_loop *loop = cigo_ctx_loop(ctx);
	int64_t id;

	for (int i = 0; i < 3; i++) {
		id = i == 0   ? cigo_loop_call_soon(loop, be_called, w)
		     : i == 1 ? cigo_loop_call_later(loop, CIGO_MS(1), be_called, w)
			      : cigo_loop_call_threadsafe(loop, be_called, w);
		TRY(id < 0 ? (int)id : 0);
		w->calls++;
	}
	return cigo_loop_wait_idle(ctx);
}

CORO(time_out)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(2));
	int value = 5, err = timed ? cigo_sleep(timed, CIGO_S(1)) : -ENOMEM;
	cigo_ctx *with = cigo_ctx_with_value(ctx, &value, &value, sizeof value);

	if (timed)
		must(err == -ETIMEDOUT || err == cigo_ctx_error(ctx));
	if (with)
		must(*(const int *)cigo_ctx_value(with, &value, sizeof value) == 5);
	cigo_ctx_unref(with);
	cigo_ctx_unref(timed);
	return err == -ETIMEDOUT ? 0 : err;
}

CORO(return_42)
{
	*(int *)ret = 42;
	return 0;
}

static int return_arg(void *arg)
{
	return *(int *)arg;
}

CORO(leave_loop)
{
	int got = 0, value = 7;

	must(cigo_blocking_call(ctx, return_arg, &value) == 7);
	TRY(cigo_take(ctx, cigo_go(ctx, return_42, sizeof got, NULL), &got));
	must(got == 42);
	return 0;
}

struct submitter {
	cigo_loop *loop;
	int got;
};

CORO(submit_from_worker)
{
	struct submitter *s = arg;
	int err = cigo_loop_submit(ctx, s->loop, return_42, NULL, &s->got, sizeof s->got);

	must(s->got == 42 ? !err || t_is_preemptive()
			  : err && !s->got); /* cancelled when it had it */
	return err;
}

CORO(submit)
{
	struct submitter s = { cigo_ctx_loop(ctx), 1 };

	return cigo_future_take(ctx, cigo_go(ctx, submit_from_worker, 0, &s), NULL, 0);
}

CORO(combine)
{
	cigo_future *f = cigo_future_new(sizeof(int)), *shield = cigo_future_shield(f);
	cigo_task *a = cigo_spawn(ctx, return_42, sizeof(int), NULL);
	cigo_task *b = cigo_spawn(ctx, return_42, sizeof(int), NULL);
	int value = 1, got, err;

	cigo_set(f, &value);
	err = cigo_wait_all(ctx, f, shield, a, b);
	if (!err)
		err = cigo_first_result(ctx, (cigo_future *const[]){ a, b }, 2, &got, sizeof got);
	if (err >= 0)
		must(got == 42);
	cigo_future_unref(f);
	cigo_future_unref(shield);
	cigo_detach(a);
	cigo_detach(b);
	return err < 0 ? err : 0;
}

static void count_freed(void *arg)
{
	--(*(struct world **)arg)->spawned;
}

CORO(use_copy)
{
	struct world *w = *(struct world **)arg;

	return w->spawned > 0 ? 0 : -EDOM;
}

CORO(copy_arguments)
{
	struct world *w = arg;
	cigo_task_options o = { .size = sizeof o,
				.name = "copier",
				.arg_size = sizeof(struct world *),
				.arg_free = count_freed };

	w->spawned++; /* freed once, whatever happens */
	return cigo_future_take(ctx, cigo_spawn_with(ctx, use_copy, 0, &w, &o), NULL, 0);
}

CORO(clean_up)
{
	cigo_ctx *grace;
	int err = cigo_sleep(ctx, CIGO_MS(3));

	grace = cigo_ctx_without_cancel(ctx, CIGO_S(1));
	if (grace)
		must(cigo_sleep(grace, CIGO_MS(1)) == 0);
	cigo_ctx_unref(grace);
	return err;
}

CORO(hear_signals)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(2));
	int sig = SIGUSR1, err = timed ? cigo_signal_wait(timed, &sig, 1) : -ENOMEM;

	must(err < 0);
	cigo_ctx_unref(timed);
	return err == -ETIMEDOUT ? 0 : err;
}

static cigo_coro_fn *const bodies[] = {
	produce,	consume,     lock_and_wait, lock_and_wait, write_lines,
	read_lines,	dial_server, call_back,	    time_out,	   leave_loop,
	copy_arguments, combine,     clean_up,	    hear_signals,  submit,
};

CORO(use_everything)
{
	struct world *w = arg;
	cigo_group *g;
	int err, closed;

	w->queue = cigo_queue_new(sizeof(int), 2);
	w->mutex = cigo_mutex_new();
	err = cigo_pipe(&w->in, &w->out);
	must((err < 0) == (w->in == NULL));
	must((err < 0) == (w->out == NULL));
	g = cigo_group_new(ctx, 0, 0);
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
		cigo_group_spawn(g, "body", bodies[i], 0, w);
	err = cigo_group_wait(ctx, g);
	closed = cigo_group_close(ctx, g);
	must(closed == err);
	must(w->inside == 0);
	cigo_queue_free(w->queue);
	cigo_mutex_free(w->mutex);
	cigo_stream_close(w->in);
	cigo_stream_close(w->out);
	return err;
}

TEST_CASE("sweep", .seconds = 60);

/* What a program may expect of a failed call: the call's own error, or that memory, threads or
 * descriptors ran out. */
static bool is_sane(int err)
{
	static const int sane[] = { 0,	    -ENOMEM,   -EAGAIN,	   -EMFILE,	  -ENOSPC,
				    -EIO,   -EINVAL,   -ENOBUFS,   -ECONNREFUSED, -ECONNRESET,
				    -EPIPE, -ENOTCONN, -ECANCELED, CIGO_ERESOLVE, CIGO_ECLOSED };

	for (size_t i = 0; i < sizeof sane / sizeof *sane; i++)
		if (err == sane[i])
			return true;
	return false;
}

static int server, server_port;

static void empty_server(void)
{
	int fd;

	while ((fd = accept4(server, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(fd);
}

/* Runs body with a failure armed; 0: no failure was met. */
static long run_once(cigo_coro_fn *body, int poller, const char *call, long n, bool from)
{
	cigo_loop_options o = { .size = sizeof o,
				.clock = CIGO_CLOCK_VIRTUAL,
				.poller = poller,
				.patience_ns = CIGO_MS(20) };
	struct world w = { .calls = 0 };
	int fds = t_count_fds(), err;
	long hits;

	snprintf(w.address, sizeof w.address, "localhost:%d", server_port);
	if (from)
		fault_arm_from(call, n, 0);
	else
		fault_arm(call, n, 0);
	err = cigo_run_with(&o, cigo_ctx_background(), body, &w);
	fault_disarm();
	hits = fault_hits();
	if (t_env("CIGO_FAULTS_TRACE", 0))
		fprintf(stderr, "%s %ld: %s, the run: %d\n", call, n, fault_last(), err);
	ck_assert_msg(is_sane(err), "%s %ld (%s): the run ends with %d", call, n, fault_last(),
		      err);
	ck_assert_msg(hits || !err, "no call failed, and the run ends with %d", err);
	ck_assert_msg(t_count_fds() == fds, "%s %ld (%s): %d descriptors more", call, n,
		      fault_last(), t_count_fds() - fds);
	ck_assert_msg(w.called + w.dropped == w.calls, "%s %ld (%s): %d callbacks of %d", call, n,
		      fault_last(), w.called + w.dropped, w.calls);
	ck_assert_msg(w.spawned == 0, "%s %ld (%s): an argument was freed %d times", call, n,
		      fault_last(), 1 - w.spawned);
	empty_server();
	return hits;
}

static void sweep(cigo_coro_fn *body, int poller, const char *call, bool from)
{
	long n = 1;

	server = tcp_listen("127.0.0.1", 0, 100, &server_port);
	while (run_once(body, poller, call, n, from)) {
		n += from && n > 20 ? n / 10 : 1; /* the first ones matter most */
		ck_assert_int_lt(n, 20000);
	}
	ck_assert_msg(n > 1, "the scenario makes no call of %s", call);
	close(server);
}

/* One test a poller. */
TEST(whichever_call_fails_once_nothing_leaks_hangs_or_crashes, BOTH_POLLERS)
{
	sweep(use_everything, _i, "any", false);
}

TEST(whenever_everything_begins_to_fail_nothing_leaks_hangs_or_crashes, BOTH_POLLERS)
{
	sweep(use_everything, _i, "any", true);
}

TEST(whenever_memory_runs_out_nothing_leaks_hangs_or_crashes, BOTH_POLLERS)
{
	sweep(use_everything, _i,
	      "malloc,calloc,realloc,reallocarray,aligned_alloc,posix_memalign,strdup,strndup",
	      true);
}

TEST(whenever_threads_run_out_nothing_leaks_hangs_or_crashes, BOTH_POLLERS)
{
	sweep(use_everything, _i, "pthread_create", true);
}

TEST(without_a_loop_a_wait_for_signals_leaks_nothing_whichever_call_fails)
{
	struct sigaction action;

	for (long n = 1; n < 20; n++) {
		int err;

		fault_arm("any", n, 0);
		err = hear_signals(cigo_ctx_background(), NULL, NULL);
		fault_disarm();
		ck_assert_msg(is_sane(err), "%ld (%s): %d", n, fault_last(), err);
	}
	ok(sigaction(SIGUSR1, NULL, &action));
	equal(action.sa_handler == SIG_DFL, true);
}

TEST(interrupted_waits_are_no_failures)
{
	struct world w = { .calls = 0 };

	server = tcp_listen("127.0.0.1", 0, 100, &server_port);
	snprintf(w.address, sizeof w.address, "localhost:%d", server_port);
	for (long n = 1; n < 30; n++) {
		fault_arm("epoll_wait,epoll_pwait2,poll,ppoll", n, EINTR);
		ok(t_run(use_everything, &w));
		fault_disarm();
	}
	for (long n = 1; n < 30; n++) {
		fault_arm("read,write,readv,writev,send,sendmsg,recv", n, EINTR);
		ok(t_run(use_everything, &w));
		fault_disarm();
	}
	close(server);
}

CORO(sleep_arg)
{
	return cigo_sleep(ctx, *(const int64_t *)arg);
}

/* A kernel or a tool that does not know the call, and a filter that forbids what it does not know. */
TEST(without_epoll_pwait2_it_waits_all_the_same)
{
	cigo_loop_options o = { .size = sizeof o,
				.clock = CIGO_CLOCK_REAL,
				.poller = CIGO_POLLER_EPOLL };
	static const int errors[] = { ENOSYS, EPERM };

	for (int i = 0; i < 2; i++) {
		int64_t ns = CIGO_MS(20), before = t_real_now();

		fault_arm_from("epoll_pwait2", 1, errors[i]);
		ok(cigo_run_with(&o, cigo_ctx_background(), sleep_arg, &ns));
		fault_disarm();
		ck_assert_int_ge(t_real_now() - before, ns);
		equal(fault_hits(),
		      t_under_tsan() ? 0 : 1); /* it is not tried again, resp. at all */
	}
}

/* ---- main cannot begin ---- */

CORO(do_nothing_at_all)
{
	++*(int *)arg;
	return 0;
}

/* The error of a run in which the first call of the kind fails; body must not have run. */
static int run_without(const char *call, int poller)
{
	cigo_loop_options o = { .size = sizeof o, .poller = poller, .patience_ns = 1 };
	int ran = 0, err;

	fault_arm_from(call, 1, 0);
	err = cigo_run_with(&o, cigo_ctx_background(), do_nothing_at_all, &ran);
	fault_disarm();
	ck_assert_int_gt(fault_hits(), 0);
	equal(ran, 0);
	return err;
}

TEST(a_loop_that_cannot_be_set_up_says_why)
{
	fails(run_without("malloc,calloc", CIGO_POLLER_EPOLL), -ENOMEM);
	fails(run_without("eventfd", CIGO_POLLER_EPOLL), -EMFILE);
	fails(run_without("epoll_create1", CIGO_POLLER_EPOLL), -EMFILE);
	fails(run_without("pthread_create", CIGO_POLLER_EPOLL), -EAGAIN);
	fails(run_without("eventfd", CIGO_POLLER_POLL), -EMFILE);
	fails(run_without("pthread_create", CIGO_POLLER_POLL), -EAGAIN);
}

/* ---- without a loop ---- */

/* The same for a plain thread: streams, contexts, dial. */
static int use_all_by_blocking(void)
{
	cigo_ctx *bg = cigo_ctx_background(), *ctx = cigo_ctx_with_timeout(bg, CIGO_S(5));
	cigo_queue *q = cigo_queue_new(sizeof(int), 0);
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_stream *in, *out, *s = NULL;
	char address[64], got[8];
	cigo_bytes line;
	int err = ctx ? 0 : -ENOMEM, e;

	e = cigo_pipe(&in, &out);
	err = err ? err : e;
	if (ctx) {
		e = (int)cigo_stream_printf(ctx, out, "hello\nworld");
		err = err ? err : e < 0 ? e : 0;
		if (e > 0) { /* or we would wait for it in vain */
			e = (int)cigo_stream_read_line(ctx, in, &line);
			err = err ? err : e < 0 ? e : 0;
			e = (int)cigo_stream_read(ctx, in, got, sizeof got);
			err = err ? err : e < 0 ? e : 0;
		}
		e = cigo_sleep(ctx, 1000);
		err = err ? err : e;
		snprintf(address, sizeof address, "localhost:%d", server_port);
		e = cigo_dial(ctx, "tcp", address, &s);
		must((e < 0) == (s == NULL));
		err = err ? err : e;
	}
	e = cigo_queue_try_put(q, &e, sizeof e);
	err = err ? err : e;
	e = cigo_set(f, &e);
	err = err ? err : e;
	cigo_stream_close(s);
	cigo_stream_close(in);
	cigo_stream_close(out);
	cigo_queue_free(q);
	cigo_future_unref(f);
	cigo_ctx_unref(ctx);
	return err;
}

TEST(without_a_loop_too_whichever_call_fails_nothing_leaks_hangs_or_crashes)
{
	server = tcp_listen("127.0.0.1", 0, 100, &server_port);
	for (int from = 0; from < 2; from++)
		for (long n = 1;; n++) {
			int fds = t_count_fds(), err;

			if (from)
				fault_arm_from("any", n, 0);
			else
				fault_arm("any", n, 0);
			err = use_all_by_blocking();
			fault_disarm();
			ck_assert_msg(is_sane(err), "%ld (%s): %d", n, fault_last(), err);
			ck_assert_msg(fault_hits() || !err, "no call failed, and yet: %d", err);
			ck_assert_msg(t_count_fds() == fds, "%ld (%s): %d descriptors more", n,
				      fault_last(), t_count_fds() - fds);
			empty_server();
			if (!fault_hits())
				break;
		}
	close(server);
}
