/* SPDX-License-Identifier: MIT
 * Dumps: the text, who may ask and how, hogs.
 */
#include "tests/tools/wire.h"

#include <semaphore.h>
#include <signal.h>

/* For threads that wait for each other without a loop. */
static void pass(sem_t *gate)
{
	while (sem_wait(gate))
		equal(errno, EINTR);
}

TEST_CASE("text");

static char *dump(cigo_loop *loop, int expected)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	ck_assert_ptr_nonnull(f);
	fails(cigo_loop_dump(loop, f), expected);
	fclose(f);
	return text;
}

static void expect(const cigo_ctx *ctx, const char *text)
{
	char *got = dump(cigo_ctx_loop(ctx), 0);

	ck_assert_str_eq(got, text);
	free(got);
}

#define HEAD_(n, fds, outside, calls, timer)                                    \
	"cigo: " n ", cooperative, virtual clock; " fds " waited for, " outside \
	" outside the loop, " calls ", " timer "\n"
#define HEAD(n, timer) HEAD_(n, "0 descriptors", "0", "0 callbacks", timer)

LOOP_TEST(one_who_asks_runs, .model = CIGO_COOPERATIVE)
{
	expect(ctx, HEAD("1 task", "no timer") "  main #1  runs\n");
}

CORO(sleeper)
{
	return cigo_sleep(ctx, CIGO_MS(1500));
}

static int place;

CORO(awaits_a_sleeper)
{
	cigo_task *t = cigo_spawn(ctx, sleeper, 0, NULL);

	place = __LINE__ + 1;
	return cigo_take(ctx, t, (char *)NULL);
}

LOOP_TEST(the_tree_says_who_awaits_whom_where_and_how_long, .model = CIGO_COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, awaits_a_sleeper, 0, NULL);

	ok(cigo_sleep(ctx, CIGO_MS(1000)));
	cigo_task *u = cigo_spawn(ctx, sleeper, 0, NULL);
	char *text = dump(cigo_ctx_loop(ctx), 0);
	char want[512];
	snprintf(
		want, sizeof want,
		HEAD("4 tasks",
		     "the next timer in 0.500 s") "  main #1  runs\n"
						  "    awaits_a_sleeper #2  has waited 1.000 s in future_take for sleeper #3, "
						  "at test_dump.c:%d (awaits_a_sleeper)\n"
						  "      sleeper #3  has waited 1.000 s in sleep; 0.500 s left\n"
						  "    sleeper #4  has not started\n",
		place);
	ck_assert_str_eq(text, want);
	free(text);
	ok(cigo_take(ctx, t, (char *)NULL));
	ok(cigo_task_stop(ctx, u) == -ECANCELED ? 0 : 1);
}

CORO(leaves_a_child)
{
	return cigo_detach(cigo_spawn(ctx, sleeper, 0, NULL));
}

LOOP_TEST(an_orphan_tells_of_its_spawner, .model = CIGO_COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, leaves_a_child, 0, NULL);

	ok(cigo_take(ctx, t, (char *)NULL));
	ok(cigo_yield(ctx));
	expect(ctx,
	       HEAD("2 tasks",
		    "the next timer in 1.500 s") "  main #1  runs\n"
						 "  sleeper #3  has waited 0.000 s in sleep; 1.500 s left "
						 "(spawned by #2, which has ended)\n");
}

CALLBACK(callback_spawns)
{
	cigo_detach(cigo_spawn(ctx, sleeper, 0, NULL));
}

LOOP_TEST(what_callbacks_spawned_stands_beside_main, .model = CIGO_COOPERATIVE)
{
	cigo_loop_call_soon(cigo_ctx_loop(ctx), callback_spawns, NULL);
	cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(2), callback_spawns, NULL);
	ok(cigo_yield(ctx));
	ok(cigo_yield(ctx));
	expect(ctx,
	       HEAD_("2 tasks", "0 descriptors", "0", "1 callback",
		     "the next timer in 1.500 s") "  main #1  runs\n"
						  "  sleeper #2  has waited 0.000 s in sleep; 1.500 s left\n");
}

CORO(reads)
{
	return cigo_fd_wait(ctx, *(int *)arg, CIGO_READ);
}

CORO(reads_stream)
{
	char c;

	return (int)cigo_stream_read(ctx, arg, &c, 1);
}

LOOP_TEST(descriptors_are_named, .model = CIGO_COOPERATIVE)
{
	cigo_stream *s;
	int fd[2], peer = stream_pair(&s);
	char want[512];

	raw_pipe(fd);
	cigo_task *a = cigo_spawn(ctx, reads, 0, &fd[0]);
	cigo_task *b = cigo_spawn(ctx, reads_stream, 0, s);
	ok(cigo_yield(ctx));
	snprintf(
		want, sizeof want,
		HEAD_("3 tasks", "2 descriptors", "0", "0 callbacks",
		      "no timer") "  main #1  runs\n"
				  "    reads #2  has waited 0.000 s in fd_wait for descriptor %d\n"
				  "    reads_stream #3  has waited 0.000 s in stream_read for descriptor %d\n",
		fd[0], cigo_stream_fd(s));
	expect(ctx, want);
	fails(cigo_task_stop(ctx, a), -ECANCELED);
	fails(cigo_task_stop(ctx, b), -ECANCELED);
	cigo_stream_close(s);
	close(peer);
	close(fd[0]);
	close(fd[1]);
}

CORO(blocks)
{
	cigo_blocking_begin(ctx);
	pass(arg);
	cigo_blocking_end(ctx);
	return 0;
}

CORO(works)
{
	pass(arg);
	return 0;
}

LOOP_TEST(sections_and_workers_are_outside, .model = CIGO_COOPERATIVE)
{
	sem_t gate;

	sem_init(&gate, 0, 0);
	cigo_task *a = cigo_spawn(ctx, blocks, 0, &gate);
	cigo_task *b = cigo_go(ctx, works, 0, &gate);
	ok(cigo_yield(ctx));
	expect(ctx, HEAD_("3 tasks", "0 descriptors", "2", "0 callbacks",
			  "no timer") "  main #1  runs\n"
				      "    blocks #2  has been in a blocking section for 0.000 s\n"
				      "    cigo_go #3  runs on a thread of its own\n");
	sem_post(&gate);
	sem_post(&gate);
	ok(cigo_take(ctx, a, (char *)NULL));
	ok(cigo_take(ctx, b, (char *)NULL));
	sem_destroy(&gate);
}

CORO(lingers)
{
	cigo_ctx *deaf = cigo_ctx_without_cancel(ctx, CIGO_S(1));
	int err;

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	err = cigo_yield(ctx);
	cigo_ignore(cigo_sleep(deaf, CIGO_S(2)));
	cigo_ctx_unref(deaf);
	return err;
}

LOOP_TEST(the_cancelled_and_the_ready_are_told, .model = CIGO_COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, lingers, 0, NULL);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	ok(cigo_future_cancel(t, -EPIPE));
	expect(ctx,
	       HEAD("2 tasks",
		    "the next timer in 0.999 s") "  main #1  runs\n"
						 "    lingers #2  is ready to run, after sleep (cancelled: Broken pipe)\n");
	ok(cigo_yield(ctx));
	expect(ctx,
	       HEAD("2 tasks",
		    "the next timer in 0.999 s") "  main #1  runs\n"
						 "    lingers #2  has waited 0.000 s in sleep; 2.000 s left "
						 "(cancelled: Broken pipe)\n");
	fails(cigo_take(ctx, t, (char *)NULL), -EPIPE);
}

/* ---- groups and sets ---- */

CORO(waits_for_all)
{
	cigo_future **both = arg;

	return cigo_wait(ctx, CIGO_WAIT_ALL, both, 2);
}

CORO(waits_for_any)
{
	cigo_future **both = arg;

	return cigo_wait(ctx, CIGO_WAIT_FIRST_RESULT, both, 2);
}

LOOP_TEST(sets_are_listed, .model = CIGO_COOPERATIVE)
{
	cigo_future *both[2] = { cigo_future_new(0), cigo_spawn(ctx, sleeper, 0, NULL) };
	cigo_task *all = cigo_spawn(ctx, waits_for_all, 0, both);
	cigo_task *any = cigo_spawn(ctx, waits_for_any, 0, both);

	ok(cigo_yield(ctx));
	expect(ctx,
	       HEAD("4 tasks",
		    "the next timer in 1.500 s") "  main #1  runs\n"
						 "    sleeper #2  has waited 0.000 s in sleep; 1.500 s left\n"
						 "    waits_for_all #3  has waited 0.000 s in wait for all of a future, sleeper #2\n"
						 "    waits_for_any #4  has waited 0.000 s in wait for any of a future, sleeper #2\n");
	ok(cigo_future_set(both[0], NULL, 0));
	ok(cigo_take(ctx, all, (char *)NULL));
	ok(cigo_take(ctx, any, (char *)NULL));
	cigo_future_unref(both[0]);
	cigo_future_unref(both[1]);
}

CORO(has_a_group)
{
	cigo_group *g = cigo_group_new(ctx, 1, 0);

	for (int i = 0; i < 2; i++)
		cigo_group_spawn(g, "member", sleeper, 0, NULL);
	ok(cigo_group_wait(ctx, g));
	return cigo_group_close(ctx, g);
}

LOOP_TEST(a_group_lists_who_may_run, .model = CIGO_COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, has_a_group, 0, NULL);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	expect(ctx,
	       HEAD("4 tasks",
		    "the next timer in 1.499 s") "  main #1  runs\n"
						 "    has_a_group #2  has waited 0.001 s in group_wait for all of member #3\n"
						 "      member #3  has waited 0.001 s in sleep; 1.499 s left\n"
						 "      member #4  has not started: its group has reached its limit\n");
	ok(cigo_take(ctx, t, (char *)NULL));
}

/* ---- cycles ---- */

struct table {
	cigo_mutex *forks[3];
	int next;
};

CORO(philosopher)
{
	struct table *t = arg;
	int mine = t->next++;

	ok(cigo_mutex_lock(ctx, t->forks[mine]));
	int err = cigo_sleep(ctx, CIGO_MS(10));
	if (!err)
		err = cigo_mutex_lock(ctx, t->forks[(mine + 1) % 3]);
	fails(err, -ECANCELED);
	cigo_mutex_unlock(t->forks[mine]);
	return err;
}

LOOP_TEST(philosophers_are_a_cycle, .model = CIGO_COOPERATIVE)
{
	struct table t = { { cigo_mutex_new(), cigo_mutex_new(), cigo_mutex_new() }, 0 };
	cigo_task *who[3];

	for (int i = 0; i < 3; i++)
		who[i] = cigo_spawn(ctx, philosopher, 0, &t);
	ok(cigo_sleep(ctx, CIGO_S(1)));
	expect(ctx,
	       HEAD("4 tasks",
		    "no timer") "  main #1  runs\n"
				"    philosopher #2  has waited 0.990 s in mutex_lock, held by philosopher #3\n"
				"    philosopher #3  has waited 0.990 s in mutex_lock, held by philosopher #4\n"
				"    philosopher #4  has waited 0.990 s in mutex_lock, held by philosopher #2\n"
				"  deadlock: philosopher #2 -> philosopher #3 -> philosopher #4 -> philosopher #2\n");
	for (int i = 0; i < 3; i++)
		cigo_future_cancel(who[i], 0);
	for (int i = 0; i < 3; i++)
		fails(cigo_task_stop(ctx, who[i]), -ECANCELED);
	for (int i = 0; i < 3; i++)
		cigo_mutex_free(t.forks[i]);
}

CORO(locks)
{
	cigo_mutex *m = arg;
	int err = cigo_mutex_lock(ctx, m);

	if (!err)
		cigo_mutex_unlock(m);
	return err;
}

/* Holds the mutex that its child wants, and awaits the child: no search along awaits finds that. */
CORO(awaits_with_the_lock)
{
	cigo_mutex *m = arg;

	ok(cigo_mutex_lock(ctx, m));
	cigo_task *t = cigo_spawn(ctx, locks, 0, m);
	cigo_future *shield = cigo_future_shield(t);
	fails(cigo_future_await(ctx, shield, NULL, 0), -ECANCELED);
	cigo_mutex_unlock(m);
	cigo_future_unref(shield);
	return cigo_task_stop(ctx, t);
}

LOOP_TEST(a_lock_over_an_await_is_a_cycle, .model = CIGO_COOPERATIVE)
{
	cigo_mutex *m = cigo_mutex_new();
	cigo_task *t = cigo_spawn(ctx, awaits_with_the_lock, 0, m);

	ok(cigo_sleep(ctx, CIGO_S(1)));
	expect(ctx,
	       HEAD("3 tasks",
		    "no timer") "  main #1  runs\n"
				"    awaits_with_the_lock #2  has waited 1.000 s in future_await for locks #3\n"
				"      locks #3  has waited 1.000 s in mutex_lock, held by awaits_with_the_lock #2\n"
				"  deadlock: awaits_with_the_lock #2 -> locks #3 -> awaits_with_the_lock #2\n");
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	cigo_mutex_free(m);
}

/* A chain of spawners as deep as this needs no stack. */
CORO(digs)
{
	int *left = arg;

	if (!--*left) {
		char *text = dump(cigo_ctx_loop(ctx), 0);
		size_t lines = 0;

		for (const char *p = text; (p = strchr(p, '\n')); p++)
			lines++;
		equal(lines, t_scale(3000, 100) + 2);
		free(text);
		return 0;
	}
	cigo_task *t = cigo_spawn(ctx, digs, 0, left);
	return cigo_take(ctx, t, (char *)NULL);
}

LOOP_TEST(deep_trees_need_no_stack, .model = CIGO_COOPERATIVE)
{
	int left = (int)t_scale(3000, 100);
	cigo_task *t = cigo_spawn(ctx, digs, 0, &left);

	ok(cigo_take(ctx, t, (char *)NULL));
}

TEST_CASE("outside");

THREAD(asks)
{
	cigo_loop *loop = arg;
	char *text = dump(loop, 0);

	cigo_loop_unref(loop);
	return text;
}

LOOP_TEST(another_thread_asks_through_the_door, .model = CIGO_COOPERATIVE)
{
	pthread_t t = thread_start(asks, cigo_loop_ref(cigo_ctx_loop(ctx)));

	/* the virtual clock stands still as long as somebody outside has a reference */
	ok(cigo_sleep(ctx, CIGO_S(1)));
	char *text = thread_join(t);
	ck_assert_str_eq(
		text,
		HEAD("1 task",
		     "the next timer in 1.000 s") "  main #1  has waited 0.000 s in sleep; 1.000 s left\n");
	free(text);
}

struct hogged {
	cigo_loop *loop;
	sem_t begun, over;
	char *text;
};

THREAD(asks_a_hog)
{
	struct hogged *h = arg;

	pass(&h->begun);
	h->text = dump(h->loop, -ETIMEDOUT);
	sem_post(&h->over);
	cigo_loop_unref(h->loop);
	return NULL;
}

static void hog(const cigo_ctx *ctx, const char *text)
{
	struct hogged h = { .loop = cigo_loop_ref(cigo_ctx_loop(ctx)) };

	sem_init(&h.begun, 0, 0);
	sem_init(&h.over, 0, 0);
	pthread_t t = thread_start(asks_a_hog, &h);
	sem_post(&h.begun);
	pass(&h.over);
	thread_join(t);
	ck_assert_str_eq(h.text, text);
	free(h.text);
	sem_destroy(&h.begun);
	sem_destroy(&h.over);
}

CORO(a_cruncher_of_long_name)
{
	hog(ctx,
	    "cigo: no dump within 1 s: a_cruncher_of_l #2 holds the baton and does not suspend\n");
	return 0;
}

LOOP_TEST(a_coroutine_that_hogs_is_named, .model = CIGO_COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, a_cruncher_of_long_name, 0, NULL);

	ok(cigo_take(ctx, t, (char *)NULL));
	hog(ctx, "cigo: no dump within 1 s: main #1 holds the baton and does not suspend\n");
	return; /* both questions are delivered now, and forgotten */
}

CALLBACK(callback_hogs)
{
	hog(ctx, "cigo: no dump within 1 s: a callback holds the baton and does not suspend\n");
}

LOOP_TEST(a_callback_that_hogs_is_named, .model = CIGO_COOPERATIVE)
{
	cigo_loop_call_soon(cigo_ctx_loop(ctx), callback_hogs, NULL);
	ok(cigo_loop_wait_idle(ctx));
}

TEST(loops_that_do_not_run_say_so)
{
	cigo_loop *loop = cigo_loop_new(NULL);
	char *text = dump(loop, -ETIMEDOUT);

	ck_assert_str_eq(text, "cigo: no dump within 1 s: the loop does not run\n");
	free(text);
	ok(cigo_loop_run(loop, cigo_ctx_background(), sleeper, NULL));
	free(dump(loop, CIGO_ECLOSED));
	cigo_loop_unref(loop);
	free(dump(NULL, -ENOMEM));
}

PLAIN_MISUSE_TEST(no_file_is_misuse, "no file")
{
	cigo_loop_dump(cigo_loop_new(NULL), NULL);
}

/* ---- in the preemptive model ---- */

struct cruncher {
	sem_t begun, over;
};

CORO(crunches)
{
	struct cruncher *c = arg;

	sem_post(&c->begun);
	pass(&c->over);
	return 0;
}

CORO(dumps_beside_a_cruncher)
{
	struct cruncher c;

	sem_init(&c.begun, 0, 0);
	sem_init(&c.over, 0, 0);
	cigo_task *t = cigo_spawn(ctx, crunches, 0, &c);
	cigo_task *u = cigo_spawn(ctx, sleeper, 0, NULL);
	pass(&c.begun);
	char *text = dump(cigo_ctx_loop(ctx), 0);
	contains(text, "cigo: 3 tasks, preemptive, real clock; ");
	ck_assert_ptr_nonnull(
		strstr(text, "\n  main #1  runs\n    crunches #2  runs\n    sleeper #3  "));
	free(text);
	sem_post(&c.over);
	ok(cigo_take(ctx, t, (char *)NULL));
	fails(cigo_task_stop(ctx, u), -ECANCELED);
	sem_destroy(&c.begun);
	sem_destroy(&c.over);
	return 0;
}

TEST(preemptively_many_run)
{
	cigo_loop_options o = { .size = sizeof o,
				.model = CIGO_PREEMPTIVE,
				.clock = CIGO_CLOCK_REAL };

	ok(cigo_run_with(&o, cigo_ctx_background(), dumps_beside_a_cruncher, NULL));
}

enum { WAITERS = 50 };

CORO(awaits_with_others)
{
	return cigo_join(ctx, (cigo_future *)arg);
}

static bool seen_enough; /* atomic */

/* Who has been woken, and does not run yet, is ready. It does not wait for what is done. */
CORO(looks_on)
{
	while (!__atomic_load_n(&seen_enough, __ATOMIC_SEQ_CST)) {
		char *text = dump(cigo_ctx_loop(ctx), 0);

		ck_assert_ptr_null(strstr(text, "(done)"));
		free(text);
		usleep(100); /* others want the lock */
	}
	return 0;
}

CORO(wakes_many)
{
	cigo_task *onlooker = cigo_spawn(ctx, looks_on, 0, NULL), *t[WAITERS];

	for (int round = 0; round < 20; round++) {
		cigo_future *f = cigo_future_new(0);

		for (int i = 0; i < WAITERS; i++)
			t[i] = cigo_spawn(ctx, awaits_with_others, 0, f);
		ok(cigo_sleep(ctx, CIGO_MS(2)));
		ok(cigo_future_complete(f, NULL, 0, 0));
		for (int i = 0; i < WAITERS; i++)
			ok(cigo_future_take(ctx, t[i], NULL, 0));
		cigo_future_unref(f);
	}
	__atomic_store_n(&seen_enough, true, __ATOMIC_SEQ_CST);
	return cigo_future_take(ctx, onlooker, NULL, 0);
}

TEST(preemptively_who_is_woken_is_ready)
{
	cigo_loop_options o = { .size = sizeof o,
				.model = CIGO_PREEMPTIVE,
				.clock = CIGO_CLOCK_REAL };

	ok(cigo_run_with(&o, cigo_ctx_background(), wakes_many, NULL));
}

TEST_CASE("signal");

CORO(gets_a_signal)
{
	ok(cigo_yield(ctx));
	kill(getpid(), SIGUSR2);
	nap(50); /* another thread gets it, while this one has the baton */
	return cigo_sleep(ctx, CIGO_MS(50));
}

static void with_signal(const cigo_loop_options *o, const char *text)
{
	static struct caught c;

	catch_stderr(&c);
	int err = cigo_run_with(o, cigo_ctx_background(), gets_a_signal, NULL);
	const char *got = caught_stderr(&c);
	ok(err);
	if (!strstr(got, text))
		ck_abort_msg("\"%s\" is not in \"%s\"", text, got);
}

TEST(a_signal_asks_and_names_who_runs_at_once)
{
	cigo_loop_options o = { .size = sizeof o,
				.model = CIGO_COOPERATIVE,
				.dump_signal = SIGUSR2 };

	with_signal(&o, "cigo: main #1 holds the baton; the dump follows when it suspends or ends\n"
			"cigo: 1 task, cooperative, real clock; ");
	with_signal(&o, "\n  main #1  has waited 0.0");
	ck_assert_ptr_eq(signal(SIGUSR2, SIG_DFL), SIG_DFL);
}

CORO(waits_for_the_same)
{
	int sig = SIGUSR2;

	cigo_task *t = cigo_spawn(ctx, gets_a_signal, 0, NULL);
	equal(cigo_signal_wait(ctx, &sig, 1), SIGUSR2);
	return cigo_take(ctx, t, (char *)NULL);
}

TEST(the_program_may_wait_for_the_same_signal, COOPERATIVE)
{
	cigo_loop_options o = { .size = sizeof o, .dump_signal = SIGUSR2 };
	static struct caught c;

	catch_stderr(&c);
	int err = cigo_run_with(&o, cigo_ctx_background(), waits_for_the_same, NULL);
	const char *got = caught_stderr(&c);
	ok(err);
	contains(got, "gets_a_signal #2");
}

CORO(gets_usr1)
{
	kill(getpid(), SIGUSR1);
	return cigo_sleep(ctx, CIGO_MS(20));
}

TEST(the_environment_asks_for_sigusr1, COOPERATIVE)
{
	static struct caught c;

	setenv("CIGO_DUMP", "1", 1);
	catch_stderr(&c);
	int err = cigo_run(gets_usr1, NULL);
	const char *got = caught_stderr(&c);
	ok(err);
	contains(got, "  main #1  has waited 0.");
	setenv("CIGO_DUMP", "0", 1);
	ck_assert_ptr_eq(signal(SIGUSR1, SIG_IGN), SIG_DFL);
	ok(cigo_run(gets_usr1, NULL)); /* goes on */
}

TEST(signals_that_cannot_be_heard_are_named)
{
	cigo_loop_options o = { .size = sizeof o, .dump_signal = SIGKILL };
	static struct caught c;

	catch_stderr(&c);
	int err = cigo_run_with(&o, cigo_ctx_background(), sleeper, NULL);
	const char *got = caught_stderr(&c);
	ok(err);
	ck_assert_str_eq(got, "cigo: no dumps: signal 9: Invalid argument\n");
}

/* ---- one search ---- */

CORO(waits_for_any_with_the_lock)
{
	ok(cigo_mutex_lock(ctx, arg));
	cigo_task *t = cigo_spawn(ctx, locks, 0, arg);
	fails(cigo_wait(ctx, CIGO_WAIT_FIRST_RESULT, &t, 1), -ECANCELED);
	cigo_mutex_unlock(arg);
	return cigo_task_stop(ctx, t);
}

TEST_CASE("one search");

LOOP_TEST(a_cycle_through_any_of_one_is_named, .model = CIGO_COOPERATIVE)
{
	cigo_mutex *m = cigo_mutex_new();
	cigo_task *t = cigo_spawn(ctx, waits_for_any_with_the_lock, 0, m);

	ok(cigo_sleep(ctx, CIGO_S(1)));
	expect(ctx,
	       HEAD("3 tasks",
		    "no timer") "  main #1  runs\n"
				"    waits_for_any_with_the_lock #2  has waited 1.000 s in wait for locks #3\n"
				"      locks #3  has waited 1.000 s in mutex_lock, held by waits_for_any_with_the_lock #2\n"
				"  deadlock: waits_for_any_with_the_lock #2 -> locks #3 -> waits_for_any_with_the_lock #2\n");
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	cigo_mutex_free(m);
}
