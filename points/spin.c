/* SPDX-License-Identifier: MIT
 * pthread_spin_*: as mutex.c. A thread of a schedule never spins, as the one that has the lock does not run.
 */
#include <errno.h>

#include "object.h"

static bool is_free(void *object)
{
	const struct object *o = object;

	return !o->owner;
}

static int take(pthread_spinlock_t *l)
{
	int err = REAL(pthread_spin_trylock)(l);

	if (!err)
		cp_object((const void *)(uintptr_t)l)->owner = cigo_points_thread_id();
	return err;
}

EXPORT int pthread_spin_lock(pthread_spinlock_t *l)
{
	if (!cigo_points_on())
		return REAL(pthread_spin_lock)(l);
	const void *at = (const void *)(uintptr_t)l;
	int err;
	do
		cp_wait(STEP("pthread_spin_lock", at), is_free, cp_object(at), CIGO_NEVER);
	while ((err = take(l)) == EBUSY); /* a thread that no schedule orders has it */
	return err;
}

EXPORT int pthread_spin_trylock(pthread_spinlock_t *l)
{
	if (!cigo_points_on())
		return REAL(pthread_spin_trylock)(l);
	cigo_points_point(STEP("pthread_spin_trylock", (const void *)(uintptr_t)l));
	return take(l);
}

EXPORT int pthread_spin_unlock(pthread_spinlock_t *l)
{
	const void *at = (const void *)(uintptr_t)l;

	if (cigo_points_on()) {
		cigo_points_point(STEP("pthread_spin_unlock", at));
		cp_object(at)->owner = 0;
	}
	return REAL(pthread_spin_unlock)(l);
}

EXPORT int pthread_spin_init(pthread_spinlock_t *l, int shared)
{
	if (cigo_points_on())
		cp_object_drop((const void *)(uintptr_t)l);
	return REAL(pthread_spin_init)(l, shared);
}

/* --- static variables of C++ functions ---------------------------------------------------------- */

/* The first byte of a guard tells whether its variable is made (Itanium C++ ABI, 3.3.3). */
int __cxa_guard_acquire(int64_t *guard);
void __cxa_guard_release(int64_t *guard);
void __cxa_guard_abort(int64_t *guard);

EXPORT int __cxa_guard_acquire(int64_t *guard)
{
	if (!cigo_points_on())
		return REAL(__cxa_guard_acquire)(guard);
	struct object *o = cp_object(guard);
	cp_wait(STEP("__cxa_guard_acquire", guard), is_free, o, CIGO_NEVER);
	if (*(const char *)guard)
		return 0;
	o->owner = cigo_points_thread_id();
	return 1;
}

EXPORT void __cxa_guard_release(int64_t *guard)
{
	struct object *o = cigo_points_on() ? cp_object(guard) : NULL;

	if (!o || !o->owner) {
		REAL(__cxa_guard_release)(guard);
		return;
	}
	cigo_points_note(STEP("__cxa_guard_release", guard));
	o->owner = 0;
	*(char *)guard = 1;
}

EXPORT void __cxa_guard_abort(int64_t *guard)
{
	struct object *o = cigo_points_on() ? cp_object(guard) : NULL;

	if (!o || !o->owner) {
		REAL(__cxa_guard_abort)(guard);
		return;
	}
	cigo_points_note(STEP("__cxa_guard_abort", guard));
	o->owner = 0;
}
