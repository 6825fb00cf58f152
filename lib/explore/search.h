/* SPDX-License-Identifier: MIT
 * The search: which schedule is tried next. It does not know how a schedule is run: in this process,
 * in a forked child (explore.c), or in a program of its own (the command cigo-explore).
 */
#pragma once

#include "cigo/explore.h"
#include "schedule/schedule.h"

/* What one schedule is to be. */
struct ci_plan {
	const struct ci_given *given; /* its first choices */
	size_t given_n;
	const struct ci_strategy *strategy; /* of the others */
	uint64_t seed;			    /* of random and pct */
	unsigned depth;			    /* of pct */
	uint64_t length;		    /* of pct: choices expected */
};

/* Runs schedules. */
struct ci_runner {
	struct ci_record *record; /* where each schedule is noted */
	/* Runs the program under the plan: clears the record, runs, and returns when the record is whole,
	 * its ending not CI_ENDING_NONE. -EINTR: a person ends the search, which then reports what it
	 * has; another -errno: no schedule can be run any more. */
	int (*run)(struct ci_runner *r, const struct ci_plan *plan);
	/* The place of an address of the record in words, "bank.c:31 (deposit)", in buf or static; NULL:
	 * not known. If place_of is NULL: the function's name, where dladdr(3) knows it. */
	const char *(*place_of)(struct ci_runner *r, uint64_t pc, char *buf, size_t size);
	bool lost;	 /* set by run: not all choices of this schedule are in the record */
	bool all_orders; /* for tests: also those of steps that commute */
};

/* Searches as cigo_explore does. Sets *ret, which is empty if that fails. Returns 0: no schedule
 * failed; 1: some failed. Fails: -ENOMEM; -EINVAL: the strategy is not understood; what run returns. */
int ci_search(const cigo_explore_options *o, struct ci_runner *r, cigo_report *ret);
