/* SPDX-License-Identifier: MIT
 * pthread_cond_*. Threads of a schedule wait in the table, first come first served, and never in the C
 * library. A signal by such a thread is passed on to the real condition, too, for threads of others.
 */
#include <errno.h>
#include <pthread.h>

#include "object.h"

struct waiting {
	struct waiter waiter; /* the first member */
	struct object *mutex;
};

static void append(struct object *o, struct waiter *w)
{
	if (o->last)
		o->last->next = w;
	else
		o->first = w;
	o->last = w;
}

static void remove_waiter(struct object *o, struct waiter *w)
{
	struct waiter **at = &o->first, *before = NULL;

	while (*at && *at != w) {
		before = *at;
		at = &(*at)->next;
	}
	if (!*at)
		return;
	*at = w->next;
	if (o->last == w)
		o->last = before;
}

static bool signaled(void *arg)
{
	const struct waiting *w = arg;

	return w->waiter.signaled && !w->mutex->owner;
}

static int wait_for(pthread_cond_t *c, pthread_mutex_t *m, const cigo_points_step *step,
		    int64_t until)
{
	struct object *o = cp_object(c);
	struct waiting w = { .mutex = cp_object(m) };
	unsigned depth = w.mutex->depth;
	int err;

	append(o, &w.waiter);
	for (unsigned i = 0; i < depth || i == 0; i++)
		if ((err = REAL(pthread_mutex_unlock)(m))) {
			remove_waiter(o, &w.waiter);
			return err;
		}
	w.mutex->owner = 0;
	w.mutex->depth = 0;
	bool late = cp_wait(step, signaled, &w, until);
	if (late) {
		remove_waiter(o, &w.waiter);
		late = !w.waiter.signaled;
		cp_wait(step, cp_mutex_free, w.mutex, CIGO_NEVER);
	}
	err = cp_mutex_take(m);
	for (unsigned i = 1; i < depth && !err; i++)
		err = REAL(pthread_mutex_lock)(m);
	w.mutex->depth = depth ? depth : 1;
	return err ? err : late ? ETIMEDOUT : 0;
}

EXPORT int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	return cigo_points_on() ? wait_for(c, m, STEP("pthread_cond_wait", c), CIGO_NEVER)
				: REAL(pthread_cond_wait)(c, m);
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t)
{
	return cigo_points_on() ? wait_for(c, m, STEP("pthread_cond_timedwait", c), cp_until(t))
				: REAL(pthread_cond_timedwait)(c, m, t);
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock,
				  const struct timespec *t)
{
	return cigo_points_on() ? wait_for(c, m, STEP("pthread_cond_clockwait", c), cp_until(t))
				: REAL(pthread_cond_clockwait)(c, m, clock, t);
}

static void wake(pthread_cond_t *c, bool all)
{
	struct object *o = cp_object(c);

	do {
		struct waiter *w = o->first;

		if (!w)
			return;
		o->first = w->next;
		if (!o->first)
			o->last = NULL;
		w->signaled = true;
	} while (all);
}

EXPORT int pthread_cond_signal(pthread_cond_t *c)
{
	if (cigo_points_on()) {
		cigo_points_point(STEP("pthread_cond_signal", c));
		wake(c, false);
	}
	return REAL(pthread_cond_signal)(c);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *c)
{
	if (cigo_points_on()) {
		cigo_points_point(STEP("pthread_cond_broadcast", c));
		wake(c, true);
	}
	return REAL(pthread_cond_broadcast)(c);
}

EXPORT int pthread_cond_destroy(pthread_cond_t *c)
{
	if (cigo_points_on())
		cp_object_drop(c);
	return REAL(pthread_cond_destroy)(c);
}
