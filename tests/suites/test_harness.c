/* SPDX-License-Identifier: MIT
 * The harness itself; what its detectors find is tried by tests/checkers/detectors.sh. */
#include "tests/tools/kit.h"

static void say_and_abort(void *arg)
{
	fprintf(stderr, "the reason is %s\n", (const char *)arg);
	abort();
}

TEST_CASE("harness");

TEST(an_abort_is_seen_with_its_reason)
{
	char reason[] = "plain";

	t_abort(say_and_abort, reason, "reason is plain");
}

TEST(descriptors_are_counted)
{
	int before = t_count_fds();
	int fd = dup(0);

	equal(t_count_fds(), before + 1);
	close(fd);
	equal(t_count_fds(), before);
}

THREAD(sit)
{
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return NULL;
}

TEST(threads_are_counted)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	int before = t_count_threads();
	pthread_t thread;

	pthread_mutex_lock(&mutex);
	ok(pthread_create(&thread, NULL, sit, &mutex));
	equal(t_count_threads(), before + 1);
	pthread_mutex_unlock(&mutex);
	pthread_join(thread, NULL);
	equal(t_wait_threads(before), before);
}

CORO(count_up)
{
	++*(int *)arg;
	return 0;
}

TEST(a_run_returns_what_main_did)
{
	int n = 0;

	ok(t_run(count_up, &n));
	ok(t_run_real(count_up, &n));
	ok(t_run_seed(7, count_up, &n));
	equal(n, 3);
}
