/* SPDX-License-Identifier: MIT
 * Tries one schedule after another: runs it, counts it, notes what has failed, and says when the
 * search is over. Which schedules are tried, the strategies say.
 */
#pragma once

#include "explore/search.h"
#include "explore/tally.h"

/* The failing schedule that is shown. */
struct ci_failure {
	uint32_t *chosen; /* its choices, owned; NULL: none failed */
	size_t n;
	struct ci_rank rank;
	uint32_t run;	 /* its number: which places were points */
	uint32_t ending; /* enum ci_ending */
	int32_t result;
	char words[1024];
	char outcome[256];
};

struct ci_tries {
	const cigo_explore_options *options;
	struct ci_runner *runner;
	struct ci_tally tally;
	struct ci_failure failure;
	cigo_progress progress;
	int64_t begun, told; /* real time: of the search, of the last progress */
	uint64_t choices, deepest, pruned;
	uint64_t forgotten; /* schedules that do not count any more */
	bool aborted;	    /* by progress */
	bool over;
	int err;       /* why it is over; 0: no error */
	char why[128]; /* why not all was tried, in words; empty: all was */
};

void ci_tries_init(struct ci_tries *t, const cigo_explore_options *o, struct ci_runner *r);
void ci_tries_fini(struct ci_tries *t);
/* Tries a schedule that is new. False: none was tried, the search is over. */
bool ci_tries_new(struct ci_tries *t, const struct ci_plan *plan);
/* Begins to count anew; what was tried still counts for the limits. */
void ci_tries_forget(struct ci_tries *t);
/* Runs a schedule that does not count. -errno. */
int ci_tries_run(struct ci_tries *t, const struct ci_plan *plan);
/* Not all will be tried, for this reason; the first counts. */
void ci_tries_incomplete(struct ci_tries *t, const char *format, ...) CIGO_PRINTF(2, 3);
/* Takes the record's failure in place of the one that was there. -ENOMEM. */
int ci_tries_take(struct ci_tries *t);
