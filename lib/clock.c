/* SPDX-License-Identifier: MIT
 *
 * Floor: 0 ground
 * The monotonic clock. CLOCK_MONOTONIC since it is what epoll_pwait2 and ppoll measure by.
 */
#include "clock.h"

int64_t ci_clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void ci_clock_pause(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}
