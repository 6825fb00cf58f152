/* SPDX-License-Identifier: MIT
 * pthread_barrier_*, pthread_once. The count of a barrier is noted when it is made, by whatever thread.
 */
#include "object.h"

struct party {
	const struct object *barrier;
	unsigned generation;
};

static bool over(void *arg)
{
	const struct party *p = arg;

	return p->barrier->generation != p->generation;
}

EXPORT int pthread_barrier_init(pthread_barrier_t *b, const pthread_barrierattr_t *attr,
				unsigned count)
{
	int err = REAL(pthread_barrier_init)(b, attr, count);

	if (!err) {
		cp_object_drop(b);
		cp_object(b)->total = count;
	}
	return err;
}

/* One whose making was not seen, by a library that was linked in another way, is left to the C library. */
EXPORT int pthread_barrier_wait(pthread_barrier_t *b)
{
	struct object *o = cigo_points_on() ? cp_object(b) : NULL;

	if (!o || !o->total)
		return REAL(pthread_barrier_wait)(b);
	cigo_points_point(STEP("pthread_barrier_wait", b));
	if (++o->arrived == o->total) {
		o->arrived = 0;
		o->generation++;
		return PTHREAD_BARRIER_SERIAL_THREAD;
	}
	struct party p = { o, o->generation };
	cp_wait(STEP("pthread_barrier_wait", b), over, &p, CIGO_NEVER);
	return 0;
}

EXPORT int pthread_barrier_destroy(pthread_barrier_t *b)
{
	int err = REAL(pthread_barrier_destroy)(b);

	if (!err)
		cp_object_drop(b);
	return err;
}

static bool not_running(void *object)
{
	const struct object *o = object;

	return !o->owner;
}

int cp_once(pthread_once_t *once, void (*fn)(void), const cigo_points_step *step)
{
	struct object *o = cp_object(once);

	cp_wait(step, not_running, o, CIGO_NEVER);
	o->owner = cigo_points_thread_id();
	int err = REAL(pthread_once)(once, fn);
	o->owner = 0;
	return err;
}

EXPORT int pthread_once(pthread_once_t *once, void (*fn)(void))
{
	return cigo_points_on() ? cp_once(once, fn, STEP("pthread_once", once))
				: REAL(pthread_once)(once, fn);
}
