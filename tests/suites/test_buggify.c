/* SPDX-License-Identifier: MIT
 * Every noun under cancellations at random (CIGO_DEBUG_CANCEL): a task is cancelled between the wake
 * and its turn. What must hold: each call tells its value or the cause, a call under a dead context is
 * over within a millisecond of virtual time, and nothing is left behind.
 *
 * CIGO_CANCEL_SEEDS=n tries the seeds 1 to n.
 */
#include "tests/tools/kit.h"

#include <signal.h>

enum { WORKERS = 6, ROUNDS = 12, PATIENCE = 40 /* ms, then all that is left is cancelled */ };

struct worker {
	int number;
	cigo_ctx *ctx;	/* while it runs */
	unsigned calls; /* so far; */
	bool inside;	/* in the last of them */
	unsigned seen;	/* the watch found it in this one, under a dead context */
	cigo_task *task;
};

TEST_CASE("cancelled between the wake and the turn", .seconds = 60);

static struct worker workers[WORKERS];
static long the_seed;

/* ---- calls and their watch ---- */

static void entering(struct worker *w)
{
	w->calls++;
	w->inside = true;
}

static long left(struct worker *w, long result, long also)
{
	w->inside = false;
	if (result < 0 && result != -ECANCELED && result != also)
		ck_abort_msg("seed %ld: worker %d got %ld", the_seed, w->number, result);
	return result;
}

/* The result of a call, which is no error but -ECANCELED (or also). */
#define CALL(call)	    CALL_OR(0, call)
#define CALL_OR(also, call) (entering(w), left(w, (call), (also)))
#define MUST(call)                         \
	do {                               \
		if (CALL(call) < 0)        \
			return -ECANCELED; \
	} while (0)
#define BODY(name)                                               \
	static int name##_work(cigo_ctx *ctx, struct worker *w); \
	CORO(name)                                               \
	{                                                        \
		struct worker *w = arg;                          \
		w->ctx = ctx;                                    \
		int err_ = 0;                                    \
		for (int i_ = 0; i_ < ROUNDS && !err_; i_++)     \
			err_ = name##_work(ctx, w);              \
		w->ctx = NULL;                                   \
		return err_;                                     \
	}                                                        \
	static int name##_work(cigo_ctx *ctx, struct worker *w)

static void look_at(struct worker *w)
{
	if (!w->ctx || !w->inside || !cigo_ctx_error(w->ctx))
		return;
	if (w->seen == w->calls)
		ck_abort_msg("seed %ld: worker %d is cancelled, and its call never ends", the_seed,
			     w->number);
	w->seen = w->calls;
}

/* Runs the workers to their end. */
static void watch(cigo_ctx *ctx, cigo_coro_fn *fn)
{
	int running = WORKERS;

	memset(workers, 0, sizeof workers);
	for (int i = 0; i < WORKERS; i++) {
		workers[i].number = i;
		workers[i].task = cigo_task_spawn(ctx, "worker", fn, 0, &workers[i]);
	}
	for (int ms = 0; running; ms++) {
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		running = 0;
		for (int i = 0; i < WORKERS; i++) {
			look_at(&workers[i]);
			running += !cigo_future_is_done(workers[i].task);
			if (ms == PATIENCE)
				cigo_future_cancel(workers[i].task, 0);
		}
		ck_assert_int_lt(ms, 10 * PATIENCE);
	}
	for (int i = 0; i < WORKERS; i++)
		cigo_ignore(cigo_future_take(ctx, workers[i].task, NULL, 0));
}

static int seeds(cigo_coro_fn *main)
{
	const char *text = getenv("CIGO_CANCEL_SEEDS");
	long n = text ? strtol(text, NULL, 0) : t_scale(20, 4);
	char seed[24];

	for (the_seed = 1; the_seed <= n; the_seed++) {
		snprintf(seed, sizeof seed, "%ld", the_seed * 7919);
		setenv("CIGO_DEBUG_CANCEL", seed, 1);
		ok(t_run_seed((uint64_t)the_seed, main, NULL));
	}
	unsetenv("CIGO_DEBUG_CANCEL");
	return 0;
}

#define CANCEL_TEST(name)               \
	CORO(name##_main);              \
	TEST(name)                      \
	{                               \
		ok(seeds(name##_main)); \
	}                               \
	CORO(name##_main)

/* ---- lines ---- */

static cigo_mutex *mutex;
static cigo_condition *condition;
static cigo_semaphore *semaphore;
static cigo_event *event;
static cigo_barrier *barrier;
static int holders;

BODY(locks)
{
	MUST(cigo_mutex_lock(ctx, mutex));
	equal(holders++, 0);
	long err = CALL(cigo_yield(ctx));
	equal(--holders, 0);
	cigo_mutex_unlock(mutex);
	return (int)err;
}

BODY(waits_for_news)
{
	MUST(cigo_mutex_lock(ctx, mutex));
	cigo_condition_notify(condition, 1);
	long err = CALL(cigo_condition_wait(ctx, condition, mutex));
	equal(holders++, 0);
	holders--;
	cigo_mutex_unlock(mutex);
	return (int)err;
}

BODY(takes_a_unit)
{
	MUST(cigo_semaphore_acquire(ctx, semaphore));
	long err = CALL(cigo_sleep(ctx, 1000));
	cigo_semaphore_release(semaphore);
	return (int)err;
}

BODY(signals_or_waits)
{
	if (w->number % 2)
		return (int)CALL(cigo_event_wait(ctx, event));
	cigo_event_set(event);
	MUST(cigo_yield(ctx));
	cigo_event_clear(event);
	return (int)CALL(cigo_sleep(ctx, 1000));
}

BODY(meets_the_others)
{
	if (CALL_OR(CIGO_EBROKEN, cigo_barrier_wait(ctx, barrier)) == CIGO_EBROKEN)
		cigo_barrier_reset(barrier);
	return (int)CALL(cigo_yield(ctx));
}

CANCEL_TEST(mutexes_conditions_semaphores_events_barriers)
{
	mutex = cigo_mutex_new();
	condition = cigo_condition_new();
	semaphore = cigo_semaphore_new(2, 2);
	event = cigo_event_new();
	barrier = cigo_barrier_new(3);
	watch(ctx, locks);
	watch(ctx, waits_for_news);
	watch(ctx, takes_a_unit);
	watch(ctx, signals_or_waits);
	watch(ctx, meets_the_others);
	equal(cigo_semaphore_value(semaphore), 2);
	cigo_mutex_free(mutex);
	cigo_condition_free(condition);
	cigo_semaphore_free(semaphore);
	cigo_event_free(event);
	cigo_barrier_free(barrier);
	return 0;
}

/* ---- items ---- */

static cigo_queue *queue;
static cigo_channel *channels[2];
static int in, out; /* items put, items taken */

BODY(puts_and_gets)
{
	int item = w->number, got;
	long err = w->number % 2 ? CALL(cigo_put(ctx, queue, &item))
				 : CALL_OR(-ETIMEDOUT, cigo_queue_put_timeout(ctx, queue, &item,
									      sizeof item, 2000));

	if (!err)
		t_count(&in);
	if (err && err != -ETIMEDOUT)
		return (int)err;
	err = CALL_OR(-ETIMEDOUT, cigo_queue_get_timeout(ctx, queue, &got, sizeof got, 1000));
	if (!err) {
		t_count(&out);
		cigo_queue_task_done(queue);
	}
	return err == -ETIMEDOUT ? (int)CALL(cigo_yield(ctx)) : (int)err;
}

BODY(joins)
{
	return w->number ? puts_and_gets_work(ctx, w) : (int)CALL(cigo_queue_join(ctx, queue));
}

BODY(sends_and_receives)
{
	cigo_channel *c = channels[w->number / 2 % 2];
	int item = 1, got = 0;

	long err = w->number % 2 ? CALL(cigo_send(ctx, c, &item)) : CALL(cigo_recv(ctx, c, &got));
	if (!err && w->number % 2)
		t_count(&in);
	if (got)
		t_count(&out);
	return (int)err;
}

BODY(selects)
{
	int item = 1, got[2] = { 0, 0 };
	cigo_select_case cases[] = { CIGO_CASE_RECV(channels[0], &got[0]),
				     CIGO_CASE_SEND(channels[1], &item),
				     CIGO_CASE_RECV(channels[1], &got[1]) };

	if (w->number < 2)
		return sends_and_receives_work(ctx, w);
	long chosen = CALL(cigo_select(ctx, cases, 3));
	if (chosen == 1)
		t_count(&in);
	if (got[0] + got[1])
		t_count(&out);
	return chosen < 0 ? (int)chosen : 0;
}

CANCEL_TEST(queues_channels_selects)
{
	int got;

	in = out = 0;
	queue = cigo_queue_new(sizeof(int), 2);
	watch(ctx, puts_and_gets);
	watch(ctx, joins);
	while (cigo_queue_try_get(queue, &got, sizeof got) == 0)
		out++;
	equal(in, out);
	cigo_queue_free(queue);
	in = out = 0;
	channels[0] = cigo_channel_new(sizeof(int), 0);
	channels[1] = cigo_channel_new(sizeof(int), 1);
	watch(ctx, sends_and_receives);
	watch(ctx, selects);
	for (int i = 0; i < 2; i++) {
		while (cigo_channel_try_recv(channels[i], &got, sizeof got) == 0)
			out++;
		cigo_channel_free(channels[i]);
	}
	equal(in, out);
	return 0;
}

/* ---- tasks ---- */

CORO(naps)
{
	return cigo_sleep(ctx, 1000 * (int64_t)(intptr_t)arg);
}

static cigo_gen_fn counts_up;
static int counts_up(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	for (int i = 0; i < *(int *)arg; i++) {
		int err = cigo_sleep(ctx, 1000);
		if (err)
			return err;
		if (!cigo_yield_item(ctx, gen, &i))
			return 0;
	}
	return 0;
}

static void naps_of(cigo_ctx *ctx, cigo_task *ret[3])
{
	for (int i = 0; i < 3; i++)
		ret[i] = cigo_task_spawn(ctx, "nap", naps, 0, (void *)(intptr_t)(i + 1));
}

BODY(awaits)
{
	static const cigo_wait_mode modes[] = { CIGO_WAIT_ALL, CIGO_WAIT_FIRST_RESULT,
						CIGO_WAIT_FIRST_ERROR };
	cigo_task *t[3];

	naps_of(ctx, t);
	long err = w->number < 3   ? CALL(cigo_wait(ctx, modes[w->number], t, 3))
		   : w->number < 5 ? CALL(cigo_first_result(ctx, t, 3, NULL, 0))
				   : 0;
	for (int i = 0; i < 3; i++) {
		CALL(cigo_future_await(ctx, t[i], NULL, 0));
		cigo_future_unref(t[i]);
	}
	return err < 0 ? (int)err : 0;
}

BODY(groups)
{
	cigo_group *g = cigo_group_new(ctx, w->number % 3, w->number % 2);
	cigo_task *finished;

	for (int i = 0; i < 4; i++)
		cigo_group_spawn(g, "nap", naps, 0, (void *)(intptr_t)(i + 1));
	long err = CALL(cigo_group_next(ctx, g, &finished));
	if (w->number % 2)
		CALL(cigo_group_wait(ctx, g));
	long closed = CALL(cigo_group_close(ctx, g));
	return err < 0 ? (int)err : (int)closed;
}

BODY(iterates)
{
	cigo_task *t[3], *done;
	int many = 3, item;
	cigo_iter *it = cigo_generate(ctx, counts_up, sizeof item, &many);
	bool more = true;

	while (more) {
		entering(w);
		more = cigo_iter_next(ctx, it, &item, sizeof item);
		left(w, 0, 0);
	}
	long err = CALL(cigo_iter_close(ctx, it));
	naps_of(ctx, t);
	it = cigo_iter_completed(t, 3);
	do {
		entering(w);
		more = cigo_iter_next(ctx, it, &done, sizeof done);
		left(w, 0, 0);
	} while (more);
	if (CALL(cigo_iter_close(ctx, it)) < 0)
		err = -ECANCELED;
	for (int i = 0; i < 3; i++)
		CALL(cigo_task_stop(ctx, t[i]));
	return (int)err;
}

CALLBACK(nothing) {}

BODY(waits_for_idleness)
{
	cigo_loop_call_later(cigo_ctx_loop(ctx), 1000 * w->number, nothing, NULL);
	return (int)CALL(cigo_loop_wait_idle(ctx));
}

CANCEL_TEST(waits_races_groups_iterators_callbacks)
{
	watch(ctx, awaits);
	watch(ctx, groups);
	watch(ctx, iterates);
	watch(ctx, waits_for_idleness);
	return 0;
}

/* ---- threads ---- */

static int nap_1(void *arg)
{
	nap(1);
	return arg != NULL;
}

CORO(works)
{
	nap(1);
	return 0;
}

BODY(blocks)
{
	CALL(cigo_blocking_call(ctx, nap_1, NULL));
	MUST(cigo_future_take(ctx, cigo_go(ctx, works, 0, NULL), NULL, 0));
	return (int)CALL(cigo_yield(ctx));
}

static cigo_loop *other;

CORO(serves_the_others)
{
	return cigo_sleep(ctx, CIGO_NEVER);
}

THREAD(runs_other)
{
	fails(cigo_loop_run(other, cigo_ctx_background(), serves_the_others, NULL), -ECANCELED);
	return NULL;
}

BODY(submits)
{
	return (int)CALL(cigo_loop_submit(ctx, other, naps, (void *)(intptr_t)100, NULL, 0));
}

CANCEL_TEST(sections_workers_submissions)
{
	other = cigo_loop_new(NULL);
	pthread_t t = thread_start(runs_other, NULL);
	watch(ctx, blocks);
	watch(ctx, submits);
	ok(cigo_loop_stop(other, 0));
	thread_join(t);
	cigo_loop_unref(other);
	return 0;
}

/* ---- streams ---- */

static cigo_stream *pipes[WORKERS / 2][2];
static cigo_listener *listener;

/* Odd workers write what even ones read: in parts, of which each wakes the reader. */
static int writes_parts(cigo_ctx *ctx, struct worker *w, cigo_stream *s)
{
	for (int i = 0; i < 4; i++) {
		MUST(cigo_stream_write(ctx, s, i < 3 ? "part" : "end\n", 4));
		MUST(cigo_stream_flush(ctx, s));
		MUST(cigo_sleep(ctx, 1000));
	}
	return 0;
}

BODY(reads_and_writes)
{
	cigo_stream **pair = pipes[w->number / 2];
	cigo_bytes bytes;
	char chunk[16];

	if (w->number % 2)
		return writes_parts(ctx, w, pair[1]);
	if (w->number == 0)
		MUST(cigo_stream_read_line(ctx, pair[0], &bytes));
	else if (w->number == 2)
		MUST(cigo_stream_read_chunk(ctx, pair[0], chunk, sizeof chunk));
	else
		MUST(cigo_stream_read_until(ctx, pair[0], '\n', &bytes));
	return 0;
}

static char flood[1 << 17];

BODY(floods)
{
	cigo_stream **pair = pipes[w->number / 2];
	char some[5000];

	if (w->number % 2)
		return CALL(cigo_stream_write(ctx, pair[1], flood, sizeof flood)) < 0;
	return CALL(cigo_stream_read(ctx, pair[0], some, sizeof some)) < 0;
}

CANCEL_TEST(streams)
{
	cigo_coro_fn *work[] = { reads_and_writes, floods };

	for (int k = 0; k < 2; k++) {
		for (int i = 0; i < WORKERS / 2; i++)
			ok(cigo_pipe(&pipes[i][0], &pipes[i][1]));
		watch(ctx, work[k]);
		for (int i = 0; i < WORKERS / 2; i++) {
			cigo_stream_abort(pipes[i][1], 0);
			cigo_stream_close(pipes[i][0]);
			cigo_stream_close(pipes[i][1]);
		}
	}
	return 0;
}

static int echoes(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	cigo_bytes line;
	ssize_t n = cigo_stream_read_line(ctx, s, &line);

	CIGO_UNUSED(arg);
	return n > 0 ? (int)cigo_stream_write(ctx, s, line.data, line.size) : (int)n;
}

BODY(talks)
{
	cigo_serve_options o = { .size = sizeof o, .limit = 2 };
	cigo_stream *s;
	cigo_bytes line;

	if (w->number == 0)
		return (int)CALL(cigo_serve(ctx, listener, echoes, NULL, &o));
	if (w->number == 1) { /* beside the server */
		if (CALL(cigo_accept(ctx, listener, &s)) < 0)
			return -ECANCELED;
	} else if (CALL(cigo_dial(ctx, "tcp", cigo_listener_address(listener), &s)) < 0) {
		return -ECANCELED;
	}
	long n = CALL(cigo_stream_write(ctx, s, "hello\n", 6));
	if (n > 0) /* its server may have been cancelled */
		n = CALL_OR(-ECONNRESET, cigo_stream_read_line(ctx, s, &line));
	cigo_stream_close(s);
	return n == -ECANCELED ? -ECANCELED : 0;
}

BODY(waits_for_signals)
{
	const int sig = SIGUSR1;

	if (w->number) {
		long got = CALL(cigo_signal_wait(ctx, &sig, 1));
		return got < 0 ? (int)got : 0;
	}
	MUST(cigo_sleep(ctx, 1000));
	ok(kill(getpid(), SIGUSR1));
	return 0;
}

CANCEL_TEST(servers_clients_signals)
{
	if (the_seed > 4) /* foreign descriptors: each step of the clock takes 10 ms */
		return 0;
	signal(SIGUSR1, SIG_IGN);
	ok(cigo_listen(ctx, "tcp", "127.0.0.1:0", NULL, &listener));
	watch(ctx, talks);
	cigo_listener_close(listener);
	watch(ctx, waits_for_signals);
	return 0;
}
