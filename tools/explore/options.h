/* SPDX-License-Identifier: MIT
 * The command line of cigo-explore.
 */
#pragma once

#include "cigo/explore.h"

enum { OPTIONS_GOALS = 32 };

struct options {
	cigo_explore_options search; /* schedules 0: as many as is usual */
	const char *model;	     /* NULL: what the environment or the program says */
	bool json, quiet, no_color;
	const char *play; /* the page to be written; NULL: none, a report */
	const char *title, *say;
	const char *goals[OPTIONS_GOALS];
	size_t goals_n;
	char **command; /* PROGRAM ARG..., NULL behind the last */
};

enum options_answer {
	OPTIONS_FINE,
	OPTIONS_DONE, /* --help, --version: there is nothing more to do */
	OPTIONS_WRONG /* said on stderr */
};

enum options_answer options_parse(struct options *ret, int argc, char **argv);

/* --help, on stdout. */
void help_print(void);
