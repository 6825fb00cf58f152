/* SPDX-License-Identifier: MIT
 * pthread_rwlock_*: as mutex.c. Readers wait while a thread writes, writers while any thread has the lock.
 */
#include <errno.h>

#include "object.h"

static bool may_read(void *object)
{
	const struct object *o = object;

	return !o->owner;
}

static bool may_write(void *object)
{
	const struct object *o = object;

	return !o->owner && !o->readers;
}

static int note(struct object *o, bool write, int err)
{
	if (err)
		return err;
	if (write)
		o->owner = cigo_points_thread_id();
	else
		o->readers++;
	return 0;
}

/* Takes the real lock. It is busy if a thread that no schedule orders has it: that one is waited for. */
static int take(pthread_rwlock_t *l, bool write)
{
	int err = write ? REAL(pthread_rwlock_trywrlock)(l) : REAL(pthread_rwlock_tryrdlock)(l);

	if (err == EBUSY)
		err = write ? REAL(pthread_rwlock_wrlock)(l) : REAL(pthread_rwlock_rdlock)(l);
	return note(cp_object(l), write, err);
}

static int lock(pthread_rwlock_t *l, bool write, const cigo_points_step *step, int64_t until)
{
	struct object *o = cp_object(l);

	if (o->owner == cigo_points_thread_id())
		return EDEADLK;
	return cp_wait(step, write ? may_write : may_read, o, until) ? ETIMEDOUT : take(l, write);
}

static int try(pthread_rwlock_t *l, bool write, const cigo_points_step *step)
{
	cigo_points_point(step);
	return note(cp_object(l), write,
		    write ? REAL(pthread_rwlock_trywrlock)(l) : REAL(pthread_rwlock_tryrdlock)(l));
}

/* As for mutexes. */
static int timed(pthread_rwlock_t *l, bool write, const cigo_points_step *step,
		 const struct timespec *t)
{
	if (cp_is_time(t))
		return lock(l, write, step, cp_until(t));
	int err = try(l, write, step);
	return err == EBUSY ? EINVAL : err;
}

EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
	return cigo_points_on() ? lock(l, false, STEP("pthread_rwlock_rdlock", l), CIGO_NEVER)
				: REAL(pthread_rwlock_rdlock)(l);
}

EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
	return cigo_points_on() ? lock(l, true, STEP("pthread_rwlock_wrlock", l), CIGO_NEVER)
				: REAL(pthread_rwlock_wrlock)(l);
}

EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *t)
{
	return cigo_points_on() ? timed(l, false, STEP("pthread_rwlock_timedrdlock", l), t)
				: REAL(pthread_rwlock_timedrdlock)(l, t);
}

EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *t)
{
	return cigo_points_on() ? timed(l, true, STEP("pthread_rwlock_timedwrlock", l), t)
				: REAL(pthread_rwlock_timedwrlock)(l, t);
}

EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *l, clockid_t clock,
				      const struct timespec *t)
{
	return cigo_points_on() ? timed(l, false, STEP("pthread_rwlock_clockrdlock", l), t)
				: REAL(pthread_rwlock_clockrdlock)(l, clock, t);
}

EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *l, clockid_t clock,
				      const struct timespec *t)
{
	return cigo_points_on() ? timed(l, true, STEP("pthread_rwlock_clockwrlock", l), t)
				: REAL(pthread_rwlock_clockwrlock)(l, clock, t);
}

EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
	return cigo_points_on() ? try(l, false, STEP("pthread_rwlock_tryrdlock", l))
				: REAL(pthread_rwlock_tryrdlock)(l);
}

EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
	return cigo_points_on() ? try(l, true, STEP("pthread_rwlock_trywrlock", l))
				: REAL(pthread_rwlock_trywrlock)(l);
}

EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
	if (cigo_points_on()) {
		struct object *o = cp_object(l);

		cigo_points_point(STEP("pthread_rwlock_unlock", l));
		if (o->owner)
			o->owner = 0;
		else if (o->readers)
			o->readers--;
	}
	return REAL(pthread_rwlock_unlock)(l);
}

EXPORT int pthread_rwlock_init(pthread_rwlock_t *l, const pthread_rwlockattr_t *attr)
{
	int err = REAL(pthread_rwlock_init)(l, attr);

	if (!err && cigo_points_on())
		cp_object_drop(l);
	return err;
}

EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *l)
{
	int err = REAL(pthread_rwlock_destroy)(l);

	if (!err && cigo_points_on())
		cp_object_drop(l);
	return err;
}
