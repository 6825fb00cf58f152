/* SPDX-License-Identifier: MIT
 * Circles of coroutines that wait for each other, as their parks describe: the one search, for
 * -EDEADLK and for dumps. All functions assume the baton.
 */
#pragma once

#include "task/task.h"

/* Whether f is the coroutine me, or waits for it, directly or through a chain of waits. */
bool ci_future_waits_for(const cigo_future *f, const struct ci_coroutine *me);
/* Whether a member is me or waits for it. */
bool ci_members_waits_for(const struct ci_members *members, const struct ci_coroutine *me);
/* Whether each member that may start is me or waits for it, so that none can end. */
bool ci_members_all_wait_for(const struct ci_members *members, const struct ci_coroutine *me);
/*
 * For dumps: looks from root on, also through mutexes to their holders. Calls found for each circle
 * that no search of this number has seen: `last` waits for `first`, and search.from leads from last
 * back to first.
 */
void ci_cycle_look(struct ci_coroutine *root, uint64_t number,
		   void (*found)(const struct ci_coroutine *first, const struct ci_coroutine *last,
				 void *arg),
		   void *arg);
