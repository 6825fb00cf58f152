/* SPDX-License-Identifier: MIT
 * The monotonic clock: epoll_pwait2 and ppoll measure their timeouts by it too.
 */
#include "base/clock.h"

static int64_t ask(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t ci_clock_now(void)
{
	return ask(CLOCK_MONOTONIC);
}

int64_t ci_clock_coarse(void)
{
	return ask(CLOCK_MONOTONIC_COARSE);
}

void ci_clock_pause(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}
