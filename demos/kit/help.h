/* SPDX-License-Identifier: MIT
 * --help of the demos that take no arguments. What else is asked for is named, and refused.
 */
#ifndef CIGO_DEMOS_HELP_H
#define CIGO_DEMOS_HELP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns only if there are no arguments. What: lines that say what the demo shows. */
static inline void help(int argc, char **argv, const char *what)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];

	if (argc < 2)
		return;
	if (strcmp(argv[1], "--help") == 0) {
		printf("usage: %s\n\n%s\n", name, what);
		exit(0);
	}
	fprintf(stderr, "%s: unexpected argument '%s'\nTry '%s --help'.\n", name, argv[1], name);
	exit(2);
}

#endif
