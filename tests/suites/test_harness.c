/* SPDX-License-Identifier: MIT
 * The harness itself; what its detectors find is tried by tests/checkers/detectors.sh. */
#include "tests/tools/harness.h"

#include <pthread.h>
#include <unistd.h>

static void say_and_abort(void *arg)
{
	fprintf(stderr, "the reason is %s\n", (const char *)arg);
	abort();
}

T_TEST(an_abort_is_seen_with_its_reason)
{
	char reason[] = "plain";

	t_abort(say_and_abort, reason, "reason is plain");
}

T_TEST(descriptors_are_counted)
{
	int before = t_count_fds();
	int fd = dup(0);

	ck_assert_int_eq(t_count_fds(), before + 1);
	close(fd);
	ck_assert_int_eq(t_count_fds(), before);
}

static void *sit(void *arg)
{
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return NULL;
}

T_TEST(threads_are_counted)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	int before = t_count_threads();
	pthread_t thread;

	pthread_mutex_lock(&mutex);
	ck_assert_int_eq(pthread_create(&thread, NULL, sit, &mutex), 0);
	ck_assert_int_eq(t_count_threads(), before + 1);
	pthread_mutex_unlock(&mutex);
	pthread_join(thread, NULL);
	ck_assert_int_eq(t_wait_threads(before), before);
}

static int count_up(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx);
	CIGO_UNUSED(ret);
	++*(int *)arg;
	return 0;
}

T_TEST(a_run_returns_what_main_did)
{
	int n = 0;

	ck_assert_int_eq(t_run(count_up, &n), 0);
	ck_assert_int_eq(t_run_real(count_up, &n), 0);
	ck_assert_int_eq(t_run_seed(7, count_up, &n), 0);
	ck_assert_int_eq(n, 3);
}

int main(void)
{
	Suite *s = suite_create("harness");
	TCase *tc = t_case(s, "harness");

	t_add(tc, an_abort_is_seen_with_its_reason);
	t_add(tc, descriptors_are_counted);
	t_add(tc, threads_are_counted);
	t_add(tc, a_run_returns_what_main_did);
	return t_main(s);
}
