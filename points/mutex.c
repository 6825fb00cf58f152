/* SPDX-License-Identifier: MIT
 * pthread_mutex_*: a thread of a schedule waits until the mutex is free, then takes the real one, which
 * never blocks.
 */
#include <errno.h>
#include <pthread.h>

#include "object.h"

bool cp_mutex_free(void *object)
{
	const struct object *o = object;

	return !o->owner;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

int cp_mutex_take(void *mutex)
{
	pthread_mutex_t *m = mutex;
	struct object *o = cp_object(m);
	int err = REAL(pthread_mutex_lock)(m);

	if (!err || err == EOWNERDEAD) {
		o->owner = cigo_points_thread_id();
		o->depth = 1;
	}
	return err;
}

/* The calling thread has the mutex already. What the C library would do depends on its type. */
static int again(pthread_mutex_t *m, struct object *o, const cigo_points_step *step, int64_t until)
{
	int err = REAL(pthread_mutex_trylock)(m);

	if (!err)
		o->depth++;
	if (err != EBUSY)
		return err;
	if ((m->__data.__kind & 3) == PTHREAD_MUTEX_ERRORCHECK_NP)
		return EDEADLK;
	cp_wait(step, never, NULL, until);
	return ETIMEDOUT;
}

static int lock(pthread_mutex_t *m, const cigo_points_step *step, int64_t until)
{
	struct object *o = cp_object(m);

	if (o->owner == cigo_points_thread_id())
		return again(m, o, step, until);
	return cp_wait(step, cp_mutex_free, o, until) ? ETIMEDOUT : cp_mutex_take(m);
}

EXPORT int pthread_mutex_lock(pthread_mutex_t *m)
{
	return cigo_points_on() ? lock(m, STEP("pthread_mutex_lock", m), CIGO_NEVER)
				: REAL(pthread_mutex_lock)(m);
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *t)
{
	return cigo_points_on() ? lock(m, STEP("pthread_mutex_timedlock", m), cp_until(t))
				: REAL(pthread_mutex_timedlock)(m, t);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock, const struct timespec *t)
{
	return cigo_points_on() ? lock(m, STEP("pthread_mutex_clocklock", m), cp_until(t))
				: REAL(pthread_mutex_clocklock)(m, clock, t);
}

EXPORT int pthread_mutex_trylock(pthread_mutex_t *m)
{
	if (!cigo_points_on())
		return REAL(pthread_mutex_trylock)(m);
	cigo_points_point(STEP("pthread_mutex_trylock", m));
	struct object *o = cp_object(m);
	int err = REAL(pthread_mutex_trylock)(m);
	if (!err || err == EOWNERDEAD) {
		o->owner = cigo_points_thread_id();
		o->depth++;
	}
	return err;
}

EXPORT int pthread_mutex_unlock(pthread_mutex_t *m)
{
	if (!cigo_points_on())
		return REAL(pthread_mutex_unlock)(m);
	cigo_points_note(STEP("pthread_mutex_unlock", m));
	struct object *o = cp_object(m);
	int err = REAL(pthread_mutex_unlock)(m);
	if (!err && (o->depth <= 1 || !--o->depth)) {
		o->owner = 0;
		o->depth = 0;
	}
	return err;
}

EXPORT int pthread_mutex_destroy(pthread_mutex_t *m)
{
	if (cigo_points_on())
		cp_object_drop(m);
	return REAL(pthread_mutex_destroy)(m);
}
