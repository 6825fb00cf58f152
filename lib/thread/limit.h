/* SPDX-License-Identifier: MIT
 * The limits on threads: what the library itself asks about them.
 */
#pragma once

#include "cigo/limit.h"

/* How many threads there are: seen in /proc, in the whole system, of this user. */
struct ci_threads {
	int64_t seen, all, mine;
};

struct ci_threads ci_limit_count(void);
/* Considers one more limit; it replaces *ret if it would be reached sooner. per: units that one
 * thread uses. */
CIGO_PRINTF(6, 7)
void ci_limit_offer(cigo_limit *ret, const char *name, int64_t value, int64_t used, int64_t per,
		    const char *format, ...);
/* The limit of the cgroups that this process is in, pids.max. */
void ci_limit_cgroup(cigo_limit *ret);
/* Warns that no thread can be made, and which limit is the cause. */
void ci_limit_warn(const char *what);
