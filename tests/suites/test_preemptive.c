/* SPDX-License-Identifier: MIT
 * The preemptive model: what it gives (coroutines beside each other, the library's calls in turn), and
 * what stays as it is in the cooperative one. What the tests share is atomic, unless the library
 * orders it: under ThreadSanitizer nothing may be reported.
 */
#include "tests/tools/wire.h"

#include <sched.h>
#include <sys/syscall.h>

#define load(p)	  __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define add(p, n) __atomic_add_fetch((p), (n), __ATOMIC_SEQ_CST)
#define set(p, v) __atomic_store_n((p), (v), __ATOMIC_SEQ_CST)

static int run(int clock, int poller, uint64_t seed, cigo_coro_fn *body)
{
	cigo_loop_options o = { .size = sizeof o,
				.model = CIGO_PREEMPTIVE,
				.clock = clock,
				.poller = poller,
				.shuffle_seed = seed };

	return cigo_run_with(&o, cigo_ctx_background(), body, NULL);
}

TEST_CASE("side by side");

static int meeting;

/* Until both have come; without a call of the library: only who runs beside the other gets on. */
CORO(meet)
{
	add(&meeting, 1);
	while (load(&meeting) < 2)
		sched_yield();
	return 0;
}

REAL_TEST(two_that_compute_run_at_the_same_time, .model = CIGO_PREEMPTIVE)
{
	cigo_task *a = cigo_spawn(ctx, meet, 0, NULL), *b = cigo_spawn(ctx, meet, 0, NULL);

	ok(cigo_future_take(ctx, a, NULL, 0));
	ok(cigo_future_take(ctx, b, NULL, 0));
	equal(meeting, 2);
}

/* A thread that computes is looked at too: by gdb, top, perf. */
CORO(computes)
{
	char name[16] = "";

	pthread_getname_np(pthread_self(), name, sizeof name);
	ck_assert_str_eq(name, "computes");
	return 0;
}

LOOP_TEST(threads_bear_names_from_the_first_step_on, .model = CIGO_PREEMPTIVE)
{
	ok(cigo_future_take(ctx, cigo_spawn(ctx, computes, 0, NULL), NULL, 0));
}

static int hog_ends;

/* An endless loop, as far as the others know. */
CORO(hog)
{
	while (!load(&hog_ends))
		;
	return 0;
}

CALLBACK(count_call)
{
	add((int *)arg, 1);
}

REAL_TEST(an_endless_loop_stops_neither_others_nor_timers, .model = CIGO_PREEMPTIVE)
{
	cigo_task *t = cigo_spawn(ctx, hog, 0, NULL), *other;
	int called = 0, both = 1;

	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_MS(1), count_call, &called),
			 0);
	for (int i = 0; i < 5; i++)
		ok(cigo_sleep(ctx, CIGO_MS(2)));
	ok(cigo_loop_wait_idle(ctx));
	equal(called, 1);
	set(&meeting, both);
	other = cigo_spawn(ctx, meet, 0, NULL);
	ok(cigo_future_take(ctx, other, NULL, 0));
	equal(cigo_future_is_done(t), false);
	set(&hog_ends, 1);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

static int beats, user_calls, user_stuck;

/* Another coroutine calls the library all the time. While one of the program's functions runs, that
 * gets on. */
static void pass_user_code(void)
{
	int from = load(&beats);
	int64_t until = t_real_now() + CIGO_S(2);

	add(&user_calls, 1);
	while (load(&beats) < from + 3 && t_real_now() < until)
		sched_yield();
	if (load(&beats) < from + 3)
		add(&user_stuck, 1);
}

CORO(user_body)
{
	pass_user_code();
	return 0;
}

static void user_free(void *arg)
{
	(void)arg;
	pass_user_code();
}

static int user_map(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	(void)ctx, (void)arg;
	pass_user_code();
	*(int64_t *)ret = *(const int64_t *)item;
	return 1;
}

static int user_filter(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	(void)ctx, (void)item, (void)ret, (void)arg;
	pass_user_code();
	return 1;
}

static int user_each(cigo_ctx *ctx, const void *item, void *arg)
{
	(void)ctx, (void)item, (void)arg;
	pass_user_code();
	return 0;
}

static int user_gen(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	(void)ctx, (void)gen, (void)arg;
	pass_user_code();
	return 0;
}

static void user_done(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	(void)ctx, (void)f, (void)err, (void)arg;
	pass_user_code();
}

CALLBACK(user_callback)
{
	pass_user_code();
}

static int user_section(void *arg)
{
	(void)arg;
	pass_user_code();
	return 0;
}

CORO(in_body)
{
	return cigo_future_take(ctx, cigo_spawn(ctx, user_body, 0, NULL), NULL, 0);
}

CORO(in_arg_free)
{
	cigo_task_options o = { .size = sizeof o, .name = "freed", .arg_free = user_free };

	return cigo_future_take(ctx, cigo_task_spawn_with(ctx, user_body, 0, &o, &o), NULL, 0);
}

CORO(in_group)
{
	cigo_group *g = cigo_group_new(ctx, 1, 0);

	for (int i = 0; i < 2; i++)
		cigo_spawn_in(g, user_body, 0, NULL);
	ok(cigo_group_wait(ctx, g));
	return cigo_group_close(ctx, g);
}

CORO(in_map)
{
	cigo_iter *it =
		cigo_iter_filter(cigo_iter_map(cigo_iter_range(2), user_map, NULL, sizeof(int64_t)),
				 user_filter, NULL);

	return cigo_iter_for_each(ctx, it, user_each, NULL);
}

CORO(in_generator)
{
	cigo_iter *it = cigo_iter_generate(ctx, "gen", user_gen, sizeof(int), NULL, 0);
	int item;

	equal(cigo_next(ctx, it, &item), false);
	return cigo_iter_close(ctx, it);
}

CORO(in_callbacks)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	cigo_future *f = cigo_future_new(0);

	ok(cigo_future_on_done(ctx, f, user_done, NULL));
	ok(cigo_future_set(f, NULL, 0));
	cigo_future_unref(f);
	ck_assert_int_gt(cigo_loop_call_soon(loop, user_callback, NULL), 0);
	ok(cigo_loop_call_threadsafe(loop, user_callback, NULL));
	return cigo_loop_wait_idle(ctx);
}

CORO(in_calls)
{
	ok(cigo_call_timeout(ctx, CIGO_S(60), user_body, NULL, NULL));
	ok(cigo_blocking_call(ctx, user_section, NULL));
	ok(cigo_loop_submit(ctx, cigo_ctx_loop(ctx), user_body, NULL, NULL, 0));
	return cigo_future_take(ctx, cigo_go(ctx, user_body, 0, NULL), NULL, 0);
}

static const struct {
	cigo_coro_fn *fn;
	int calls;
} kinds[] = {
	{ in_body, 1 },	     { in_arg_free, 2 },  { in_group, 2 }, { in_map, 6 },
	{ in_generator, 1 }, { in_callbacks, 3 }, { in_calls, 4 },
};

CORO(beat)
{
	while (!cigo_yield(ctx))
		add(&beats, 1);
	return 0;
}

static int kind;

CORO(one_kind_beside_the_beat)
{
	cigo_task *t = cigo_spawn(ctx, beat, 0, NULL);

	ok(kinds[kind].fn(ctx, NULL, NULL));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	return 0;
}

TEST(the_programs_functions_run_without_the_lock, TIMES(sizeof kinds / sizeof *kinds))
{
	kind = _i;
	ok(run(CIGO_CLOCK_REAL, 0, 0, one_kind_beside_the_beat));
	equal(user_calls, kinds[_i].calls);
	equal(user_stuck, 0);
}

/* ---- all calls at once ---- */

enum { CROWD = 8, ITEMS = 64 };

static struct shared {
	cigo_queue *queue;
	cigo_channel *channel;
	cigo_mutex *mutex;
	cigo_semaphore *semaphore;
	cigo_event *event;
	cigo_stream *in, *out;
	int inside;   /* the mutex; plain: it orders it */
	long locked;  /* plain, too */
	int got, put; /* items; atomic */
	int64_t until;
	int callbacks;
} all;

static bool more(void)
{
	return t_real_now() < all.until;
}

CORO(do_queue)
{
	for (int i = 0; more(); i++) {
		int item = i;

		ok(cigo_put(ctx, all.queue, &item));
		add(&all.put, 1);
		ok(cigo_get(ctx, all.queue, &item));
		add(&all.got, 1);
		if (!cigo_channel_try_send(all.channel, &item, sizeof item))
			cigo_ignore(cigo_channel_try_recv(all.channel, &item, sizeof item));
	}
	return 0;
}

CORO(do_mutex)
{
	while (more()) {
		ok(cigo_mutex_lock(ctx, all.mutex));
		equal(all.inside++, 0);
		all.locked++;
		all.inside--;
		cigo_mutex_unlock(all.mutex);
		ok(cigo_semaphore_acquire(ctx, all.semaphore));
		cigo_semaphore_release(all.semaphore);
	}
	return 0;
}

CORO(nothing_much)
{
	return 0;
}

CORO(sleep_long)
{
	return cigo_sleep(ctx, CIGO_S(60));
}

CORO(do_tasks)
{
	while (more()) {
		cigo_future *f = cigo_future_new(0), *both[2];
		cigo_task *a = cigo_spawn(ctx, sleep_long, 0, NULL);
		cigo_task *b = cigo_spawn(ctx, nothing_much, 0, NULL);

		both[0] = f;
		both[1] = b;
		ok(cigo_wait(ctx, CIGO_WAIT_FIRST_RESULT, both, 2));
		ok(cigo_future_set(f, NULL, 0));
		cigo_future_cancel(a, -EIO);
		fails(cigo_future_take(ctx, a, NULL, 0), -EIO);
		ok(cigo_future_take(ctx, b, NULL, 0));
		cigo_future_unref(f);
	}
	return 0;
}

CORO(do_groups)
{
	while (more()) {
		cigo_group *g = cigo_group_new(ctx, 2, 0);

		for (int i = 0; i < 4; i++)
			cigo_spawn_in(g, i == 3 ? sleep_long : nothing_much, 0, NULL);
		cigo_group_cancel(g, -EIO);
		cigo_ignore(cigo_group_wait(ctx, g));
		cigo_ignore(cigo_group_close(ctx, g));
	}
	return 0;
}

CORO(do_timers)
{
	while (more()) {
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1) / 5);

		fails(cigo_sleep(timed, CIGO_S(60)), -ETIMEDOUT);
		cigo_ctx_unref(timed);
		ok(cigo_sleep(ctx, CIGO_MS(1) / 20));
		ok(cigo_yield(ctx));
	}
	return 0;
}

CORO(do_callbacks)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);

	while (more()) {
		int here = 0; /* a callback that isn't cancelled has returned when cancel has */
		int64_t id = cigo_loop_call_soon(loop, count_call, &here);

		if (load(&here) == 0 && cigo_callback_cancel(loop, id))
			equal(load(&here), 0);
		else
			ok(cigo_loop_wait_idle(ctx));
		cigo_callback_cancel(loop, id);
		ok(cigo_loop_call_threadsafe(loop, count_call, &all.callbacks));
	}
	return 0;
}

CORO(do_write)
{
	int i = 0;

	for (; more(); i++)
		equal(cigo_stream_write(ctx, all.out, "ping", 4), 4);
	return cigo_stream_shutdown(all.out);
}

CORO(do_read)
{
	char got[4];
	ssize_t n;

	while ((n = cigo_stream_read_chunk(ctx, all.in, got, 4)) == 4)
		equal(memcmp(got, "ping", 4), 0);
	equal(n, 0);
	return 0;
}

static cigo_coro_fn *const doings[] = { do_queue,  do_mutex,	 do_tasks, do_groups,
					do_timers, do_callbacks, do_write, do_read };

CORO(everything_at_once)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	all = (struct shared){ .queue = cigo_queue_new(sizeof(int), ITEMS),
			       .channel = cigo_channel_new(sizeof(int), 2),
			       .mutex = cigo_mutex_new(),
			       .semaphore = cigo_semaphore_new(2, 2),
			       .until = t_real_now() + CIGO_MS(500) };
	ok(cigo_pipe(&all.in, &all.out));
	for (int i = 0; i < 2 * CROWD; i++)
		if (i < CROWD || i % CROWD < 6)
			cigo_spawn_in(g, doings[i % CROWD], 0, NULL);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	ok(cigo_loop_wait_idle(ctx));
	equal(all.got, all.put);
	ck_assert_int_gt(all.got, 10);
	ck_assert_int_gt(all.locked, 10);
	ck_assert_int_gt(all.callbacks, 10);
	equal(cigo_queue_count(all.queue), 0);
	equal(cigo_semaphore_value(all.semaphore), 2);
	cigo_queue_free(all.queue);
	cigo_channel_free(all.channel);
	cigo_mutex_free(all.mutex);
	cigo_semaphore_free(all.semaphore);
	cigo_stream_close(all.in);
	cigo_stream_close(all.out);
	return 0;
}

TEST(all_calls_may_be_made_by_many_coroutines_at_once, BOTH_POLLERS)
{
	ok(run(CIGO_CLOCK_REAL, _i, 0, everything_at_once));
}

/* ---- two loops ---- */

struct other_loop {
	cigo_loop *loop;
	int model;
};

CORO(wait_for_cancel)
{
	cigo_ignore(cigo_sleep(ctx, CIGO_NEVER));
	return 0;
}

THREAD(run_other)
{
	struct other_loop *o = arg;

	fails(cigo_loop_run(o->loop, cigo_ctx_background(), wait_for_cancel, NULL), -ECANCELED);
	return NULL;
}

CORO(answer)
{
	ok(cigo_yield(ctx));
	*(int *)ret = *(int *)arg + 1;
	return 0;
}

CORO(submit_many)
{
	for (int i = 0, got; i < 100; i++) {
		ok(cigo_loop_submit(ctx, arg, answer, &i, &got, sizeof got));
		equal(got, i + 1);
	}
	return 0;
}

static int other_model;

CORO(between_two_loops)
{
	cigo_loop_options o = { .size = sizeof o, .model = other_model };
	struct other_loop other = { .loop = cigo_loop_new(&o) };
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	pthread_t thread = thread_start(run_other, &other);

	for (int i = 0; i < 4; i++)
		cigo_spawn_in(g, submit_many, 0, other.loop);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	ok(cigo_loop_stop(other.loop, 0));
	cigo_blocking_begin(ctx);
	thread_join(thread);
	cigo_blocking_end(ctx);
	cigo_loop_unref(other.loop);
	return 0;
}

TEST(submissions_pass_between_loops_of_either_model, .from = CIGO_COOPERATIVE,
     .to = CIGO_PREEMPTIVE + 1)
{
	other_model = _i;
	ok(run(CIGO_CLOCK_REAL, 0, 0, between_two_loops));
}

CORO(wait_readable)
{
	return cigo_fd_wait(ctx, *(int *)arg, CIGO_READ) < 0 ? -1 : 0;
}

/* Waiters come and leave while events come for those who have left: none of them is forgotten. */
REAL_TEST(no_waiter_is_forgotten_when_another_leaves_as_its_event_comes, .model = CIGO_PREEMPTIVE)
{
	static char mass[65536];

	for (int i = 0; i < (int)t_scale(300, 60); i++) {
		int ends[2];
		cigo_ctx *some = cigo_ctx_with_timeout(ctx, i % 100 * 1000);

		raw_pair(ends);
		while (write(ends[0], mass, sizeof mass) > 0)
			;
		cigo_task *reader = cigo_spawn(ctx, wait_readable, 0, &ends[0]);
		cigo_task *drain = cigo_spawn(ctx, nothing_much, 0, NULL);
		ok(cigo_future_take(ctx, drain, NULL, 0));
		while (read(ends[1], mass, sizeof mass) > 0)
			; /* now it is writable: for one who may have left */
		cigo_ignore(cigo_fd_wait(some, ends[0], CIGO_WRITE));
		raw_say(ends[1], "x");
		ok(cigo_future_take(ctx, reader, NULL, 0));
		cigo_ctx_unref(some);
		close(ends[0]);
		close(ends[1]);
	}
}

TEST_CASE("callbacks");

struct slow {
	int begun, ended;
	int64_t id;
};

CALLBACK(slow_call)
{
	struct slow *s = arg;

	set(&s->begun, 1);
	nap(20);
	set(&s->ended, 1);
}

static void slow_done(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	(void)f;
	slow_call(ctx, err, arg);
}

REAL_TEST(cancelling_a_callback_waits_for_it_if_it_runs, .model = CIGO_PREEMPTIVE)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	struct slow s = { 0 }, d = { 0 };
	cigo_future *f = cigo_future_new(0);

	s.id = cigo_loop_call_soon(loop, slow_call, &s);
	while (!load(&s.begun))
		sched_yield();
	equal(cigo_callback_cancel(loop, s.id), false);
	equal(load(&s.ended), 1);
	ok(cigo_future_on_done(ctx, f, slow_done, &d));
	ok(cigo_future_set(f, NULL, 0));
	while (!load(&d.begun))
		sched_yield();
	fails(cigo_future_off_done(f, slow_done, &d), -ENOENT);
	equal(load(&d.ended), 1);
	cigo_future_unref(f);
	equal(cigo_callback_cancel(loop, 0), false);
	equal(cigo_callback_cancel(loop, -ENOMEM), false);
}

REAL_TEST(wait_idle_waits_for_the_callback_that_runs, .model = CIGO_PREEMPTIVE)
{
	struct slow s = { 0 };

	s.id = cigo_loop_call_soon(cigo_ctx_loop(ctx), slow_call, &s);
	while (!load(&s.begun))
		sched_yield();
	ok(cigo_loop_wait_idle(ctx));
	equal(load(&s.ended), 1);
}

static long home_of_the_run;

CALLBACK(is_at_home)
{
	equal(syscall(SYS_gettid), home_of_the_run);
	add((int *)arg, 1);
}

static void is_done_at_home(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	(void)f;
	is_at_home(ctx, err, arg);
}

CORO(asks_for_callbacks)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	cigo_task *t = cigo_spawn(ctx, nothing_much, 0, NULL);
	int called = 0;

	ck_assert_int_ne(syscall(SYS_gettid), home_of_the_run);
	ck_assert_int_gt(cigo_loop_call_soon(loop, is_at_home, &called), 0);
	ck_assert_int_gt(cigo_loop_call_later(loop, CIGO_MS(1), is_at_home, &called), 0);
	ok(cigo_loop_call_threadsafe(loop, is_at_home, &called));
	ok(cigo_future_on_done(ctx, t, is_done_at_home, &called));
	ok(cigo_future_take(ctx, t, NULL, 0));
	ok(cigo_loop_wait_idle(ctx));
	equal(called, 4);
	return 0;
}

TEST(callbacks_run_on_the_home_thread)
{
	home_of_the_run = syscall(SYS_gettid);
	ok(run(CIGO_CLOCK_REAL, 0, 0, asks_for_callbacks));
}

TEST_CASE("end");

static int late_ends;

/* Computes for a while, deaf; then calls the library, whose loop is ending. */
CORO(compute)
{
	int64_t until = t_real_now() + CIGO_MS(30);

	add(&meeting, 1);
	while (t_real_now() < until)
		;
	fails(cigo_sleep(ctx, CIGO_S(60)), -ECANCELED);
	add(&late_ends, 1);
	return 0;
}

CORO(leave_them_running)
{
	for (int i = 0; i < 3; i++)
		cigo_detach(cigo_spawn(ctx, compute, 0, NULL));
	while (load(&meeting) < 3)
		sched_yield();
	return -EIO;
}

TEST(a_run_ends_when_those_that_compute_have)
{
	int threads = t_count_threads();

	fails(run(CIGO_CLOCK_REAL, 0, 0, leave_them_running), -EIO);
	equal(late_ends, 3);
	equal(t_wait_threads(threads), threads);
}

CORO(be_cancelled)
{
	add(&meeting, 1);
	while (!cigo_ctx_error(ctx))
		;
	fails(cigo_sleep(ctx, CIGO_S(60)), -EIO);
	return 7;
}

REAL_TEST(who_computes_sees_a_cancellation_when_it_asks, .model = CIGO_PREEMPTIVE)
{
	cigo_task *t = cigo_spawn(ctx, be_cancelled, 0, NULL);

	while (!load(&meeting))
		sched_yield();
	ok(cigo_future_cancel(t, -EIO));
	fails(cigo_future_take(ctx, t, NULL, 0), -EIO);
}

TEST_CASE("time");

CORO(compute_and_look_at_the_clock)
{
	int64_t before = cigo_now(ctx), until = t_real_now() + CIGO_MS(30);

	while (t_real_now() < until)
		;
	equal(cigo_now(ctx), before);
	return 0;
}

LOOP_TEST(virtual_time_stands_still_while_anybody_runs, .model = CIGO_PREEMPTIVE)
{
	int64_t before = cigo_now(ctx), real = t_real_now();
	cigo_task *t = cigo_spawn(ctx, compute_and_look_at_the_clock, 0, NULL);

	ok(cigo_sleep(ctx, CIGO_S(3600)));
	equal(cigo_now(ctx) - before, CIGO_S(3600));
	equal(cigo_future_is_done(t), true); /* an hour was longer than 30 ms */
	ok(cigo_future_take(ctx, t, NULL, 0));
	ck_assert_int_lt(t_real_now() - real, CIGO_S(5));
}

static int steps;

CORO(step)
{
	nap(5);
	add(&steps, 1);
	ok(cigo_sleep(ctx, CIGO_S(1)));
	add(&steps, 1);
	return 0;
}

LOOP_TEST(on_the_virtual_clock_a_yield_lets_all_others_get_to_where_they_wait,
	  .model = CIGO_PREEMPTIVE)
{
	cigo_task *t[4];

	for (int i = 0; i < 4; i++)
		t[i] = cigo_spawn(ctx, step, 0, NULL);
	ok(cigo_yield(ctx));
	equal(load(&steps), 4);
	for (int i = 0; i < 4; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	equal(load(&steps), 8);
}

static int section_pipe[2];

CORO(read_in_a_section)
{
	char c = 0;

	set_blocking(section_pipe[0]);
	cigo_blocking_begin(ctx);
	add(&meeting, 1);
	equal(read(section_pipe[0], &c, 1), 1);
	cigo_blocking_end(ctx);
	return c;
}

LOOP_TEST(a_yield_does_not_wait_for_blocking_sections, .model = CIGO_PREEMPTIVE)
{
	raw_pipe(section_pipe);
	cigo_task *t = cigo_spawn(ctx, read_in_a_section, 0, NULL);

	while (!load(&meeting))
		ok(cigo_yield(ctx));
	raw_say(section_pipe[1], "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
	close(section_pipe[0]);
	close(section_pipe[1]);
}

/* Home is awake then, and nobody rings. */
LOOP_TEST(a_yield_while_a_callback_runs_ends_after_it, .model = CIGO_PREEMPTIVE)
{
	struct slow s = { 0 };

	s.id = cigo_loop_call_soon(cigo_ctx_loop(ctx), slow_call, &s);
	while (!load(&s.begun))
		sched_yield();
	ok(cigo_yield(ctx));
	equal(load(&s.ended), 1);
}

REAL_TEST(sleeps_timeouts_and_deadlines_hold, .model = CIGO_PREEMPTIVE)
{
	int64_t begin = t_real_now();
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(20));
	cigo_ctx *dead = cigo_ctx_with_deadline(ctx, cigo_now(ctx) + CIGO_MS(40));
	cigo_future *f = cigo_future_new(0);

	ok(cigo_sleep(ctx, CIGO_MS(10)));
	ck_assert_int_ge(t_real_now() - begin, CIGO_MS(10));
	fails(cigo_sleep(timed, CIGO_S(60)), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - begin, CIGO_MS(20));
	fails(cigo_future_await(dead, f, NULL, 0), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - begin, CIGO_MS(40));
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
	cigo_ctx_unref(dead);
}

CORO(read_one)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1) - 1;
}

STREAM_TEST(a_reader_that_waits_holds_nobody_up, .model = CIGO_PREEMPTIVE, .clock = CIGO_CLOCK_REAL)
{
	cigo_task *t = cigo_spawn(ctx, read_one, 0, s);

	for (int i = 0; i < 3; i++)
		ok(cigo_sleep(ctx, CIGO_MS(2)));
	equal(cigo_future_is_done(t), false);
	raw_say(raw, "x");
	ok(cigo_future_take(ctx, t, NULL, 0));
}

TEST_CASE("the same as ever");

CORO(wait_for_it)
{
	return cigo_future_await(ctx, *(cigo_task **)arg, NULL, 0);
}

LOOP_TEST(circles_are_found, .model = CIGO_PREEMPTIVE)
{
	static cigo_task *a, *b;
	int err;

	a = cigo_spawn(ctx, sleep_long, 0, NULL);
	b = cigo_spawn(ctx, wait_for_it, 0, &a);
	ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, a), -ECANCELED);
	err = cigo_future_take(ctx, b, NULL, 0);
	fails(err, -ECANCELED);
	cigo_task *me = cigo_task_current(ctx);
	fails(cigo_future_await(ctx, me, NULL, 0), -EDEADLK);
	b = cigo_spawn(ctx, wait_for_it, 0, &me);
	fails(cigo_future_take(ctx, b, NULL, 0), -EDEADLK);
}

CORO(nest_sections)
{
	cigo_blocking_begin(ctx);
	cigo_blocking_begin(ctx);
	return 0;
}

CORO(end_no_section)
{
	cigo_blocking_end(ctx);
	return 0;
}

CORO(return_in_a_section)
{
	cigo_blocking_begin(ctx);
	return 0;
}

CORO(sleep_in_a_section)
{
	cigo_blocking_begin(ctx);
	return cigo_sleep(ctx, 1);
}

CORO(sleep_without_a_loop)
{
	return cigo_sleep(cigo_ctx_background(), 1);
}

CALLBACK(run_in_a_callback)
{
	cigo_ignore(cigo_run(nothing_much, NULL));
}

CORO(run_inside)
{
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), run_in_a_callback, NULL), 0);
	return cigo_loop_wait_idle(ctx);
}

CORO(unlock_anothers)
{
	cigo_mutex_unlock(arg);
	return 0;
}

CORO(unlock_by_another)
{
	cigo_mutex *m = cigo_mutex_new();

	ok(cigo_mutex_lock(ctx, m));
	return cigo_future_take(ctx, cigo_spawn(ctx, unlock_anothers, 0, m), NULL, 0);
}

static const struct {
	cigo_coro_fn *body;
	const char *text;
} wrongs[] = {
	{ nest_sections, "blocking sections do not nest" },
	{ end_no_section, "there was no cigo_blocking_begin" },
	{ return_in_a_section, "returned inside a blocking section" },
	{ sleep_in_a_section, "call cigo_blocking_end first" },
	{ sleep_without_a_loop, "would block the whole loop" },
	{ run_inside, "inside a coroutine or callback of a loop" },
	{ unlock_by_another, "another coroutine holds it" },
};

static void do_wrong(void *arg T_UNUSED)
{
	cigo_ignore(run(CIGO_CLOCK_REAL, 0, 0, *(cigo_coro_fn *const *)arg));
}

TEST(misuse_says_the_same, TIMES(sizeof wrongs / sizeof *wrongs))
{
	cigo_coro_fn *body = wrongs[_i].body;

	t_abort(do_wrong, &body, wrongs[_i].text);
}

REAL_TEST(what_is_counted_is_there, .model = CIGO_PREEMPTIVE)
{
	cigo_stats before = counts(ctx);
	int called = 0;

	for (int i = 0; i < 10; i++)
		ok(cigo_future_take(ctx, cigo_spawn(ctx, nothing_much, 0, NULL), NULL, 0));
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), count_call, &called), 0);
	ok(cigo_loop_wait_idle(ctx));
	cigo_stats after = counts(ctx);
	equal(after.tasks - before.tasks, 10);
	equal(after.callbacks - before.callbacks, 1);
	ck_assert_uint_ge(after.handoffs - before.handoffs, 10);
	ck_assert_uint_le(after.strands - before.strands, 10);
}

static int sum;

CORO(add_own_number)
{
	ok(cigo_yield(ctx));
	add(&sum, *(int *)arg);
	return 0;
}

CORO(add_numbers)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 100; i++)
		cigo_spawn_copy_in(g, add_own_number, 0, &i);
	ok(cigo_group_wait(ctx, g));
	return cigo_group_close(ctx, g);
}

TEST(a_seed_changes_nothing, .from = 1, .to = 6)
{
	ok(run(CIGO_CLOCK_VIRTUAL, 0, (uint64_t)_i, add_numbers));
	equal(sum, 4950);
}

CORO(set_errno_and_wait)
{
	errno = *(int *)arg;
	for (int i = 0; i < 20; i++) {
		ok(cigo_sleep(ctx, CIGO_MS(1) / 10));
		equal(errno, *(int *)arg);
		ok(cigo_yield(ctx));
		equal(errno, *(int *)arg);
	}
	return 0;
}

REAL_TEST(errno_is_each_coroutines_own, .model = CIGO_PREEMPTIVE)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 1; i < 9; i++)
		cigo_spawn_copy_in(g, set_errno_and_wait, 0, &i);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
}

/* ---- descriptors ---- */
