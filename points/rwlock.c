/* SPDX-License-Identifier: MIT
 * pthread_rwlock_*: as mutex.c. Readers wait while a thread writes, writers while any thread has the lock.
 */
#include <errno.h>
#include <pthread.h>

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

static int lock(pthread_rwlock_t *l, bool write, const cigo_points_step *step, int64_t until)
{
	struct object *o = cp_object(l);

	if (write && o->owner == cigo_points_thread_id())
		return EDEADLK;
	if (!write && o->owner == cigo_points_thread_id())
		return EDEADLK;
	if (cp_wait(step, write ? may_write : may_read, o, until))
		return ETIMEDOUT;
	return note(o, write,
		    write ? REAL(pthread_rwlock_trywrlock)(l) : REAL(pthread_rwlock_tryrdlock)(l));
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
	return cigo_points_on() ? lock(l, false, STEP("pthread_rwlock_timedrdlock", l), cp_until(t))
				: REAL(pthread_rwlock_timedrdlock)(l, t);
}

EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *t)
{
	return cigo_points_on() ? lock(l, true, STEP("pthread_rwlock_timedwrlock", l), cp_until(t))
				: REAL(pthread_rwlock_timedwrlock)(l, t);
}

EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
	if (!cigo_points_on())
		return REAL(pthread_rwlock_tryrdlock)(l);
	cigo_points_point(STEP("pthread_rwlock_tryrdlock", l));
	return note(cp_object(l), false, REAL(pthread_rwlock_tryrdlock)(l));
}

EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
	if (!cigo_points_on())
		return REAL(pthread_rwlock_trywrlock)(l);
	cigo_points_point(STEP("pthread_rwlock_trywrlock", l));
	return note(cp_object(l), true, REAL(pthread_rwlock_trywrlock)(l));
}

EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
	if (cigo_points_on()) {
		struct object *o = cp_object(l);

		cigo_points_note(STEP("pthread_rwlock_unlock", l));
		if (o->owner)
			o->owner = 0;
		else if (o->readers)
			o->readers--;
	}
	return REAL(pthread_rwlock_unlock)(l);
}

EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *l)
{
	if (cigo_points_on())
		cp_object_drop(l);
	return REAL(pthread_rwlock_destroy)(l);
}
