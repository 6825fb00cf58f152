/* SPDX-License-Identifier: MIT
 * sem_*: the real value tells whether a thread may go on.
 */
#include <errno.h>
#include <semaphore.h>

#include "object.h"

static bool positive(void *arg)
{
	int n = 0;

	return !REAL(sem_getvalue)(arg, &n) && n > 0;
}

static int take(sem_t *s, const cigo_points_step *step, int64_t until)
{
	if (!cp_wait_or_end(step, positive, s, until))
		return REAL(sem_wait)(s);
	errno = ETIMEDOUT;
	return -1;
}

EXPORT int sem_wait(sem_t *s)
{
	return cigo_points_on() ? take(s, STEP("sem_wait", s), CIGO_NEVER) : REAL(sem_wait)(s);
}

/* The time is looked at only if the semaphore is 0. */
static int timed(sem_t *s, const cigo_points_step *step, const struct timespec *t)
{
	if (cp_is_time(t))
		return take(s, step, cp_until(t));
	cigo_points_point(step);
	int err = REAL(sem_trywait)(s);
	if (err && errno == EAGAIN)
		errno = EINVAL;
	return err;
}

EXPORT int sem_timedwait(sem_t *s, const struct timespec *t)
{
	return cigo_points_on() ? timed(s, STEP("sem_timedwait", s), t) : REAL(sem_timedwait)(s, t);
}

EXPORT int sem_clockwait(sem_t *s, clockid_t clock, const struct timespec *t)
{
	return cigo_points_on() ? timed(s, STEP("sem_clockwait", s), t)
				: REAL(sem_clockwait)(s, clock, t);
}

EXPORT int sem_trywait(sem_t *s)
{
	if (cigo_points_on())
		cigo_points_point(STEP("sem_trywait", s));
	return REAL(sem_trywait)(s);
}

EXPORT int sem_post(sem_t *s)
{
	if (cigo_points_on())
		cigo_points_point(STEP("sem_post", s));
	return REAL(sem_post)(s);
}

EXPORT int sem_getvalue(sem_t *s, int *ret)
{
	if (cigo_points_on())
		cigo_points_point(STEP("sem_getvalue", s));
	return REAL(sem_getvalue)(s, ret);
}
