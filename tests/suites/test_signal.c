/* SPDX-License-Identifier: MIT
 * Signals: waiting for them, what becomes of their actions, and Ctrl-C.
 */
#include "tests/tools/wire.h"

#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static int run_poller(int poller, cigo_coro_fn *body, void *arg)
{
	cigo_loop_options o = { .size = sizeof o, .clock = CIGO_CLOCK_REAL, .poller = poller };

	return cigo_run_with(&o, cigo_ctx_background(), body, arg);
}

static int wait_for(cigo_ctx *ctx, int sig)
{
	return cigo_signal_wait(ctx, &sig, 1);
}

CORO(wait_for_arg)
{
	return wait_for(ctx, *(int *)arg);
}

/* Lets the others go on until they wait. On the real clock nothing tells when, if they run beside us. */
static int settle(cigo_ctx *ctx)
{
	return t_is_preemptive() ? cigo_sleep(ctx, CIGO_MS(50)) : cigo_yield(ctx);
}

/* Starts watching it, and waits no longer. */
static void watch(cigo_ctx *ctx, int sig)
{
	cigo_task *t = cigo_spawn(ctx, wait_for_arg, 0, &sig);

	ok(settle(ctx));
	cigo_ignore(cigo_task_stop(ctx, t));
}

static void expect_none(cigo_ctx *ctx, int sig)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(20));

	fails(wait_for(timed, sig), -ETIMEDOUT);
	cigo_ctx_unref(timed);
}

static void send_here(int sig)
{
	ok(kill(getpid(), sig));
}

/* Sends them one by one, so that the kernel does not make one of them. Only for signals that the
 * loop of ctx watches: they are handled before the callback returns. */
CALLBACK(raise_arg)
{
	ok(raise(*(int *)arg));
}

static void send_one_by_one(cigo_ctx *ctx, int sig, int n)
{
	for (int i = 0; i < n; i++)
		ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), raise_arg, &sig), 0);
	ok(cigo_loop_wait_idle(ctx));
}

TEST_CASE("senders");

struct sender {
	int sig;
	pthread_t home;
	pthread_t thread;
};

THREAD(kill_later)
{
	nap(20);
	send_here(((struct sender *)arg)->sig);
	return NULL;
}

THREAD(pthread_kill_later)
{
	const struct sender *s = arg;

	nap(20);
	ok(pthread_kill(s->home, s->sig));
	return NULL;
}

/* A thread made by a coroutine has all signals blocked, as its maker has. */
THREAD(raise_later)
{
	const struct sender *s = arg;
	sigset_t open;

	nap(20);
	sigemptyset(&open);
	sigaddset(&open, s->sig);
	pthread_sigmask(SIG_UNBLOCK, &open, NULL);
	ok(raise(s->sig));
	return NULL;
}

static void *(*const senders[])(void *) = { kill_later, pthread_kill_later, raise_later };

CORO(hear_from_threads)
{
	struct sender *s = arg;

	for (size_t i = 0; i < sizeof senders / sizeof *senders; i++) {
		watch(ctx, s->sig);
		s->thread = thread_start(senders[i], s);
		equal(wait_for(ctx, s->sig), s->sig); /* the loop sleeps in its poller */
		thread_join(s->thread);
	}
	return 0;
}

TEST(other_threads_send_by_kill_pthread_kill_and_raise, BOTH_POLLERS)
{
	struct sender s = { .sig = SIGUSR1, .home = pthread_self() };

	ok(run_poller(_i, hear_from_threads, &s));
}

CORO(send_and_wait)
{
	for (int i = 0; i < 10; i++) {
		watch(ctx, SIGTERM);
		send_here(SIGTERM);
		equal(wait_for(ctx, SIGTERM), SIGTERM);
	}
	return 0;
}

TEST(a_coroutine_may_send_to_its_own_process, BOTH_POLLERS)
{
	ok(run_poller(_i, send_and_wait, NULL));
}

CORO(raise_in_a_callback)
{
	watch(ctx, SIGHUP);
	send_one_by_one(ctx, SIGHUP, 1);
	equal(wait_for(ctx, SIGHUP), SIGHUP);
	return 0;
}

TEST(a_callback_may_raise, BOTH_POLLERS)
{
	ok(run_poller(_i, raise_in_a_callback, NULL));
}

static pid_t fork_sender(int sig, int times)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		nap(20);
		for (int i = 0; i < times; i++)
			kill(getppid(), sig);
		_exit(0);
	}
	return child;
}

static int child_status(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

CORO(hear_from_a_process)
{
	pid_t child;

	watch(ctx, SIGUSR2);
	child = fork_sender(SIGUSR2, 1);
	equal(wait_for(ctx, SIGUSR2), SIGUSR2);
	equal(child_status(child), 0);
	return 0;
}

TEST(another_process_may_send, BOTH_POLLERS)
{
	ok(run_poller(_i, hear_from_a_process, NULL));
}

CORO(hear_in_a_blocking_section)
{
	watch(ctx, SIGUSR1);
	cigo_blocking_begin(ctx);
	send_here(SIGUSR1);
	nap(10);
	cigo_blocking_end(ctx);
	equal(wait_for(ctx, SIGUSR1), SIGUSR1);
	return 0;
}

TEST(what_comes_during_a_blocking_section_is_there_after_it, BOTH_POLLERS)
{
	ok(run_poller(_i, hear_in_a_blocking_section, NULL));
}

TEST_CASE("between two waits");

REAL_TEST(what_comes_between_two_waits_is_counted)
{
	watch(ctx, SIGUSR1);
	send_one_by_one(ctx, SIGUSR1, 3);
	for (int i = 0; i < 3; i++)
		equal(wait_for(ctx, SIGUSR1), SIGUSR1);
	expect_none(ctx, SIGUSR1);
}

REAL_TEST(what_came_before_the_first_wait_does_not_count)
{
	watch(ctx, SIGUSR1);
	signal(SIGUSR2, SIG_IGN);
	send_one_by_one(ctx, SIGUSR2, 1);
	expect_none(ctx, SIGUSR2);
	signal(SIGUSR2, SIG_DFL);
}

REAL_TEST(signals_for_real_time_are_all_counted)
{
	int sig = SIGRTMIN + 2;

	if (t_is_preemptive() && t_under_tsan())
		return; /* TSan keeps one of each while home is in a call it does not know */
	watch(ctx, sig);
	for (int i = 0; i < 50; i++)
		send_here(sig);
	for (int i = 0; i < 50; i++)
		equal(wait_for(ctx, sig), sig);
	expect_none(ctx, sig);
}

static int sent; /* atomic */

THREAD(send_1000)
{
	for (int i = 0; i < 1000; i++) {
		__atomic_fetch_add(&sent, 1, __ATOMIC_SEQ_CST);
		send_here(SIGUSR1);
	}
	return NULL;
}

CORO(hear_the_last_of_1000)
{
	pthread_t t;
	int n = 0, seen;

	watch(ctx, SIGUSR1);
	t = thread_start(send_1000, NULL);
	do {
		equal(wait_for(ctx, SIGUSR1), SIGUSR1);
		seen = __atomic_load_n(&sent, __ATOMIC_SEQ_CST);
		n++;
	} while (seen < 1000);
	thread_join(t);
	ck_assert_int_le(n, 1000);
	return 0;
}

TEST(of_a_burst_the_last_is_not_lost, BOTH_POLLERS)
{
	ok(run_poller(_i, hear_the_last_of_1000, NULL));
}

CORO(hear_a_burst_of_a_process)
{
	pid_t child;
	int n = 0;
	cigo_ctx *timed;

	watch(ctx, SIGUSR1);
	child = fork_sender(SIGUSR1, 1000);
	equal(child_status(child), 0);
	timed = cigo_ctx_with_timeout(ctx, CIGO_MS(50));
	while (wait_for(timed, SIGUSR1) == SIGUSR1)
		n++;
	cigo_ctx_unref(timed);
	ck_assert_int_ge(n, 1);
	ck_assert_int_le(n, 1000);
	return 0;
}

TEST(a_burst_of_another_process_is_heard, BOTH_POLLERS)
{
	ok(run_poller(_i, hear_a_burst_of_a_process, NULL));
}

TEST_CASE("several");

REAL_TEST(of_several_that_have_come_the_first_in_the_array_is_returned)
{
	int both[] = { SIGUSR2, SIGUSR1 }, turned[] = { SIGUSR1, SIGUSR2 };

	watch(ctx, SIGUSR1);
	watch(ctx, SIGUSR2);
	for (int i = 0; i < 2; i++) {
		send_one_by_one(ctx, SIGUSR1, 1);
		send_one_by_one(ctx, SIGUSR2, 1);
	}
	equal(cigo_signal_wait(ctx, both, 2), SIGUSR2);
	equal(cigo_signal_wait(ctx, turned, 2), SIGUSR1);
	equal(cigo_signal_wait(ctx, both, 2), SIGUSR2);
	equal(cigo_signal_wait(ctx, both, 2), SIGUSR1);
}

REAL_TEST(an_iterator_gives_one_signal_after_the_other_and_loses_none)
{
	int both[] = { SIGUSR1, SIGUSR2 }, got = 0;
	cigo_iter *it = cigo_signal_iter(both, 2);
	cigo_ctx *timed;

	watch(ctx, SIGUSR1);
	watch(ctx, SIGUSR2);
	send_one_by_one(ctx, SIGUSR2, 1);
	send_one_by_one(ctx, SIGUSR1, 2);
	for (int i = 0; i < 3; i++) {
		ck_assert(cigo_next(ctx, it, &got));
		equal(got, i < 2 ? SIGUSR1 : SIGUSR2);
	}
	timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	ck_assert(!cigo_next(timed, it, &got));
	equal(got, 0);
	cigo_ctx_unref(timed);
	equal(cigo_iter_close(ctx, it), -ETIMEDOUT);
	it = cigo_signal_iter(both, 0);
	ck_assert(!cigo_next(ctx, it, &got));
	equal(cigo_iter_close(ctx, it), -EINVAL);
}

REAL_TEST(a_signal_may_be_named_twice)
{
	int twice[] = { SIGUSR1, SIGUSR1 };

	watch(ctx, SIGUSR1);
	send_one_by_one(ctx, SIGUSR1, 1);
	equal(cigo_signal_wait(ctx, twice, 2), SIGUSR1);
	expect_none(ctx, SIGUSR1);
}

struct wish {
	int signals[3];
	size_t n;
	int got;
};

CORO(wish_for)
{
	struct wish *w = arg;

	w->got = cigo_signal_wait(ctx, w->signals, w->n);
	return w->got;
}

REAL_TEST(all_who_wait_for_a_signal_get_it)
{
	struct wish w[4] = { { { SIGUSR1 }, 1, 0 },
			     { { SIGUSR2, SIGUSR1 }, 2, 0 },
			     { { SIGUSR2 }, 1, 0 },
			     { { SIGUSR1 }, 1, 0 } };
	cigo_task *t[4];

	for (int i = 0; i < 4; i++)
		t[i] = cigo_spawn(ctx, wish_for, 0, &w[i]);
	ok(settle(ctx));
	send_one_by_one(ctx, SIGUSR1, 1);
	ok(cigo_sleep(ctx, CIGO_MS(20)));
	equal(w[0].got, SIGUSR1);
	equal(w[1].got, SIGUSR1);
	equal(w[2].got, 0);
	equal(w[3].got, SIGUSR1);
	expect_none(ctx, SIGUSR1);
	send_one_by_one(ctx, SIGUSR2, 1);
	for (int i = 0; i < 4; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	equal(w[2].got, SIGUSR2);
}

REAL_TEST(who_waited_gets_it_before_one_who_asks_later)
{
	struct wish w = { { SIGUSR1 }, 1, 0 };
	cigo_task *t = cigo_spawn(ctx, wish_for, 0, &w);
	struct sender s = { .sig = SIGUSR1 };

	ok(settle(ctx));
	on_thread(raise_later, &s); /* handled, and the loop has not looked since */
	expect_none(ctx, SIGUSR1);
	equal(w.got, SIGUSR1);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

/* Of loops in several threads; what they have got. */
struct meeting {
	pthread_barrier_t watching, over;
	int got[2];
};

struct guest {
	struct meeting *m;
	int i;
};

CORO(meet)
{
	struct guest *g = arg;

	watch(ctx, SIGUSR1);
	cigo_blocking_begin(ctx);
	pthread_barrier_wait(&g->m->watching);
	cigo_blocking_end(ctx);
	g->m->got[g->i] = wait_for(ctx, SIGUSR1);
	return 0;
}

THREAD(run_guest)
{
	ok(run_poller(0, meet, arg));
	return NULL;
}

TEST(two_loops_in_two_threads_both_get_it)
{
	struct meeting m = { .got = { 0 } };
	struct guest a = { &m, 0 }, b = { &m, 1 };
	pthread_t ta, tb;

	pthread_barrier_init(&m.watching, NULL, 3);
	ta = thread_start(run_guest, &a);
	tb = thread_start(run_guest, &b);
	pthread_barrier_wait(&m.watching);
	send_here(SIGUSR1);
	thread_join(ta);
	thread_join(tb);
	equal(m.got[0], SIGUSR1);
	equal(m.got[1], SIGUSR1);
	pthread_barrier_destroy(&m.watching);
}

TEST_CASE("failures");

static void refuse_all(cigo_ctx *ctx)
{
	int never[] = { SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL,
			0,	 -1,	  32,	   33,	   65,	   1 << 20 };

	for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
		int some[] = { SIGUSR1, never[i] };

		fails(wait_for(ctx, never[i]), -EINVAL);
		fails(cigo_signal_wait(ctx, some, 2), -EINVAL);
	}
	fails(cigo_signal_wait(ctx, never, 0), -EINVAL);
	fails(cigo_signal_wait(ctx, NULL, 1), -EINVAL);
	fails(cigo_signal_wait(NULL, never, 1), -ENOMEM);
}

static bool is_action(int sig, void (*handler)(int))
{
	struct sigaction now;

	ok(sigaction(sig, NULL, &now));
	return now.sa_handler == handler;
}

LOOP_TEST(what_is_no_signal_to_wait_for_is_refused_and_nothing_is_watched)
{
	refuse_all(ctx);
	equal(is_action(SIGUSR1, SIG_DFL), true);
}

TEST(what_is_no_signal_to_wait_for_is_refused_without_a_loop_too)
{
	refuse_all(cigo_ctx_background());
	equal(is_action(SIGUSR1, SIG_DFL), true);
}

REAL_TEST(a_dead_context_watches_nothing)
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);

	cigo_ctx_cancel(dead, -EIO);
	fails(wait_for(dead, SIGUSR1), -EIO);
	equal(is_action(SIGUSR1, SIG_DFL), true);
	cigo_ctx_unref(dead);
}

REAL_TEST(who_is_cancelled_leaves_the_signal_to_others)
{
	struct wish w = { { SIGUSR1 }, 1, 0 };
	cigo_task *t = cigo_spawn(ctx, wish_for, 0, &w);

	ok(settle(ctx));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	fails(w.got, -ECANCELED);
	send_one_by_one(ctx, SIGUSR1, 1);
	equal(wait_for(ctx, SIGUSR1), SIGUSR1);
}

REAL_TEST(a_signal_that_came_before_the_cancellation_is_returned)
{
	struct wish w = { { SIGUSR1 }, 1, 0 };
	cigo_task *t = cigo_spawn(ctx, wish_for, 0, &w);

	ok(settle(ctx));
	send_one_by_one(ctx, SIGUSR1, 1);
	expect_none(ctx, SIGUSR2); /* it is delivered meanwhile */
	cigo_ignore(cigo_task_stop(ctx, t));
	equal(w.got, SIGUSR1);
}

CORO(leave_a_waiter)
{
	cigo_detach(cigo_spawn(ctx, wish_for, 0, arg));
	return settle(ctx);
}

TEST(one_who_still_waits_at_the_end_is_cancelled)
{
	struct wish w = { { SIGUSR1 }, 1, 0 };

	ok(t_run(leave_a_waiter, &w));
	fails(w.got, -ECANCELED);
	equal(is_action(SIGUSR1, SIG_DFL), true);
}

MISUSE_TEST(to_wait_without_the_loop_in_a_coroutine_is_misuse, "cigo_signal_wait")
{
	cigo_ignore(wait_for(cigo_ctx_background(), SIGUSR1));
}

TEST_CASE("virtual clock");

CORO(wait_an_hour)
{
	struct sender *s = arg;
	cigo_ctx *timed;

	watch(ctx, s->sig);
	s->thread = thread_start(kill_later, s);
	timed = cigo_ctx_with_timeout(ctx, CIGO_S(3600));
	equal(wait_for(timed, s->sig), s->sig);
	cigo_ctx_unref(timed);
	thread_join(s->thread);
	return 0;
}

TEST(the_virtual_clock_waits_for_signals_as_for_descriptors)
{
	struct sender s = { .sig = SIGUSR1 };
	cigo_loop_options o = { .size = sizeof o,
				.clock = CIGO_CLOCK_VIRTUAL,
				.silence_ns = CIGO_S(5) };

	ok(cigo_run_with(&o, cigo_ctx_background(), wait_an_hour, &s));
}

LOOP_TEST(the_virtual_clock_jumps_where_no_signal_comes)
{
	int64_t real = t_real_now();
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(3600));

	fails(wait_for(timed, SIGUSR1), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	ck_assert_int_lt(t_real_now() - real, CIGO_S(4));
}

LOOP_TEST(once_watched_a_signal_holds_the_virtual_clock_no_longer)
{
	int64_t real = t_real_now();

	watch(ctx, SIGUSR1);
	for (int i = 0; i < 1000; i++)
		ok(cigo_sleep(ctx, CIGO_S(1)));
	ck_assert_int_lt(t_real_now() - real, CIGO_S(4));
}

TEST_CASE("actions");

static int own_calls;

static void own_handler(int sig)
{
	(void)sig;
	own_calls++;
}

static void own_info(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	own_handler(sig);
}

static void set_action(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_NODEFER };

	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGQUIT);
	ok(sigaction(sig, &action, NULL));
}

static void same_action(const struct sigaction *a, const struct sigaction *b)
{
	equal(a->sa_flags, b->sa_flags);
	equal(a->sa_sigaction == b->sa_sigaction, true);
	for (int sig = 1; sig < 32; sig++)
		equal(sigismember(&a->sa_mask, sig), sigismember(&b->sa_mask, sig));
}

CORO(watch_usr1)
{
	watch(ctx, SIGUSR1);
	equal(is_action(SIGUSR1, own_handler), false);
	equal(is_action(SIGUSR1, SIG_DFL), false);
	return 0;
}

static void watch_restores(int sig, const struct sigaction *action)
{
	struct sigaction before, after;

	ok(sigaction(sig, action, NULL));
	ok(sigaction(sig, NULL, &before));
	ok(t_run_real(watch_usr1, NULL));
	ok(sigaction(sig, NULL, &after));
	same_action(&before, &after);
}

TEST(after_the_loop_the_action_from_before_is_back)
{
	struct sigaction a = { .sa_handler = SIG_DFL };

	watch_restores(SIGUSR1, &a);
	a.sa_handler = SIG_IGN;
	watch_restores(SIGUSR1, &a);
	a.sa_handler = own_handler;
	a.sa_flags = SA_RESTART | SA_NODEFER;
	sigaddset(&a.sa_mask, SIGQUIT);
	watch_restores(SIGUSR1, &a);
	a.sa_flags = SA_SIGINFO | SA_RESETHAND;
	a.sa_sigaction = own_info;
	watch_restores(SIGUSR1, &a);
	equal(own_calls, 0);
}

CORO(watch_and_change)
{
	watch(ctx, SIGUSR1);
	set_action(SIGUSR1, own_handler);
	return 0;
}

TEST(an_action_changed_meanwhile_stays)
{
	ok(t_run_real(watch_and_change, NULL));
	equal(is_action(SIGUSR1, own_handler), true);
	ok(raise(SIGUSR1));
	equal(own_calls, 1);
}

/* What came before this loop watched is none of its business. */
CORO(hear_nothing)
{
	expect_none(ctx, SIGUSR1);
	return 0;
}

CORO(watch_till_told)
{
	struct meeting *m = arg;

	watch(ctx, SIGUSR1);
	cigo_blocking_begin(ctx);
	pthread_barrier_wait(&m->watching);
	pthread_barrier_wait(&m->over);
	cigo_blocking_end(ctx);
	return 0;
}

THREAD(run_watch_till_told)
{
	ok(t_run_real(watch_till_told, arg));
	return NULL;
}

TEST(the_action_is_back_after_the_last_loop_that_watched)
{
	struct meeting m;
	pthread_t t;

	pthread_barrier_init(&m.watching, NULL, 2);
	pthread_barrier_init(&m.over, NULL, 2);
	set_action(SIGUSR1, own_handler);
	t = thread_start(run_watch_till_told, &m);
	pthread_barrier_wait(&m.watching);
	ok(t_run_real(watch_usr1, NULL)); /* one that comes and goes meanwhile */
	equal(is_action(SIGUSR1, own_handler), false);
	ok(raise(SIGUSR1)); /* to the other loop, unread */
	ok(t_run_real(hear_nothing, NULL));
	pthread_barrier_wait(&m.over);
	thread_join(t);
	equal(is_action(SIGUSR1, own_handler), true);
	equal(own_calls, 0);
	pthread_barrier_destroy(&m.watching);
	pthread_barrier_destroy(&m.over);
}

static sem_t sleeper;

THREAD(sleep_on_semaphore)
{
	ok(sem_wait(&sleeper));
	return NULL;
}

CORO(signal_the_sleeper)
{
	pthread_t thread = *(pthread_t *)arg;

	watch(ctx, SIGUSR1);
	for (int i = 0; i < 5; i++) {
		nap(2);
		ok(pthread_kill(thread, SIGUSR1));
		equal(wait_for(ctx, SIGUSR1), SIGUSR1);
	}
	return sem_post(&sleeper);
}

TEST(a_call_that_is_interrupted_in_another_thread_is_restarted)
{
	pthread_t thread;

	sem_init(&sleeper, 0, 0);
	thread = thread_start(sleep_on_semaphore, NULL);
	ok(t_run_real(signal_the_sleeper, &thread));
	thread_join(thread);
	sem_destroy(&sleeper);
}

CALLBACK(raise_and_look_at_errno)
{
	for (int i = 0; i < 10; i++) {
		errno = 77;
		raise(SIGUSR1);
		equal(errno, 77);
	}
}

REAL_TEST(errno_survives_a_signal)
{
	watch(ctx, SIGUSR1);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), raise_and_look_at_errno, NULL), 0);
	ok(cigo_loop_wait_idle(ctx));
	for (int i = 0; i < 10; i++)
		equal(wait_for(ctx, SIGUSR1), SIGUSR1);
}

TEST_CASE("children");

REAL_TEST(children_are_waited_for_by_sigchld)
{
	int left = 10;
	pid_t child;

	watch(ctx, SIGCHLD);
	for (int i = 0; i < left; i++) {
		child = fork();
		if (child == 0)
			_exit(i);
	}
	while (left > 0) {
		equal(wait_for(ctx, SIGCHLD), SIGCHLD);
		while (left > 0 && (child = waitpid(0, NULL, WNOHANG)) > 0)
			left--;
	}
}

static void wait_to_be_killed(void)
{
	if (!is_action(SIGTERM, SIG_DFL) || !is_action(SIGUSR1, SIG_IGN))
		_exit(1);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGTERM);
	nap(1000);
	_exit(2);
}

CORO(fork_while_watching)
{
	pid_t child;
	int status;

	watch(ctx, SIGTERM);
	watch(ctx, SIGUSR1);
	child = fork();
	if (child == 0)
		wait_to_be_killed();
	status = child_status(child);
	equal(WIFSIGNALED(status), true);
	equal(WTERMSIG(status), SIGTERM);
	expect_none(ctx, SIGTERM);
	expect_none(ctx, SIGUSR1);
	send_here(SIGTERM);
	equal(wait_for(ctx, SIGTERM), SIGTERM);
	return 0;
}

TEST(a_forked_child_has_the_old_actions_and_its_signals_are_not_ours)
{
	set_action(SIGUSR1, SIG_IGN);
	set_action(SIGTERM, SIG_DFL); /* Check has one of its own */
	ok(t_run_real(fork_while_watching, NULL));
}

static int run_in_child(void)
{
	return t_run_real(send_and_wait, NULL) || t_run_real(watch_usr1, NULL);
}

TEST(a_child_forked_while_another_thread_watches_may_run_loops_of_its_own)
{
	struct meeting m;
	pthread_t t;
	pid_t child;

	if (t_under_tsan()) /* knows no signals in children of processes with threads */
		return;
	pthread_barrier_init(&m.watching, NULL, 2);
	pthread_barrier_init(&m.over, NULL, 2);
	t = thread_start(run_watch_till_told, &m);
	pthread_barrier_wait(&m.watching);
	child = fork();
	if (child == 0)
		_exit(run_in_child());
	equal(child_status(child), 0);
	pthread_barrier_wait(&m.over);
	thread_join(t);
	pthread_barrier_destroy(&m.watching);
	pthread_barrier_destroy(&m.over);
}

TEST_CASE("storm", .seconds = 30);

static int storm_over; /* atomic */

THREAD(storm)
{
	while (!__atomic_load_n(&storm_over, __ATOMIC_SEQ_CST)) {
		send_here(SIGUSR1);
		sched_yield();
	}
	return NULL;
}

CORO(hear_thrice)
{
	for (int i = 0; i < 3; i++)
		equal(wait_for(ctx, SIGUSR1), SIGUSR1);
	return 0;
}

THREAD(come_and_go)
{
	for (long i = 0; i < t_scale(100, 20); i++)
		ok(run_poller((int)i % 2 + 1, hear_thrice, NULL));
	return NULL;
}

TEST(loops_come_and_go_in_a_storm_of_signals)
{
	pthread_t t, goer;
	int ends[2];

	set_action(SIGUSR1, SIG_IGN);
	t = thread_start(storm, NULL);
	goer = thread_start(come_and_go, NULL);
	for (long i = 0; i < t_scale(100, 20); i++) {
		ok(run_poller((int)i % 2 + 1, hear_thrice, NULL));
		raw_pipe(ends); /* has the numbers of the loop's descriptors, mostly */
		sched_yield();
		raw_silent(ends[0]);
		close(ends[0]);
		close(ends[1]);
	}
	thread_join(goer);
	__atomic_store_n(&storm_over, 1, __ATOMIC_SEQ_CST);
	thread_join(t);
	equal(is_action(SIGUSR1, SIG_IGN), true);
}

TEST_CASE("without a loop");

static pthread_t main_thread;

THREAD(send_when_watched)
{
	while (is_action(SIGUSR1, own_handler))
		nap(1);
	return senders[*(int *)arg]((&(struct sender){ .sig = SIGUSR1, .home = main_thread }));
}

TEST(without_a_loop_the_thread_blocks)
{
	set_action(SIGUSR1, own_handler);
	main_thread = pthread_self();
	for (int i = 0; i < 3; i++) {
		pthread_t t = thread_start(send_when_watched, &i);

		equal(wait_for(cigo_ctx_background(), SIGUSR1), SIGUSR1);
		thread_join(t);
	}
	equal(own_calls, 0);
	equal(is_action(SIGUSR1, own_handler), true);
}

TEST(without_a_loop_a_timeout_ends_the_wait)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(20));

	fails(wait_for(timed, SIGUSR1), -ETIMEDOUT);
	fails(wait_for(timed, SIGUSR1), -ETIMEDOUT);
	equal(is_action(SIGUSR1, SIG_DFL), true);
	cigo_ctx_unref(timed);
}

THREAD(cancel_later)
{
	nap(20);
	cigo_ctx_cancel(arg, -EIO);
	return NULL;
}

TEST(without_a_loop_another_thread_may_cancel_the_wait)
{
	cigo_ctx *ctx = cigo_ctx_with_cancel(cigo_ctx_background());
	pthread_t t = thread_start(cancel_later, ctx);

	fails(wait_for(ctx, SIGUSR1), -EIO);
	thread_join(t);
	cigo_ctx_unref(ctx);
}

TEST(without_a_loop_what_is_blocked_between_two_waits_is_not_missed)
{
	sigset_t set, after;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 3; i++) {
		send_here(SIGTERM);
		equal(wait_for(cigo_ctx_background(), SIGTERM), SIGTERM);
		pthread_sigmask(SIG_BLOCK, NULL, &after);
		equal(sigismember(&after, SIGTERM), 1);
	}
}

TEST(without_a_loop_and_without_descriptors_it_fails_with_emfile)
{
	struct rlimit before, none;
	int fd = dup(0), err;

	ck_assert_int_ge(fd, 0);
	close(fd);
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ (rlim_t)fd, before.rlim_max };
	setrlimit(RLIMIT_NOFILE, &none);
	err = wait_for(cigo_ctx_background(), SIGUSR1);
	setrlimit(RLIMIT_NOFILE, &before);
	fails(err, -EMFILE);
}

CORO(block_in_a_worker)
{
	equal(cigo_ctx_loop(ctx) == NULL, true);
	return wait_for(ctx, SIGUSR1) == SIGUSR1 ? 0 : -EDOM;
}

REAL_TEST(a_worker_waits_as_a_thread_without_a_loop)
{
	cigo_task *t = cigo_go(ctx, block_in_a_worker, 0, NULL);

	while (is_action(SIGUSR1, SIG_DFL))
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	send_here(SIGUSR1);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

TEST_CASE("Ctrl-C");

static int ready[2]; /* by it the child tells that it may be interrupted; the pipe to it */

static void tell_ready(void)
{
	cigo_ignore(write(ready[1], "r", 1));
}

static pid_t child_start(int (*body)(void), void (*action)(int))
{
	pid_t child;

	ok(pipe2(ready, O_CLOEXEC));
	fflush(NULL);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGINT, action); /* Check has one of its own */
		_exit(body());
	}
	close(ready[1]);
	return child;
}

/* Interrupts it each time it is ready; what became of it. */
static int interrupt(int (*body)(void), void (*action)(int))
{
	pid_t child = child_start(body, action);
	char c;

	while (read(ready[0], &c, 1) == 1)
		ok(kill(child, SIGINT));
	close(ready[0]);
	return child_status(child);
}

static void exits(int status, int code)
{
	ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
	equal(WEXITSTATUS(status), code);
}

static void dies(int status)
{
	ck_assert_msg(WIFSIGNALED(status), "exited with %d", WEXITSTATUS(status));
	equal(WTERMSIG(status), SIGINT);
}

static bool cleaned_up;

CORO(sleep_and_clean_up)
{
	cigo_ctx *grace;
	int err;

	tell_ready();
	err = cigo_sleep(ctx, CIGO_S(100));
	if (err != -EINTR || cigo_ctx_error(ctx) != -EINTR)
		return -EDOM;
	grace = cigo_ctx_without_cancel(ctx, CIGO_S(5));
	err = cigo_sleep(grace, CIGO_MS(20));
	cigo_ctx_unref(grace);
	cleaned_up = err == 0;
	return 0;
}

/* 3: all as it should be. */
static int run_and_clean_up(void)
{
	int err = t_run_real(sleep_and_clean_up, NULL);

	return err == -EINTR && cleaned_up && is_action(SIGINT, SIG_DFL) ? 3 : 4;
}

static int run_and_clean_up_on_poll(void)
{
	int err = run_poller(CIGO_POLLER_POLL, sleep_and_clean_up, NULL);

	return err == -EINTR && cleaned_up ? 3 : 4;
}

TEST(ctrl_c_cancels_main_which_cleans_up)
{
	exits(interrupt(run_and_clean_up, SIG_DFL), 3);
	exits(interrupt(run_and_clean_up_on_poll, SIG_DFL), 3);
}

CORO(do_not_listen)
{
	while (!cleaned_up) {
		cigo_ctx *deaf = cigo_ctx_without_cancel(ctx, CIGO_S(100));

		tell_ready();
		cigo_ignore(cigo_sleep(deaf, CIGO_MS(100)));
		cigo_ctx_unref(deaf);
	}
	return 0;
}

static int run_deaf(void)
{
	t_run_real(do_not_listen, NULL);
	return 4;
}

TEST(a_second_ctrl_c_kills)
{
	dies(interrupt(run_deaf, SIG_DFL));
}

CORO(be_not_interrupted)
{
	tell_ready();
	return cigo_sleep(ctx, CIGO_MS(100));
}

static int run_ignoring(void)
{
	return t_run_real(be_not_interrupted, NULL) == 0 && is_action(SIGINT, SIG_IGN) ? 3 : 4;
}

TEST(where_sigint_is_ignored_it_stays_so)
{
	exits(interrupt(run_ignoring, SIG_IGN), 3);
}

static int run_with_own_handler(void)
{
	int err = t_run_real(be_not_interrupted, NULL);

	return err == 0 && own_calls == 1 && is_action(SIGINT, own_handler) ? 3 : 4;
}

TEST(a_handler_of_the_programs_own_keeps_sigint)
{
	exits(interrupt(run_with_own_handler, own_handler), 3);
}

CORO(wait_for_int_twice)
{
	watch(ctx, SIGINT);
	for (int i = 0; i < 2; i++) {
		tell_ready();
		if (wait_for(ctx, SIGINT) != SIGINT)
			return -EDOM;
	}
	return 0;
}

static int run_wait_for_int(void)
{
	return t_run_real(wait_for_int_twice, NULL) == 0 && is_action(SIGINT, SIG_DFL) ? 3 : 4;
}

TEST(who_waits_for_sigint_gets_it_instead)
{
	exits(interrupt(run_wait_for_int, SIG_DFL), 3);
}

static int run_loop_only(void)
{
	cigo_loop *loop = cigo_loop_new(NULL);

	cigo_ignore(cigo_loop_run(loop, cigo_ctx_background(), be_not_interrupted, NULL));
	cigo_loop_unref(loop);
	return 4;
}

TEST(cigo_loop_run_leaves_sigint_as_it_is)
{
	dies(interrupt(run_loop_only, SIG_DFL));
}

CORO(return_at_once)
{
	return 0;
}

static int run_and_be_killed(void)
{
	t_run_real(return_at_once, NULL);
	tell_ready();
	nap(5000);
	return 4;
}

TEST(after_the_run_ctrl_c_kills_as_before)
{
	dies(interrupt(run_and_be_killed, SIG_DFL));
}

CORO(take_sigint_over)
{
	set_action(SIGINT, own_handler);
	tell_ready();
	return cigo_sleep(ctx, CIGO_MS(100));
}

static int run_taken_over(void)
{
	int err = t_run_real(take_sigint_over, NULL);

	return err == 0 && own_calls == 1 && is_action(SIGINT, own_handler) ? 3 : 4;
}

TEST(a_handler_installed_during_the_run_has_sigint_and_stays)
{
	exits(interrupt(run_taken_over, SIG_DFL), 3);
}

CORO(yield_for_ever)
{
	int err;

	tell_ready();
	do
		err = cigo_yield(ctx);
	while (!err);
	return err == -EINTR ? 0 : -EDOM;
}

static int run_yielding(void)
{
	return t_run_real(yield_for_ever, NULL) == -EINTR ? 3 : 4;
}

static int run_yielding_virtually(void)
{
	return t_run(yield_for_ever, NULL) == -EINTR ? 3 : 4;
}

CORO(sleep_again_and_again)
{
	int err;

	tell_ready();
	do
		err = cigo_sleep(ctx, CIGO_S(1));
	while (!err);
	return err == -EINTR ? 0 : -EDOM;
}

static int run_sleeping_virtually(void)
{
	return t_run(sleep_again_and_again, NULL) == -EINTR ? 3 : 4;
}

TEST(ctrl_c_reaches_a_loop_that_never_sleeps)
{
	exits(interrupt(run_yielding, SIG_DFL), 3);
	exits(interrupt(run_yielding_virtually, SIG_DFL), 3);
	exits(interrupt(run_sleeping_virtually, SIG_DFL), 3);
}

enum { RUNS = 5 };

static pthread_barrier_t all_run;

CORO(run_with_others)
{
	cigo_blocking_begin(ctx);
	if (pthread_barrier_wait(&all_run) == PTHREAD_BARRIER_SERIAL_THREAD)
		tell_ready();
	cigo_blocking_end(ctx);
	return cigo_sleep(ctx, CIGO_S(100)) == -EINTR ? 0 : -EDOM;
}

THREAD(run_in_thread)
{
	*(int *)arg = t_run_real(run_with_others, NULL);
	return NULL;
}

static int run_several(void)
{
	pthread_t t[RUNS];
	int errors[RUNS];

	pthread_barrier_init(&all_run, NULL, RUNS);
	for (int i = 0; i < RUNS; i++)
		t[i] = thread_start(run_in_thread, &errors[i]);
	for (int i = 0; i < RUNS; i++) {
		thread_join(t[i]);
		if (errors[i] != -EINTR)
			return 4;
	}
	return is_action(SIGINT, SIG_DFL) ? 3 : 5;
}

TEST(ctrl_c_cancels_the_mains_of_all_runs)
{
	exits(interrupt(run_several, SIG_DFL), 3);
}

static int run_one_after_another(void)
{
	for (int i = 0; i < 3; i++)
		if (run_and_clean_up() != 3)
			return 4;
	return 3;
}

TEST(the_next_run_begins_anew)
{
	exits(interrupt(run_one_after_another, SIG_DFL), 3);
}

CORO(fork_under_ctrl_c)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		kill(getpid(), SIGINT);
		nap(1000);
		_exit(1);
	}
	status = child_status(child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGINT ? cigo_sleep(ctx, 1) : -EDOM;
}

static int run_fork(void)
{
	return t_run_real(fork_under_ctrl_c, NULL) == 0 ? 3 : 4;
}

TEST(ctrl_c_in_a_forked_child_kills_it_and_not_us)
{
	exits(interrupt(run_fork, SIG_DFL), 3);
}

TEST(a_hundred_runs_with_ctrl_c_leave_nothing_behind)
{
	int fds = t_count_fds();

	signal(SIGINT, SIG_DFL);
	for (int i = 0; i < 100; i++)
		ok(t_run_real(return_at_once, NULL));
	equal(t_count_fds(), fds);
	equal(is_action(SIGINT, SIG_DFL), true);
}
