/* SPDX-License-Identifier: MIT
 * The command line of cigo-timeline.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "demos/timeline/timeline.h"

enum { MOST_TRACES = 32, TITLE = 256 };

struct options {
	struct timeline_run runs[MOST_TRACES];
	char names[MOST_TRACES][TITLE]; /* of runs that were given none: made from their paths */
	size_t n;
	const char *output; /* NULL: the standard output */
	char title[TITLE];
};

/* True: go on. False: the program ends with *status; all was said. */
bool options_take(struct options *o, int argc, char **argv, int *status);
