/* SPDX-License-Identifier: MIT
 * Sleeps and clocks.
 */
#include "posix.h"

#include <semaphore.h>
#include <sys/time.h>
#include <unistd.h>

static int order[3], n;

/* Sleeps arg hours. */
static void *sleep_hours(void *arg)
{
	long hours = (intptr_t)arg;
	struct timespec t = { .tv_sec = hours * HOUR };

	if (hours == 1)
		EQUAL(sleep(HOUR), 0);
	else
		EQUAL(nanosleep(&t, NULL), 0);
	order[n++] = (int)hours;
	return arg;
}

static void sleeps(void)
{
	struct timespec before = in(CLOCK_MONOTONIC, 0), after;
	pthread_t c = begin(sleep_hours, (void *)3), a = begin(sleep_hours, (void *)1);

	sleep_hours((void *)2);
	end(a);
	end(c);
	after = in(CLOCK_MONOTONIC, 0);
	EQUAL(after.tv_sec - before.tv_sec, 3 * HOUR);
	EQUAL(order[0], 1);
	EQUAL(order[1], 2);
	EQUAL(order[2], 3);
}

static void short_sleeps(void)
{
	struct timespec t = in(CLOCK_MONOTONIC, 1), now, wrong = { .tv_nsec = 1000000000 };

	EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL), 0);
	now = in(CLOCK_MONOTONIC, 0);
	EQUAL(now.tv_sec, t.tv_sec);
	EQUAL(usleep(2000000), 0);
	now = in(CLOCK_MONOTONIC, 0);
	EQUAL(now.tv_sec, t.tv_sec + 2);
	EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL), 0); /* long ago */
	EQUAL(nanosleep(&wrong, NULL), -1);
	EQUAL(errno, EINVAL);
	EQUAL(clock_nanosleep(CLOCK_REALTIME, 0, &wrong, NULL), EINVAL);
	EQUAL(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &wrong, NULL), EINVAL);
}

static void clocks(void)
{
	struct timeval tv;
	struct timespec real = in(CLOCK_REALTIME, 0), cpu;
	time_t t;

	EQUAL(gettimeofday(&tv, NULL), 0);
	EQUAL(time(&t), tv.tv_sec);
	EQUAL(t, real.tv_sec);
	EQUAL(real.tv_nsec / 1000, tv.tv_usec);
	EQUAL(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu), 0);
	EQUAL(cpu.tv_sec, 0);
	EQUAL(clock_gettime((clockid_t)99, &cpu), -1);
	EQUAL(errno, EINVAL);
	sleep(HOUR);
	EQUAL(time(NULL) - t, HOUR);
}

/* --- what comes at the instant at which a wait ends: either is first ------------------------- */

static sem_t unit;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;
static bool here;

static void *post_in_an_hour(void *arg)
{
	sleep(HOUR);
	EQUAL(sem_post(&unit), 0);
	return arg;
}

static void due_sem(void)
{
	struct timespec t = in(CLOCK_REALTIME, HOUR);

	EQUAL(sem_init(&unit, 0, 0), 0);
	pthread_t other = begin(post_in_an_hour, NULL);
	bool late = sem_timedwait(&unit, &t);
	end(other);
	cigo_outcome(late ? "late" : "in time");
}

static void *tell_in_an_hour(void *arg)
{
	sleep(HOUR);
	EQUAL(pthread_mutex_lock(&mutex), 0);
	here = true;
	EQUAL(pthread_cond_signal(&told), 0);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	return arg;
}

static void due_cond(void)
{
	struct timespec t = in(CLOCK_REALTIME, HOUR);
	pthread_t other = begin(tell_in_an_hour, NULL);
	int err = 0;

	EQUAL(pthread_mutex_lock(&mutex), 0);
	while (!here && !err)
		err = pthread_cond_timedwait(&told, &mutex, &t);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	end(other);
	cigo_outcome(err ? "late" : "in time");
}

const struct posix_case time_cases[] = {
	{ "due_sem", due_sem },		  { "due_cond", due_cond }, { "sleeps", sleeps },
	{ "short_sleeps", short_sleeps }, { "clocks", clocks },	    { 0 },
};
