/* SPDX-License-Identifier: MIT
 * The line on a terminal that says how far the search has come.
 */
#pragma once

#include <stdbool.h>

#include "cigo/explore.h"

struct progress {
	const char *name; /* of the program */
	bool on, color;
	bool drawn;
	int64_t drawn_ns, last_ns; /* when; of the search */
	uint64_t last_schedules;
	const volatile int *stopped; /* a person ends the search */
};

/* A cigo_progress_fn; arg is a struct progress. */
bool progress_draw(const cigo_progress *p, void *arg);
/* Takes the line away. */
void progress_end(struct progress *p);
