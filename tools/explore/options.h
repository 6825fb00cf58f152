/* SPDX-License-Identifier: MIT
 * The command line of cigo-explore.
 */
#pragma once

#include "cigo/explore.h"

struct options {
	cigo_explore_options search;
	const char *model; /* NULL: what the environment or the program says */
	bool json, quiet, no_color;
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
