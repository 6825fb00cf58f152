/* SPDX-License-Identifier: MIT
 *
 * Circles of coroutines that wait for each other, as their parks describe it: the one search, for
 * -EDEADLK and for dumps.
 */
#ifndef CI_CYCLE_H
#define CI_CYCLE_H

#include "task/task.h"

/* Whether f, directly or through a chain of waits, waits for the coroutine on me. */
bool ci_future_waits_for(const cigo_future *f, const struct ci_coroutine *me);
/* Whether a member is or does. */
bool ci_members_waits_for(const struct ci_members *members, const struct ci_coroutine *me);
/* Whether each of them is or does, or stands in line behind such, so that none can end. */
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

#endif
