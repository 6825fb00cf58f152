/* SPDX-License-Identifier: MIT
 * A rough machine, by LD_PRELOAD: whoever unlocks a mutex or posts a semaphore now and then gives the
 * processor away there, or sleeps for a moment, at random. So orders come up that else come up once
 * in a thousand runs.
 *
 *	CK_WRAPPER="env LD_PRELOAD=$PWD/tests/.libs/rough.so" make check CHECKERS= DEMO_TESTS=
 *
 * ROUGH: how long such a sleep may be, microseconds (200).
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { OFTEN = 32 }; /* one call in so many yields, one sleeps */

static int (*unlock)(pthread_mutex_t *);
static int (*post)(sem_t *);
static unsigned longest = 200; /* us */

/* Before any other thread, and before a signal handler may post: dlsym is not for there. */
__attribute__((constructor)) static void begin(void)
{
	const char *us = getenv("ROUGH");

	unlock = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_unlock");
	post = (int (*)(sem_t *))dlsym(RTLD_NEXT, "sem_post");
	if (us)
		longest = (unsigned)atoi(us);
}

static unsigned dice(void)
{
	static __thread uint32_t state;

	if (!state) {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		state = (uint32_t)now.tv_nsec ^ (uint32_t)gettid() << 10 ^ 1;
	}
	state = state * 1664525 + 1013904223; /* the upper bits are the better ones */
	return state >> 12;
}

static int stumble(int result)
{
	int saved = errno;
	unsigned n = dice();

	if (n % OFTEN == 0) {
		struct timespec pause = { .tv_nsec = n / OFTEN % (longest + 1) * 1000L };

		nanosleep(&pause, NULL);
	} else if (n % OFTEN == 1) {
		sched_yield();
	}
	errno = saved;
	return result;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	return stumble(unlock(mutex));
}

int sem_post(sem_t *sem)
{
	return stumble(post(sem));
}
