/* SPDX-License-Identifier: MIT
 * pthread_cond_*. Threads of a schedule wait in the table, first come first served, and never in the C
 * library. A signal by such a thread is passed on to the real condition, too, for threads of others.
 */
#include <errno.h>

#include "object.h"

struct waiting {
	struct waiter waiter; /* the first member */
	struct object *cond, *mutex;
	pthread_mutex_t *m;
	unsigned depth; /* how often the waiting thread had locked the mutex */
	const void *pc;
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

/* Gives the mutex up, however often it is locked. */
static int release(pthread_mutex_t *m, struct object *o, unsigned depth, const void *pc)
{
	int err = 0;

	cigo_points_note(
		&(cigo_points_step){ .call = "pthread_mutex_unlock", .object = m, .pc = pc });
	for (unsigned i = 0; !err && (i < depth || i == 0); i++)
		err = REAL(pthread_mutex_unlock)(m);
	if (!err) {
		o->owner = 0;
		o->depth = 0;
	}
	return err;
}

static int take_again(struct waiting *w)
{
	cigo_points_note(
		&(cigo_points_step){ .call = "pthread_mutex_lock", .object = w->m, .pc = w->pc });
	int err = cp_mutex_take(w->m);
	for (unsigned i = 1; i < w->depth && !err; i++)
		err = REAL(pthread_mutex_lock)(w->m);
	w->mutex->depth = w->depth ? w->depth : 1;
	return err;
}

/* The thread was cancelled, or the time has come: it needs the mutex all the same. */
static void give_up(void *waiting)
{
	struct waiting *w = waiting;

	remove_waiter(w->cond, &w->waiter);
	cp_wait(&(cigo_points_step){ .call = "pthread_cond_wait", .object = w->m, .pc = w->pc },
		cp_mutex_free, w->mutex, CIGO_NEVER);
}

static void cancelled(void *waiting)
{
	give_up(waiting);
	take_again(waiting);
}

/* Before the mutex is given up is a point: a signal that comes there is lost. Giving it up and waiting
 * is one step. */
int cp_cond_wait(pthread_cond_t *c, pthread_mutex_t *m, const cigo_points_step *step,
		 const struct timespec *t)
{
	if (t && !cp_is_time(t))
		return EINVAL;
	cigo_points_point(step);
	struct object *mutex = cp_object(m);
	struct waiting w = { { NULL, false }, cp_object(c), mutex, m, mutex->depth, step->pc };
	int err = release(m, mutex, w.depth, step->pc), late;
	if (err)
		return err;
	append(w.cond, &w.waiter);
	pthread_cleanup_push(cancelled, &w);
	late = cp_wait_or_end(step, signaled, &w, t ? cp_until(t) : CIGO_NEVER);
	pthread_cleanup_pop(0);
	if (late)
		give_up(&w);
	late = late && !w.waiter.signaled;
	err = take_again(&w);
	return err ? err : late ? ETIMEDOUT : 0;
}

EXPORT int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	return cigo_points_on() ? cp_cond_wait(c, m, STEP("pthread_cond_wait", c), NULL)
				: REAL(pthread_cond_wait)(c, m);
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *t)
{
	return cigo_points_on() ? cp_cond_wait(c, m, STEP("pthread_cond_timedwait", c), t)
				: REAL(pthread_cond_timedwait)(c, m, t);
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock,
				  const struct timespec *t)
{
	return cigo_points_on() ? cp_cond_wait(c, m, STEP("pthread_cond_clockwait", c), t)
				: REAL(pthread_cond_clockwait)(c, m, clock, t);
}

void cp_cond_wake(pthread_cond_t *c, const cigo_points_step *step, bool all)
{
	struct object *o = cp_object(c);

	cigo_points_point(step);
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
	if (cigo_points_on())
		cp_cond_wake(c, STEP("pthread_cond_signal", c), false);
	return REAL(pthread_cond_signal)(c);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *c)
{
	if (cigo_points_on())
		cp_cond_wake(c, STEP("pthread_cond_broadcast", c), true);
	return REAL(pthread_cond_broadcast)(c);
}

EXPORT int pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr)
{
	int err = REAL(pthread_cond_init)(c, attr);

	if (!err && cigo_points_on())
		cp_object_drop(c);
	return err;
}

EXPORT int pthread_cond_destroy(pthread_cond_t *c)
{
	if (cigo_points_on())
		cp_object_drop(c);
	return REAL(pthread_cond_destroy)(c);
}
