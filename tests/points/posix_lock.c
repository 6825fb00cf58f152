/* SPDX-License-Identifier: MIT
 * Mutexes, rwlocks, spin locks, once.
 */
#include "posix.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static int counter;

static void make(pthread_mutex_t *m, int type)
{
	pthread_mutexattr_t attr;

	EQUAL(pthread_mutexattr_init(&attr), 0);
	EQUAL(pthread_mutexattr_settype(&attr, type), 0);
	EQUAL(pthread_mutex_init(m, &attr), 0);
	EQUAL(pthread_mutexattr_destroy(&attr), 0);
}

/* What these return, on a thread of their own. */
static void *try_it(void *m)
{
	int err = pthread_mutex_trylock(m);

	if (!err)
		pthread_mutex_unlock(m);
	return (void *)(intptr_t)err;
}

static void *unlock_it(void *m)
{
	return (void *)(intptr_t)pthread_mutex_unlock(m);
}

static void *count(void *arg)
{
	EQUAL(pthread_mutex_lock(&mutex), 0);
	int before = counter;
	counter = before + 1;
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	return arg;
}

static void normal(void)
{
	pthread_t other = begin(count, &counter);

	count(NULL);
	EQUAL(end(other) == &counter, 1);
	EQUAL(counter, 2);
	EQUAL(pthread_mutex_lock(&mutex), 0);
	EQUAL(elsewhere(try_it, &mutex), EBUSY);
	EQUAL(pthread_mutex_trylock(&mutex), EBUSY);
	EQUAL(pthread_mutex_destroy(&mutex), EBUSY);
	EQUAL(elsewhere(try_it, &mutex), EBUSY);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	EQUAL(elsewhere(try_it, &mutex), 0);
	EQUAL(pthread_mutex_destroy(&mutex), 0);
}

static void recursive(void)
{
	pthread_mutex_t m;

	make(&m, PTHREAD_MUTEX_RECURSIVE);
	EQUAL(pthread_mutex_lock(&m), 0);
	EQUAL(pthread_mutex_lock(&m), 0);
	EQUAL(pthread_mutex_trylock(&m), 0);
	for (int i = 0; i < 3; i++) {
		EQUAL(elsewhere(try_it, &m), EBUSY);
		EQUAL(elsewhere(unlock_it, &m), EPERM);
		EQUAL(pthread_mutex_unlock(&m), 0);
	}
	EQUAL(elsewhere(try_it, &m), 0);
	EQUAL(pthread_mutex_unlock(&m), EPERM);
	EQUAL(pthread_mutex_destroy(&m), 0);
}

static void errorcheck(void)
{
	pthread_mutex_t m;

	make(&m, PTHREAD_MUTEX_ERRORCHECK);
	EQUAL(pthread_mutex_unlock(&m), EPERM);
	EQUAL(pthread_mutex_lock(&m), 0);
	EQUAL(pthread_mutex_lock(&m), EDEADLK);
	EQUAL(pthread_mutex_trylock(&m), EBUSY);
	EQUAL(elsewhere(unlock_it, &m), EPERM);
	EQUAL(elsewhere(try_it, &m), EBUSY);
	EQUAL(pthread_mutex_unlock(&m), 0);
	EQUAL(elsewhere(try_it, &m), 0);
	EQUAL(pthread_mutex_destroy(&m), 0);
}

static void *wait_an_hour(void *m)
{
	struct timespec until = in(CLOCK_REALTIME, HOUR), now, never = { .tv_nsec = 1000000000 };

	EQUAL(pthread_mutex_timedlock(m, &never), EINVAL);
	int err = pthread_mutex_timedlock(m, &until);
	now = in(CLOCK_REALTIME, 0);
	EQUAL(now.tv_sec, until.tv_sec);
	return (void *)(intptr_t)err;
}

static void timed(void)
{
	struct timespec never = { .tv_nsec = -1 }, later = in(CLOCK_MONOTONIC, 1);

	EQUAL(pthread_mutex_timedlock(&mutex, &never), 0);
	EQUAL(elsewhere(wait_an_hour, &mutex), ETIMEDOUT);
	EQUAL(elsewhere(try_it, &mutex), EBUSY);
	EQUAL(pthread_mutex_unlock(&mutex), 0);
	EQUAL(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &later), 0);
	EQUAL(pthread_mutex_timedlock(&mutex, &later), ETIMEDOUT); /* itself has it */
	EQUAL(pthread_mutex_unlock(&mutex), 0);
}

/* A deadlock. */
static void self(void)
{
	EQUAL(pthread_mutex_lock(&mutex), 0);
	EQUAL(pthread_mutex_lock(&mutex), 0);
}

/* ---- rwlocks ---- */

static pthread_barrier_t both;

static void *read_together(void *arg)
{
	EQUAL(pthread_rwlock_rdlock(&rwlock), 0);
	pthread_barrier_wait(&both); /* both have it */
	EQUAL(pthread_rwlock_trywrlock(&rwlock), EBUSY);
	EQUAL(pthread_rwlock_tryrdlock(&rwlock), 0);
	EQUAL(pthread_rwlock_unlock(&rwlock), 0);
	EQUAL(pthread_rwlock_unlock(&rwlock), 0);
	return arg;
}

static void readers(void)
{
	EQUAL(pthread_barrier_init(&both, NULL, 2), 0);
	pthread_t other = begin(read_together, NULL);
	read_together(NULL);
	end(other);
	EQUAL(pthread_rwlock_trywrlock(&rwlock), 0);
	EQUAL(pthread_rwlock_unlock(&rwlock), 0);
	EQUAL(pthread_rwlock_destroy(&rwlock), 0);
}

static void *write_alone(void *arg)
{
	EQUAL(pthread_rwlock_wrlock(&rwlock), 0);
	EQUAL(counter % 2, 0);
	counter++;
	counter++;
	EQUAL(pthread_rwlock_unlock(&rwlock), 0);
	return arg;
}

static void writers(void)
{
	pthread_t other = begin(write_alone, NULL);

	write_alone(NULL);
	EQUAL(pthread_rwlock_rdlock(&rwlock), 0);
	EQUAL(counter == 2 || counter == 4, 1);
	EQUAL(pthread_rwlock_unlock(&rwlock), 0);
	end(other);
	EQUAL(counter, 4);
}

static void *cannot(void *arg)
{
	struct timespec t = in(CLOCK_REALTIME, HOUR), m = in(CLOCK_MONOTONIC, HOUR);

	EQUAL(pthread_rwlock_tryrdlock(&rwlock), EBUSY);
	EQUAL(pthread_rwlock_trywrlock(&rwlock), EBUSY);
	EQUAL(pthread_rwlock_timedrdlock(&rwlock, &t), ETIMEDOUT);
	EQUAL(pthread_rwlock_timedwrlock(&rwlock, &t), ETIMEDOUT);
	EQUAL(pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &m), ETIMEDOUT);
	EQUAL(pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &m), ETIMEDOUT);
	t.tv_nsec = -1;
	EQUAL(pthread_rwlock_timedrdlock(&rwlock, &t), EINVAL);
	return arg;
}

static void written(void)
{
	EQUAL(pthread_rwlock_wrlock(&rwlock), 0);
	EQUAL(pthread_rwlock_wrlock(&rwlock), EDEADLK);
	EQUAL(pthread_rwlock_rdlock(&rwlock), EDEADLK);
	elsewhere(cannot, NULL);
	EQUAL(pthread_rwlock_unlock(&rwlock), 0);
}

/* ---- others ---- */

static void *spin_once(void *arg)
{
	EQUAL(pthread_spin_lock(&spin), 0);
	int before = counter;
	counter = before + 1;
	EQUAL(pthread_spin_unlock(&spin), 0);
	return arg;
}

static void *try_spin(void *arg)
{
	CIGO_UNUSED(arg);
	return (void *)(intptr_t)pthread_spin_trylock(&spin);
}

static void spinlock(void)
{
	EQUAL(pthread_spin_init(&spin, 0), 0);
	pthread_t other = begin(spin_once, NULL);
	spin_once(NULL);
	end(other);
	EQUAL(counter, 2);
	EQUAL(pthread_spin_lock(&spin), 0);
	EQUAL(elsewhere(try_spin, NULL), EBUSY);
	EQUAL(pthread_spin_unlock(&spin), 0);
}

static pthread_once_t flag = PTHREAD_ONCE_INIT;

static void initialise(void)
{
	counter++;
	sched_yield();
	counter++;
}

static void *need(void *arg)
{
	EQUAL(pthread_once(&flag, initialise), 0);
	EQUAL(counter, 2);
	return arg;
}

static void once(void)
{
	pthread_t other = begin(need, NULL);

	need(NULL);
	end(other);
}

const struct posix_case lock_cases[] = {
	{ "normal", normal },
	{ "recursive", recursive },
	{ "errorcheck", errorcheck },
	{ "timed", timed },
	{ "self", self },
	{ "readers", readers },
	{ "writers", writers },
	{ "written", written },
	{ "spinlock", spinlock },
	{ "once", once },
	{ 0 },
};
