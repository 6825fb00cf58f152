/* SPDX-License-Identifier: MIT
 * The two ways in which cigo_explore runs a schedule.
 */
#pragma once

#include "explore/search.h"

/* The function that is explored. */
struct ci_explored {
	struct ci_runner runner;
	cigo_loop_options options; /* of each loop */
	cigo_coro_fn *main;
	void *arg;
	int64_t hang_ns; /* of forked schedules */
	bool started;	 /* this schedule's main has begun */
};

/* Runs main in this process, in a loop of its own. -errno: of the loop. */
int ci_run_here(struct ci_runner *r, const struct ci_plan *plan);
/* Runs main in a forked child. -errno: of fork. */
int ci_run_forked(struct ci_runner *r, const struct ci_plan *plan);
/* A loop for e's main, from its beginning to its end, under s. The result of main; e->started says
 * whether it came so far. */
int ci_run_loop(struct ci_explored *e, struct ci_schedule *s);
/* The run is over: fails s if main has. */
void ci_run_judge(struct ci_schedule *s, int result);
/* Makes the schedule of the plan. NULL: no memory. */
struct ci_schedule *ci_run_schedule(struct ci_record *record, const struct ci_plan *plan);
