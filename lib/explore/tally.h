/* SPDX-License-Identifier: MIT
 * The outcomes that came, how often each, and a schedule that leads to it.
 */
#pragma once

#include "cigo/explore.h"
#include "explore/rank.h"

enum {
	CI_TALLY_MOST = 10000 /* different outcomes; all others count as one */
};

struct ci_tally {
	struct ci_tally_entry *entries; /* in the order in which they came */
	size_t n, size;
	uint32_t *index; /* by hash: entry + 1; 0: free. Twice as many as `size` */
};

/* Counts one schedule. -ENOMEM. */
int ci_tally_add(struct ci_tally *t, const struct ci_record *r);
/* If this schedule leads to its outcome by less than the one that is noted, it takes its place. -ENOMEM. */
int ci_tally_better(struct ci_tally *t, const struct ci_record *r);
/* Moves all to the report, the most frequent first. -ENOMEM. */
int ci_tally_report(struct ci_tally *t, cigo_report *ret);
void ci_tally_fini(struct ci_tally *t);
