/* SPDX-License-Identifier: MIT
 * Time: for threads of a schedule every clock but those of CPU time is the schedule's, and sleeping is
 * waiting for it.
 */
#include <errno.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "object.h"

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void sleep_until(const cigo_points_step *step, int64_t until)
{
	cp_wait_or_end(step, never, NULL, until);
}

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

static bool is_time(clockid_t clock)
{
	return clock >= 0 && clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID;
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int err = REAL(clock_gettime)(clock, ret);

	if (!err && cigo_points_on() && is_time(clock))
		*ret = timespec_of(cigo_points_now());
	return err;
}

EXPORT int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
	if (!cigo_points_on())
		return REAL(gettimeofday)(ret, zone);
	struct timespec now = timespec_of(cigo_points_now());
	*ret = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000 };
	return 0;
}

EXPORT time_t time(time_t *ret)
{
	time_t now = cigo_points_on() ? timespec_of(cigo_points_now()).tv_sec : REAL(time)(NULL);

	if (ret)
		*ret = now;
	return now;
}

EXPORT int timespec_get(struct timespec *ret, int base)
{
	int result = REAL(timespec_get)(ret, base);

	if (result && cigo_points_on())
		*ret = timespec_of(cigo_points_now());
	return result;
}

int cp_sleep(const cigo_points_step *step, const struct timespec *t)
{
	int64_t until;

	if (t->tv_sec < 0 || !cp_is_time(t))
		return EINVAL;
	if (__builtin_add_overflow(cigo_points_now(), cp_until(t), &until))
		until = CIGO_NEVER;
	sleep_until(step, until);
	return 0;
}

EXPORT int nanosleep(const struct timespec *t, struct timespec *left)
{
	if (!cigo_points_on())
		return REAL(nanosleep)(t, left);
	int err = cp_sleep(STEP("nanosleep", NULL), t);
	errno = err ? err : errno;
	return err ? -1 : 0;
}

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *left)
{
	if (!cigo_points_on() || !is_time(clock))
		return REAL(clock_nanosleep)(clock, flags, t, left);
	if (!(flags & TIMER_ABSTIME))
		return cp_sleep(STEP("clock_nanosleep", NULL), t);
	if (!cp_is_time(t))
		return EINVAL;
	sleep_until(STEP("clock_nanosleep", NULL), cp_until(t));
	return 0;
}

EXPORT int usleep(useconds_t us)
{
	if (!cigo_points_on())
		return REAL(usleep)(us);
	sleep_until(STEP("usleep", NULL), cigo_points_now() + (int64_t)us * 1000);
	return 0;
}

EXPORT unsigned sleep(unsigned s)
{
	if (!cigo_points_on())
		return REAL(sleep)(s);
	sleep_until(STEP("sleep", NULL), cigo_points_now() + (int64_t)s * 1000000000);
	return 0;
}
