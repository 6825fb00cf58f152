/* SPDX-License-Identifier: MIT
 * Conditions, semaphores, barriers.
 */
#include "posix.h"

#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int waiting, woken;

static void *wait_once(void *arg)
{
	EQUAL(pthread_mutex_lock(&mutex), 0);
	waiting++;
	EQUAL(pthread_cond_wait(&cond, &mutex), 0);
	EQUAL(pthread_mutex_trylock(&mutex), EBUSY);
	woken++;
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	return arg;
}

/* Until n threads wait. */
static void lock_when_waiting(int n)
{
	EQUAL(pthread_mutex_lock(&mutex), 0);
	while (waiting < n) {
		EQUAL(pthread_mutex_unlock(&mutex), 0);
		sched_yield();
		EQUAL(pthread_mutex_lock(&mutex), 0);
	}
}

static void signals(void)
{
	struct timespec hour = { .tv_sec = HOUR };
	pthread_t a = begin(wait_once, NULL), b = begin(wait_once, NULL);

	lock_when_waiting(2);
	EQUAL(pthread_cond_signal(&cond), 0);
	EQUAL(woken, 0);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	nanosleep(&hour, NULL); /* all that can, have gone on */
	EQUAL(pthread_mutex_lock(&mutex), 0);
	EQUAL(woken, 1);
	EQUAL(pthread_cond_signal(&cond), 0);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	end(a);
	end(b);
	EQUAL(woken, 2);
	EQUAL(pthread_cond_destroy(&cond), 0);
}

static void broadcast(void)
{
	pthread_t a = begin(wait_once, NULL), b = begin(wait_once, NULL);

	lock_when_waiting(2);
	EQUAL(pthread_cond_broadcast(&cond), 0);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	end(a);
	end(b);
	EQUAL(woken, 2);
}

static void cond_timed(void)
{
	struct timespec until = in(CLOCK_REALTIME, HOUR), m = in(CLOCK_MONOTONIC, 2 * HOUR), now;

	EQUAL(pthread_mutex_lock(&mutex), 0);
	EQUAL(pthread_cond_timedwait(&cond, &mutex, &until), ETIMEDOUT);
	now = in(CLOCK_REALTIME, 0);
	EQUAL(now.tv_sec, until.tv_sec);
	EQUAL(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &m), ETIMEDOUT);
	EQUAL(pthread_cond_timedwait(&cond, &mutex, &until), ETIMEDOUT); /* long ago */
	until.tv_nsec = -1;
	EQUAL(pthread_cond_timedwait(&cond, &mutex, &until), EINVAL);
	EQUAL(pthread_mutex_trylock(&mutex), EBUSY);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
}

static pthread_mutex_t deep;
static int told;

static void *tell(void *arg)
{
	EQUAL(pthread_mutex_lock(&deep), 0);
	told = 1;
	EQUAL(pthread_cond_signal(&cond), 0);
	EQUAL(pthread_mutex_unlock(&deep), 0);
	return arg;
}

static void *try_deep(void *arg)
{
	CIGO_UNUSED(arg);
	return (void *)(intptr_t)pthread_mutex_trylock(&deep);
}

static void cond_recursive(void)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	EQUAL(pthread_mutex_init(&deep, &attr), 0);
	EQUAL(pthread_mutex_lock(&deep), 0);
	pthread_t other = begin(tell, NULL);
	while (!told)
		EQUAL(pthread_cond_wait(&cond, &deep), 0);
	EQUAL(elsewhere(try_deep, NULL), EBUSY);
	EQUAL(pthread_mutex_unlock(&deep), 0);
	end(other);
	EQUAL(pthread_mutex_unlock(&deep), EPERM);
}

/* ---- semaphores ---- */

static sem_t sem;

static void *post(void *arg)
{
	EQUAL(sem_post(&sem), 0);
	return arg;
}

static void semaphore(void)
{
	struct timespec t = in(CLOCK_REALTIME, HOUR), m = in(CLOCK_MONOTONIC, 2 * HOUR);
	int value;

	EQUAL(sem_init(&sem, 0, 1), 0);
	EQUAL(sem_wait(&sem), 0);
	EQUAL(sem_trywait(&sem), -1);
	EQUAL(errno, EAGAIN);
	EQUAL(sem_timedwait(&sem, &t), -1);
	EQUAL(errno, ETIMEDOUT);
	EQUAL(sem_clockwait(&sem, CLOCK_MONOTONIC, &m), -1);
	EQUAL(errno, ETIMEDOUT);
	pthread_t other = begin(post, NULL);
	EQUAL(sem_getvalue(&sem, &value), 0);
	EQUAL(value == 0 || value == 1, 1);
	EQUAL(sem_wait(&sem), 0);
	end(other);
	t.tv_nsec = -1;
	EQUAL(sem_timedwait(&sem, &t), -1);
	EQUAL(errno, EINVAL);
	EQUAL(sem_post(&sem), 0);
	EQUAL(sem_timedwait(&sem, &t), 0);
	EQUAL(sem_destroy(&sem), 0);
}

/* ---- barriers ---- */

static pthread_barrier_t barrier, early;
static int serial, arrived;

__attribute__((constructor)) static void before_the_run(void)
{
	pthread_barrier_init(&early, NULL, 2);
}

static void *meet(void *b)
{
	for (int round = 1; round <= 2; round++) {
		__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
		int err = pthread_barrier_wait(b);
		EQUAL(__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) >= 2 * round, 1);
		EQUAL(err == 0 || err == PTHREAD_BARRIER_SERIAL_THREAD, 1);
		__atomic_add_fetch(&serial, err != 0, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void meet_at(pthread_barrier_t *b)
{
	pthread_t other = begin(meet, b);

	meet(b);
	end(other);
	EQUAL(serial, 2);
	EQUAL(pthread_barrier_destroy(b), 0);
}

static void barriers(void)
{
	EQUAL(pthread_barrier_init(&barrier, NULL, 2), 0);
	meet_at(&barrier);
}

static void early_barrier(void)
{
	meet_at(&early);
}

/* The one that leaves first may destroy it. */
static void *leave(void *b)
{
	if (pthread_barrier_wait(b))
		EQUAL(pthread_barrier_destroy(b), 0);
	return NULL;
}

static void short_barrier(void)
{
	EQUAL(pthread_barrier_init(&barrier, NULL, 2), 0);
	pthread_t other = begin(leave, &barrier);
	leave(&barrier);
	end(other);
}

const struct posix_case wait_cases[] = {
	{ "signals", signals },
	{ "broadcast", broadcast },
	{ "cond_timed", cond_timed },
	{ "cond_recursive", cond_recursive },
	{ "semaphore", semaphore },
	{ "barriers", barriers },
	{ "early_barrier", early_barrier },
	{ "short_barrier", short_barrier },
	{ 0 },
};
