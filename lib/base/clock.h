/* SPDX-License-Identifier: MIT
 * Time in int64_t nanoseconds: the monotonic clock and sums that cannot overflow.
 */
#pragma once

#include <time.h>

#include "base/base.h"

/* CLOCK_MONOTONIC. */
int64_t ci_clock_now(void);
/* The same clock, some milliseconds late, in a few nanoseconds. */
int64_t ci_clock_coarse(void);
/* Back-off before a retry: sleeps 1 ms. */
void ci_clock_pause(void);

/* now + ns; a negative ns is now, an absurd one CIGO_NEVER. */
static inline int64_t ci_clock_add(int64_t now, int64_t ns)
{
	if (ns <= 0)
		return now;
	return ns >= CIGO_NEVER - now ? CIGO_NEVER : now + ns;
}

/* ns >= 0 */
static inline struct timespec ci_clock_timespec(int64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000),
			      .tv_nsec = (long)(ns % 1000000000) };

	return t;
}

/* For calls that take int milliseconds: rounded up, at most a day; -1 for CIGO_NEVER. */
static inline int ci_clock_ms(int64_t ns)
{
	if (ns == CIGO_NEVER)
		return -1;
	if (ns <= 0)
		return 0;
	if (ns > INT64_C(86400000000000))
		return 86400000;
	return (int)((ns + 999999) / 1000000);
}
