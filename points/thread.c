/* SPDX-License-Identifier: MIT
 * pthread_create and pthread_join: threads made by a thread of a schedule are of the schedule, too.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "object.h"

struct thread {
	void *(*body)(void *);
	void *arg;
	void *handle;
	pthread_t id;
	bool over, detached, cancelled;
	char name[24];
	struct thread *next; /* in all */
};

static unsigned made;	   /* so far */
static struct thread *all; /* those not yet joined; touched with the turn */
static __thread struct thread *self;

struct awaited {
	bool (*ready)(void *arg);
	void *arg;
	const struct thread *self;
};

static bool ready_or_cancelled(void *arg)
{
	const struct awaited *w = arg;

	return w->self->cancelled || w->ready(w->arg);
}

int cp_wait_or_end(const cigo_points_step *step, bool (*ready)(void *arg), void *arg, int64_t until)
{
	struct awaited w = { ready, arg, self };

	if (self && cp_wait(step, ready_or_cancelled, &w, until))
		return 1;
	pthread_testcancel();
	return self && ready(arg) ? 0 : cp_wait(step, ready, arg, until);
}

static void forget(struct thread *t)
{
	struct thread **at = &all;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	free(t);
}

/* Also if the thread ends by pthread_exit. */
static void end(void *arg)
{
	struct thread *t = arg;
	void *handle = t->handle;

	cigo_points_point(STEP("pthread_exit", t));
	t->over = true;
	if (t->detached)
		forget(t);
	cigo_points_thread_end(handle);
}

static void *run(void *arg)
{
	struct thread *t = arg;
	void *result;

	self = t;
	cigo_points_thread_begin(t->handle);
	pthread_cleanup_push(end, t);
	result = t->body(t->arg);
	pthread_cleanup_pop(1);
	return result;
}

static bool is_detached(const pthread_attr_t *attr)
{
	int state = PTHREAD_CREATE_JOINABLE;

	return attr && !pthread_attr_getdetachstate(attr, &state) &&
	       state == PTHREAD_CREATE_DETACHED;
}

int cp_create(pthread_t *id, const pthread_attr_t *attr, void *(*body)(void *), void *arg,
	      const cigo_points_step *step)
{
	struct thread *t = malloc(sizeof *t);

	if (!t)
		return EAGAIN;
	*t = (struct thread){ .body = body, .arg = arg, .next = all };
	t->detached = is_detached(attr);
	snprintf(t->name, sizeof t->name, "thread %u", ++made);
	t->handle = cigo_points_thread_new(t->name);
	int err = t->handle ? REAL(pthread_create)(id, attr, run, t) : EAGAIN;
	if (err) {
		if (t->handle)
			cigo_points_thread_drop(t->handle);
		free(t);
		return err;
	}
	t->id = *id;
	all = t;
	cigo_points_point(&(cigo_points_step){ .call = step->call, .object = t, .pc = step->pc });
	return 0;
}

EXPORT int pthread_create(pthread_t *id, const pthread_attr_t *attr, void *(*body)(void *),
			  void *arg)
{
	return cigo_points_on() ? cp_create(id, attr, body, arg, STEP("pthread_create", NULL))
				: REAL(pthread_create)(id, attr, body, arg);
}

static struct thread *find_any(pthread_t id)
{
	struct thread *t = cigo_points_on() ? all : NULL;

	while (t && !pthread_equal(t->id, id))
		t = t->next;
	return t;
}

/* The thread of that id, to be joined by another; NULL: the C library knows what to do, and does not
 * block. */
static struct thread *find(pthread_t id)
{
	struct thread *t = pthread_equal(id, pthread_self()) ? NULL : find_any(id);

	return t && !t->detached ? t : NULL;
}

static bool is_over(void *thread)
{
	return ((const struct thread *)thread)->over;
}

static int join(struct thread *t, void **ret, const cigo_points_step *step, int64_t until)
{
	cigo_points_step at = { .call = step->call, .object = t, .pc = step->pc };

	if (cp_wait_or_end(&at, is_over, t, until))
		return ETIMEDOUT;
	pthread_t id = t->id;
	forget(t);
	return REAL(pthread_join)(id, ret);
}

int cp_join(pthread_t id, void **ret, const cigo_points_step *step)
{
	struct thread *t = find(id);

	return t ? join(t, ret, step, CIGO_NEVER) : REAL(pthread_join)(id, ret);
}

EXPORT int pthread_join(pthread_t id, void **ret)
{
	return cp_join(id, ret, STEP("pthread_join", NULL));
}

static int timed(struct thread *t, void **ret, const cigo_points_step *step,
		 const struct timespec *until)
{
	return cp_is_time(until) ? join(t, ret, step, cp_until(until)) : EINVAL;
}

EXPORT int pthread_timedjoin_np(pthread_t id, void **ret, const struct timespec *until)
{
	struct thread *t = find(id);

	return t ? timed(t, ret, STEP("pthread_timedjoin_np", NULL), until)
		 : REAL(pthread_timedjoin_np)(id, ret, until);
}

EXPORT int pthread_clockjoin_np(pthread_t id, void **ret, clockid_t clock,
				const struct timespec *until)
{
	struct thread *t = find(id);

	return t ? timed(t, ret, STEP("pthread_clockjoin_np", NULL), until)
		 : REAL(pthread_clockjoin_np)(id, ret, clock, until);
}

EXPORT int pthread_tryjoin_np(pthread_t id, void **ret)
{
	struct thread *t = find(id);

	if (!t)
		return REAL(pthread_tryjoin_np)(id, ret);
	cigo_points_point(STEP("pthread_tryjoin_np", t));
	return t->over ? join(t, ret, STEP("pthread_tryjoin_np", NULL), CIGO_NEVER) : EBUSY;
}

/* A thread may detach itself. */
EXPORT int pthread_detach(pthread_t id)
{
	struct thread *t = find_any(id);
	int err = REAL(pthread_detach)(id);

	if (t && !err && t->over)
		forget(t);
	else if (t && !err)
		t->detached = true;
	return err;
}

EXPORT int pthread_cancel(pthread_t id)
{
	struct thread *t = find_any(id);

	if (t) {
		cigo_points_point(STEP("pthread_cancel", t));
		t->cancelled = true;
	}
	return REAL(pthread_cancel)(id);
}

EXPORT int sched_yield(void)
{
	if (!cigo_points_on())
		return REAL(sched_yield)();
	cigo_points_yield(STEP("sched_yield", NULL));
	return 0;
}
