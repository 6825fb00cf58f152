/* SPDX-License-Identifier: MIT
 * One planted fault, named on the command line, for each thing the harness is to find. Not a test:
 * tests/checkers/detectors.sh runs it and expects to see it fail, for the right reason. */
#include "tests/tools/harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "thread/baton.h"

long planted_shared; /* not static: the optimiser would delete the race */
void *planted_leak;

static void *sleep_long(void *arg)
{
	pthread_setname_np(pthread_self(), "planted");
	sleep(60);
	return arg;
}

TEST(nothing) {}

TEST(thread)
{
	pthread_t stray;

	ck_assert_int_eq(pthread_create(&stray, NULL, sleep_long, NULL), 0);
}

TEST(descriptor)
{
	ck_assert_int_ge(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
}

TEST(memory)
{
	planted_leak = malloc(4711);
	memset(planted_leak, 1, 4711);
	planted_leak = NULL;
}

static void *add_many(void *arg)
{
	for (int i = 0; i < 100000; i++)
		planted_shared += i;
	return arg;
}

TEST(race)
{
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, add_many, NULL), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static struct ci_baton batons[2];

/* Two hand a baton to each other. One in a thousand times one of them touches what they share once
 * more, right after it has passed: the bug that the rule of the baton forbids. */
static void *alternate(void *arg)
{
	struct ci_baton *mine = arg, *other = &batons[mine == &batons[0]];

	for (int i = 0; i < 20000; i++) {
		ci_baton_take(mine, NULL);
		planted_shared++;
		ci_baton_pass(other);
		if (mine == &batons[0] && i % 1000 == 500)
			planted_shared++;
	}
	return NULL;
}

TEST(late)
{
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(ci_baton_init(&batons[i]), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, alternate, &batons[i]), 0);
	ci_baton_pass(&batons[0]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

/* Plain data of the program's, which two coroutines share. */
static int add_shared(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)ret;
	for (int i = 0; i < 500000; i++) {
		if (i % 100000 == 0 && cigo_barrier_wait(ctx, arg) < 0)
			return -EIO;
		planted_shared++;
	}
	return 0;
}

static int share(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_barrier *both = cigo_barrier_new(2);
	cigo_task *a = cigo_spawn(ctx, add_shared, 0, both);
	cigo_task *b = cigo_spawn(ctx, add_shared, 0, both);
	int err = cigo_future_take(ctx, a, NULL, 0), other = cigo_future_take(ctx, b, NULL, 0);

	(void)arg, (void)ret;
	cigo_barrier_free(both);
	return err ? err : other;
}

TEST(shared)
{
	ck_assert_int_eq(cigo_run(share, NULL), 0);
}

static void no_abort(void *arg)
{
	fprintf(stderr, "%s goes on\n", (const char *)arg);
}

static void other_abort(void *arg)
{
	fprintf(stderr, "%s\n", (const char *)arg);
	abort();
}

TEST(unnoticed)
{
	char text[] = "misuse";

	t_abort(no_abort, text, "misuse");
}

TEST(misnamed)
{
	char text[] = "something else";

	t_abort(other_abort, text, "the function's name");
}

TEST_CASE("hangs", .seconds = 1);

TEST(hang)
{
	pthread_t sleeper;

	ck_assert_int_eq(pthread_create(&sleeper, NULL, sleep_long, NULL), 0);
	pthread_join(sleeper, NULL);
}
