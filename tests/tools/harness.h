/* SPDX-License-Identifier: MIT
 * What every suite (tests/suites/test_<noun>.c, one program each) stands on: the table of its tests, the
 * main that runs them, and facts about the process.
 *
 * Each test runs in a process of its own, with a deadline, and ends by proving that it left no
 * thread, no descriptor and (under AddressSanitizer) no memory behind. A test that hangs shows the
 * stack of each of its threads before it is killed.
 *
 * A suite has no main: TEST_NAME... as arguments of the program run these tests only.
 */
#ifndef CIGO_TESTS_HARNESS_H
#define CIGO_TESTS_HARNESS_H

#include <config.h>

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cigo.h>

#define T_UNUSED __attribute__((unused))
#define T_FIRST	 __attribute__((constructor)) /* before main, in the order of the file */

/* Seconds a test may take, before CK_TIMEOUT_MULTIPLIER. */
#define T_DEADLINE 10

/* TEST_CASE("name"); opens the case that the tests below it belong to, up to the next one, with
 * the seconds that each of them may take: TEST_CASE("orders", .seconds = 30); A name that was there
 * before goes on with that case. */
struct t_case {
	const char *name;
	double seconds;
	TCase *tcase; /* from main on */
	struct t_case *next;
};
void t_case_open(struct t_case *c);

#define TEST_CASE(title, ...) TEST_CASE_(T_JOIN_(t_case_, __LINE__), title, __VA_ARGS__)
#define TEST_CASE_(id, title, ...)                                   \
	T_FIRST static void id(void)                                 \
	{                                                            \
		static struct t_case c;                              \
                                                                     \
		c = (struct t_case){ .name = (title), __VA_ARGS__ }; \
		t_case_open(&c);                                     \
	}                                                            \
	struct t_case
#define T_JOIN_(a, b)  T_JOIN__(a, b)
#define T_JOIN__(a, b) a##b

/* What a test is, and what it may say of itself behind its name: TEST(name, TIMES(10)). */
struct t_test {
	void (*fn)(int i); /* the test between t_begin and t_end */
	TTest check;
	int from, to;	  /* run for _i = from, ..., to - 1; both 0: once */
	bool cooperative; /* left out in the preemptive model; how many were is said at the end */
	/* What its loop is (for those that have one). */
	int clock, model;
	bool on_poller; /* _i is the poller */
	bool seeded; /* run with each seed from 1 to seeds (CIGO_SYNC_SEEDS, or as said here, or 50) */
	long seeds;
	struct t_case *in;
	struct t_test *next;
};
#define TIMES(n)     .from = 0, .to = (int)(n)
/* Rests on cooperation: order, that nothing else runs meanwhile, counts of handoffs, seeds. */
#define COOPERATIVE  .cooperative = true
#define BOTH_POLLERS .from = CIGO_POLLER_EPOLL, .to = CIGO_POLLER_POLL + 1, .on_poller = true

void t_add(struct t_test *t);
void t_begin(const struct t_test *t, int i);
void t_end(void);

/* TEST(name) { ... } defines a test; _i and t_index are which of its times this is. */
extern int t_index;

#define TEST(name, ...)                                                                          \
	static void name(int _i);                                                                \
	static struct t_test name##_test;                                                        \
	static void name##_checked(int i)                                                        \
	{                                                                                        \
		t_begin(&name##_test, i);                                                        \
		name(i);                                                                         \
		t_end();                                                                         \
	}                                                                                        \
	T_FIRST static void name##_add(void)                                                     \
	{                                                                                        \
		name##_test =                                                                    \
			(struct t_test){ .check = { #name, name##_checked, __FILE__, __LINE__ }, \
					 __VA_ARGS__ };                                          \
		t_add(&name##_test);                                                             \
	}                                                                                        \
	static void name(int _i T_UNUSED)

/* BEFORE_ALL { ... }: what is to be done before any test, in the program's first process. */
extern void (*t_before_all)(void);
#define BEFORE_ALL                             \
	static void t_before(void);            \
	T_FIRST static void t_add_before(void) \
	{                                      \
		t_before_all = t_before;       \
	}                                      \
	static void t_before(void)

/* Does the environment ask for the preemptive model? */
bool t_is_preemptive(void);

/* Fails the test unless fn(arg), run in a child process, ends by SIGABRT with text in what it
 * wrote on stderr. */
void t_abort(void (*fn)(void *arg), void *arg, const char *text);

/* Runs body as a loop's first coroutine: on the virtual clock, on the real one, and on the virtual
 * one with ready batches shuffled by seed; t_run_test: as test t says. Each returns what the run
 * returned. */
int t_run(cigo_coro_fn *body, void *arg);
int t_run_real(cigo_coro_fn *body, void *arg);
int t_run_seed(uint64_t seed, cigo_coro_fn *body, void *arg);
int t_run_test(const struct t_test *t, int i, cigo_coro_fn *body);
extern uint64_t t_dice; /* begins with the seed */

/* How many descriptors and threads this process has. Threads being joined are counted still;
 * t_wait_threads waits for up to 2 s for there to be no more than n and returns how many are left. */
int t_count_fds(void);
int t_count_threads(void);
int t_wait_threads(int n);

/* Calls fn for each number that names an entry of a folder: /proc/self/fd, /proc/self/task. */
void t_each_number(const char *folder, void (*fn)(int number, void *arg), void *arg);

/* Is this run under a tool that makes everything slow (a sanitizer, valgrind)? t_scale returns n
 * in a plain run and the smaller number under such a tool. t_patience: CK_TIMEOUT_MULTIPLIER. */
bool t_is_slow(void);
long t_scale(long n, long slow_n);
double t_patience(void);

/* helgrind takes every call of pthread_... and sem_... that fails for an error of the program, and
 * DRD itself dies of a thread that the kernel refuses. The few tests that make such a call fail on
 * purpose return early under valgrind, whichever the tool. */
bool t_under_valgrind(void);

/* Is ThreadSanitizer there, in the library at least? */
bool t_under_tsan(void);

/* Counters of bodies that may run beside each other: one more; one in, and how many were in at most;
 * one out. */
void t_count(int *n);
void t_count_in(int *running, int *most);
void t_count_out(int *running);

/* The number in an environment variable, or otherwise. */
long t_env(const char *name, long otherwise);

/* Monotonic nanoseconds, whatever the loop's clock says. */
int64_t t_real_now(void);

/* Blocks the calling thread. */
void nap(long ms);

#endif
