/* SPDX-License-Identifier: MIT
 * C11 threads. The C library's do not call the pthread functions by name, so they are defined anew, too. Its
 * mtx_t, cnd_t, once_flag and thrd_t are pthread types under other names.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <threads.h>

#include "object.h"

#define MUTEX(m) ((pthread_mutex_t *)(void *)(m))
#define COND(c)	 ((pthread_cond_t *)(void *)(c))

static int result_of(int err)
{
	switch (err) {
	case 0: return thrd_success;
	case EBUSY: return thrd_busy;
	case ETIMEDOUT: return thrd_timedout;
	case ENOMEM: return thrd_nomem;
	default: return thrd_error;
	}
}

EXPORT int mtx_lock(mtx_t *m)
{
	return cigo_points_on() ? result_of(cp_mutex_lock(MUTEX(m), STEP("mtx_lock", m)))
				: REAL(mtx_lock)(m);
}

EXPORT int mtx_timedlock(mtx_t *restrict m, const struct timespec *restrict t)
{
	return cigo_points_on()
		       ? result_of(cp_mutex_timedlock(MUTEX(m), STEP("mtx_timedlock", m), t))
		       : REAL(mtx_timedlock)(m, t);
}

EXPORT int mtx_trylock(mtx_t *m)
{
	return cigo_points_on() ? result_of(cp_mutex_trylock(MUTEX(m), STEP("mtx_trylock", m)))
				: REAL(mtx_trylock)(m);
}

EXPORT int mtx_unlock(mtx_t *m)
{
	return cigo_points_on() ? result_of(cp_mutex_unlock(MUTEX(m), STEP("mtx_unlock", m)))
				: REAL(mtx_unlock)(m);
}

EXPORT int mtx_init(mtx_t *m, int type)
{
	if (cigo_points_on())
		cp_object_drop(m);
	return REAL(mtx_init)(m, type);
}

EXPORT void mtx_destroy(mtx_t *m)
{
	if (cigo_points_on())
		cp_object_drop(m);
	REAL(mtx_destroy)(m);
}

EXPORT int cnd_wait(cnd_t *c, mtx_t *m)
{
	return cigo_points_on()
		       ? result_of(cp_cond_wait(COND(c), MUTEX(m), STEP("cnd_wait", c), NULL))
		       : REAL(cnd_wait)(c, m);
}

EXPORT int cnd_timedwait(cnd_t *restrict c, mtx_t *restrict m, const struct timespec *restrict t)
{
	return cigo_points_on()
		       ? result_of(cp_cond_wait(COND(c), MUTEX(m), STEP("cnd_timedwait", c), t))
		       : REAL(cnd_timedwait)(c, m, t);
}

EXPORT int cnd_signal(cnd_t *c)
{
	if (cigo_points_on())
		cp_cond_wake(COND(c), STEP("cnd_signal", c), false);
	return REAL(cnd_signal)(c);
}

EXPORT int cnd_broadcast(cnd_t *c)
{
	if (cigo_points_on())
		cp_cond_wake(COND(c), STEP("cnd_broadcast", c), true);
	return REAL(cnd_broadcast)(c);
}

EXPORT int cnd_init(cnd_t *c)
{
	if (cigo_points_on())
		cp_object_drop(c);
	return REAL(cnd_init)(c);
}

EXPORT void cnd_destroy(cnd_t *c)
{
	if (cigo_points_on())
		cp_object_drop(c);
	REAL(cnd_destroy)(c);
}

EXPORT void call_once(once_flag *once, void (*fn)(void))
{
	if (cigo_points_on())
		cp_once((pthread_once_t *)(void *)once, fn, STEP("call_once", once));
	else
		REAL(call_once)(once, fn);
}

/* --- threads ---------------------------------------------------------------------------------- */

struct start {
	thrd_start_t body;
	void *arg;
};

static void *run(void *arg)
{
	struct start s = *(struct start *)arg;

	free(arg);
	return (void *)(intptr_t)s.body(s.arg);
}

EXPORT int thrd_create(thrd_t *id, thrd_start_t body, void *arg)
{
	if (!cigo_points_on())
		return REAL(thrd_create)(id, body, arg);
	struct start *s = malloc(sizeof *s);
	if (!s)
		return thrd_nomem;
	*s = (struct start){ body, arg };
	int err = cp_create(id, NULL, run, s, STEP("thrd_create", NULL));
	if (err)
		free(s);
	return err == EAGAIN ? thrd_nomem : result_of(err);
}

EXPORT int thrd_join(thrd_t id, int *ret)
{
	void *result;

	if (!cigo_points_on())
		return REAL(thrd_join)(id, ret);
	int err = cp_join(id, &result, STEP("thrd_join", NULL));
	if (!err && ret)
		*ret = (int)(intptr_t)result;
	return result_of(err);
}

EXPORT int thrd_detach(thrd_t id)
{
	return cigo_points_on() ? result_of(pthread_detach(id)) : REAL(thrd_detach)(id);
}

EXPORT int thrd_sleep(const struct timespec *t, struct timespec *left)
{
	if (!cigo_points_on())
		return REAL(thrd_sleep)(t, left);
	return cp_sleep(STEP("thrd_sleep", NULL), t) ? -2 : 0;
}

EXPORT void thrd_yield(void)
{
	if (cigo_points_on())
		cigo_points_yield(STEP("thrd_yield", NULL));
	else
		REAL(thrd_yield)();
}
