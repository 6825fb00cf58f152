/* SPDX-License-Identifier: MIT
 * pthread_mutex_*: a thread of a schedule waits until the mutex is free, then takes the real one, which
 * never blocks.
 */
#include <errno.h>

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

int cp_mutex_take(pthread_mutex_t *m)
{
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

int cp_mutex_lock(pthread_mutex_t *m, const cigo_points_step *step)
{
	return lock(m, step, CIGO_NEVER);
}

/* The time is looked at only if the mutex is not free, as in the C library. */
int cp_mutex_timedlock(pthread_mutex_t *m, const cigo_points_step *step, const struct timespec *t)
{
	if (cp_is_time(t))
		return lock(m, step, cp_until(t));
	int err = cp_mutex_trylock(m, step);
	return err == EBUSY ? EINVAL : err;
}

EXPORT int pthread_mutex_lock(pthread_mutex_t *m)
{
	return cigo_points_on() ? cp_mutex_lock(m, STEP("pthread_mutex_lock", m))
				: REAL(pthread_mutex_lock)(m);
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *t)
{
	return cigo_points_on() ? cp_mutex_timedlock(m, STEP("pthread_mutex_timedlock", m), t)
				: REAL(pthread_mutex_timedlock)(m, t);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock, const struct timespec *t)
{
	return cigo_points_on() ? cp_mutex_timedlock(m, STEP("pthread_mutex_clocklock", m), t)
				: REAL(pthread_mutex_clocklock)(m, clock, t);
}

int cp_mutex_trylock(pthread_mutex_t *m, const cigo_points_step *step)
{
	cigo_points_point(step);
	struct object *o = cp_object(m);
	int err = REAL(pthread_mutex_trylock)(m);
	if (!err || err == EOWNERDEAD) {
		o->owner = cigo_points_thread_id();
		o->depth++;
	}
	return err;
}

EXPORT int pthread_mutex_trylock(pthread_mutex_t *m)
{
	return cigo_points_on() ? cp_mutex_trylock(m, STEP("pthread_mutex_trylock", m))
				: REAL(pthread_mutex_trylock)(m);
}

/* A point, too: others may see by trylock that the mutex is still locked. */
int cp_mutex_unlock(pthread_mutex_t *m, const cigo_points_step *step)
{
	cigo_points_point(step);
	struct object *o = cp_object(m);
	int err = REAL(pthread_mutex_unlock)(m);
	if (!err && (o->depth <= 1 || !--o->depth)) {
		o->owner = 0;
		o->depth = 0;
	}
	return err;
}

EXPORT int pthread_mutex_unlock(pthread_mutex_t *m)
{
	return cigo_points_on() ? cp_mutex_unlock(m, STEP("pthread_mutex_unlock", m))
				: REAL(pthread_mutex_unlock)(m);
}

/* What was known of memory that is used anew is forgotten. */
EXPORT int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr)
{
	int err = REAL(pthread_mutex_init)(m, attr);

	if (!err && cigo_points_on())
		cp_object_drop(m);
	return err;
}

EXPORT int pthread_mutex_destroy(pthread_mutex_t *m)
{
	int err = REAL(pthread_mutex_destroy)(m);

	if (!err && cigo_points_on())
		cp_object_drop(m);
	return err;
}
