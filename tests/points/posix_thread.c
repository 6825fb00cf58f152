/* SPDX-License-Identifier: MIT
 * Making and joining threads; C11 threads.
 */
#include "posix.h"

#include <sched.h>
#include <threads.h>

static int flag;

static void *twice(void *arg)
{
	return (void *)(2 * (intptr_t)arg);
}

static void *leave_early(void *arg)
{
	pthread_exit(elsewhere(twice, arg));
}

static void *sleep_long(void *arg)
{
	struct timespec hour = { .tv_sec = HOUR };

	nanosleep(&hour, NULL);
	return arg;
}

static void joins(void)
{
	pthread_t a = begin(twice, (void *)3), b = begin(leave_early, (void *)4);
	pthread_t c = begin(sleep_long, NULL);
	struct timespec soon = in(CLOCK_REALTIME, 1), never = { .tv_nsec = -1 };
	void *result;

	EQUAL(pthread_join(pthread_self(), NULL), EDEADLK);
	EQUAL(end(a), 6);
	EQUAL(end(b), 8);
	EQUAL(pthread_tryjoin_np(c, NULL), EBUSY);
	EQUAL(pthread_timedjoin_np(c, &result, &soon), ETIMEDOUT);
	EQUAL(pthread_clockjoin_np(c, &result, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
	EQUAL(pthread_timedjoin_np(c, &result, &never), EINVAL);
	soon = in(CLOCK_REALTIME, 2 * HOUR);
	EQUAL(pthread_timedjoin_np(c, &result, &soon), 0);
}

static void try_joins(void)
{
	pthread_t a = begin(twice, (void *)5);
	void *result;
	int err;

	while ((err = pthread_tryjoin_np(a, &result)) == EBUSY)
		sched_yield();
	EQUAL(err, 0);
	EQUAL(result, 10);
}

static void *set(void *arg)
{
	if (arg)
		EQUAL(pthread_detach(pthread_self()), 0);
	__atomic_add_fetch(&flag, 1, __ATOMIC_SEQ_CST);
	return arg;
}

static void detached(void)
{
	pthread_attr_t attr;
	pthread_t id;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	EQUAL(pthread_create(&id, &attr, set, NULL), 0);
	begin(set, &flag);
	id = begin(set, NULL);
	EQUAL(pthread_detach(id), 0);
	pthread_attr_destroy(&attr);
	while (__atomic_load_n(&flag, __ATOMIC_SEQ_CST) < 3)
		sched_yield();
}

/* Loops of sched_yield end under each schedule. */
static void yields(void)
{
	pthread_t a = begin(set, NULL), b = begin(set, NULL);

	while (__atomic_load_n(&flag, __ATOMIC_SEQ_CST) < 2)
		sched_yield();
	end(a);
	end(b);
}

/* ---- C11 ---- */

static mtx_t mtx;
static cnd_t cnd;
static once_flag once = ONCE_FLAG_INIT;
static int made;

static void make(void)
{
	made++;
}

static int set_c11(void *arg)
{
	call_once(&once, make);
	EQUAL(mtx_lock(&mtx), thrd_success);
	flag = 1;
	EQUAL(cnd_signal(&cnd), thrd_success);
	EQUAL(mtx_unlock(&mtx), thrd_success);
	if (arg)
		thrd_exit(7);
	return -3;
}

static int try_c11(void *arg)
{
	return mtx_trylock(arg);
}

static void c11(void)
{
	thrd_t id;
	int result = 0;

	EQUAL(mtx_init(&mtx, mtx_plain), thrd_success);
	EQUAL(cnd_init(&cnd), thrd_success);
	EQUAL(mtx_lock(&mtx), thrd_success);
	EQUAL(thrd_create(&id, set_c11, NULL), thrd_success);
	while (!flag)
		EQUAL(cnd_wait(&cnd, &mtx), thrd_success);
	EQUAL(mtx_unlock(&mtx), thrd_success);
	call_once(&once, make);
	EQUAL(made, 1);
	EQUAL(thrd_join(id, &result), thrd_success);
	EQUAL(result, -3);
	EQUAL(thrd_create(&id, set_c11, &flag), thrd_success);
	EQUAL(thrd_join(id, &result), thrd_success);
	EQUAL(result, 7);
}

static void c11_timed(void)
{
	struct timespec t, hour = { .tv_sec = HOUR };
	thrd_t id;
	int result;

	EQUAL(mtx_init(&mtx, mtx_timed), thrd_success);
	EQUAL(cnd_init(&cnd), thrd_success);
	EQUAL(mtx_lock(&mtx), thrd_success);
	EQUAL(timespec_get(&t, TIME_UTC), TIME_UTC);
	t.tv_sec += HOUR;
	EQUAL(cnd_timedwait(&cnd, &mtx, &t), thrd_timedout);
	EQUAL(mtx_timedlock(&mtx, &t), thrd_timedout);
	EQUAL(thrd_create(&id, try_c11, &mtx), thrd_success);
	EQUAL(thrd_join(id, &result), thrd_success);
	EQUAL(result, thrd_busy);
	EQUAL(thrd_sleep(&hour, NULL), 0);
	EQUAL(timespec_get(&hour, TIME_UTC), TIME_UTC);
	EQUAL(hour.tv_sec - t.tv_sec, HOUR);
	EQUAL(cnd_broadcast(&cnd), thrd_success);
	EQUAL(mtx_unlock(&mtx), thrd_success);
	cnd_destroy(&cnd);
	mtx_destroy(&mtx);
	EQUAL(thrd_create(&id, try_c11, &mtx), thrd_success);
	EQUAL(thrd_detach(id), thrd_success);
	thrd_yield();
}

const struct posix_case thread_cases[] = {
	{ "joins", joins },
	{ "try_joins", try_joins },
	{ "detached", detached },
	{ "yields", yields },
	{ "c11", c11 },
	{ "c11_timed", c11_timed },
	{ 0 },
};
