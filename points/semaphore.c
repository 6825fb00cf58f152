/* SPDX-License-Identifier: MIT
 * sem_*: the real value tells whether a thread may go on.
 */
#include <errno.h>
#include <semaphore.h>

#include "object.h"

static bool positive(void *arg)
{
	int n = 0;

	return !sem_getvalue(arg, &n) && n > 0;
}

static int take(sem_t *s, const cigo_points_step *step, int64_t until)
{
	if (!cp_wait(step, positive, s, until))
		return REAL(sem_wait)(s);
	errno = ETIMEDOUT;
	return -1;
}

EXPORT int sem_wait(sem_t *s)
{
	return cigo_points_on() ? take(s, STEP("sem_wait", s), CIGO_NEVER) : REAL(sem_wait)(s);
}

EXPORT int sem_timedwait(sem_t *s, const struct timespec *t)
{
	return cigo_points_on() ? take(s, STEP("sem_timedwait", s), cp_until(t))
				: REAL(sem_timedwait)(s, t);
}

EXPORT int sem_clockwait(sem_t *s, clockid_t clock, const struct timespec *t)
{
	return cigo_points_on() ? take(s, STEP("sem_clockwait", s), cp_until(t))
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
