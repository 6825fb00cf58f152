/* SPDX-License-Identifier: MIT
 * What every suite (tests/test_<noun>.c, one program each) stands on.
 *
 * Each test runs in a process of its own, with a deadline, and ends by proving that it left no
 * thread, no descriptor and (under AddressSanitizer) no memory behind. A test that hangs shows the
 * stack of each of its threads before it is killed.
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

/* T_TEST(name) { ... } defines a test. t_add(tc, a, b, c) adds tests to a test case; the body of one
 * that t_add_loop adds sees _i = from, ..., to - 1. */
#define T_TEST(name)		       START_TEST(name)
#define t_add(tc, ...)		       t_add_all((tc), (const TTest *const[]){ __VA_ARGS__, NULL })
#define t_add_loop(tc, name, from, to) tcase_add_loop_test((tc), (name), (from), (to))
void t_add_all(TCase *tc, const TTest *const *tests);

/* The same for tests of what rests on cooperation: order, that nothing else runs meanwhile, counts of
 * handoffs, seeds. Under CIGO_MODEL=preemptive they are left out, and how many is said at the end. */
#define t_add_cooperative(tc, ...) \
	t_add_all_cooperative((tc), (const TTest *const[]){ __VA_ARGS__, NULL })
void t_add_all_cooperative(TCase *tc, const TTest *const *tests);
void t_add_loop_cooperative(TCase *tc, const TTest *test, int from, int to);

/* Does the environment ask for the preemptive model? */
bool t_is_preemptive(void);

/* Seconds a test may take, before CK_TIMEOUT_MULTIPLIER. */
#define T_DEADLINE 10

/* A test case of the suite, with the checks above on each of its tests. At most 32 a program. */
TCase *t_case(Suite *s, const char *name);

/* The same, for tests that may take longer: seconds is what each may take. */
TCase *t_case_slow(Suite *s, const char *name, double seconds);

/* Runs the suite and frees it; the program's exit status. */
int t_main(Suite *s);

/* Fails the test unless fn(arg), run in a child process, ends by SIGABRT with text in what it
 * wrote on stderr. */
void t_abort(void (*fn)(void *arg), void *arg, const char *text);

/* Runs body as a loop's first coroutine: on the virtual clock, on the real one, and on the virtual
 * one with ready batches shuffled by seed. Each returns what the run returned. */
int t_run(cigo_coro_fn *body, void *arg);
int t_run_real(cigo_coro_fn *body, void *arg);
int t_run_seed(uint64_t seed, cigo_coro_fn *body, void *arg);

/* How many descriptors and threads this process has. Threads being joined are counted still;
 * t_wait_threads waits for up to 2 s for there to be no more than n and returns how many are left. */
int t_count_fds(void);
int t_count_threads(void);
int t_wait_threads(int n);

/* Is this run under a tool that makes everything slow (a sanitizer, valgrind)? t_scale returns n
 * in a plain run and the smaller number under such a tool. */
bool t_is_slow(void);
long t_scale(long n, long slow_n);

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

#endif
