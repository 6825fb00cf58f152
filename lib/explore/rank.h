/* SPDX-License-Identifier: MIT
 * How much a schedule differs from first come, first served: the less, the easier it is understood.
 */
#pragma once

#include "schedule/record.h"

struct ci_rank {
	uint32_t switches; /* forced ones */
	uint32_t others;   /* choices other than the first */
	uint32_t length;   /* choices up to the last of those */
};

/* The choices of the schedule, up to its failure if it has failed. */
static inline size_t ci_rank_choices(const struct ci_record *r)
{
	return r->ending > CI_ENDING_FINE && r->failed_n ? r->failed_n : r->steps_n;
}

static inline bool ci_rank_failed(const struct ci_record *r)
{
	return r->ending > CI_ENDING_FINE;
}

static inline struct ci_rank ci_rank_of(const struct ci_record *r)
{
	struct ci_rank rank = { 0, 0, 0 };
	size_t n = ci_rank_choices(r);

	for (size_t i = 0; i < n; i++)
		if (r->steps[i].chosen) {
			rank.switches += r->steps[i].stays != 0;
			rank.others++;
			rank.length = (uint32_t)i + 1;
		}
	return rank;
}

static inline bool ci_rank_less(struct ci_rank a, struct ci_rank b)
{
	if (a.switches != b.switches)
		return a.switches < b.switches;
	if (a.others != b.others)
		return a.others < b.others;
	return a.length < b.length;
}
