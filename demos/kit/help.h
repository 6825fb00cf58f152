/* SPDX-License-Identifier: MIT
 * --help of the demos that take no options, and messages that name the argument that is wrong.
 */
#ifndef CIGO_DEMOS_HELP_H
#define CIGO_DEMOS_HELP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline const char *help_name(char **argv)
{
	const char *slash = strrchr(argv[0], '/');

	return slash ? slash + 1 : argv[0];
}

/* If that is asked for, says it, and ends. arguments: " ITEM [NUMBER]", or "". What: lines that say what the
 * demo shows. */
static inline void help_on(int argc, char **argv, const char *arguments, const char *what)
{
	if (argc < 2 || strcmp(argv[1], "--help") != 0)
		return;
	printf("usage: %s%s\n\n%s\n", help_name(argv), arguments, what);
	exit(0);
}

/* Says what is wrong, "unexpected argument", with which argument, and ends. */
static inline void help_refuse(char **argv, const char *what, const char *argument)
{
	const char *name = help_name(argv);

	fprintf(stderr, "%s: %s '%s'\nTry '%s --help'.\n", name, what, argument, name);
	exit(2);
}

/* Of a demo without arguments: returns only if there are none. */
static inline void help(int argc, char **argv, const char *what)
{
	help_on(argc, argv, "", what);
	if (argc > 1)
		help_refuse(argv, "unexpected argument", argv[1]);
}

/* The nth argument as a number from least to most, or what it is if there is none. */
static inline int help_number(int argc, char **argv, int n, int least, int most, int otherwise)
{
	char *end, what[80];
	long number = argc > n ? strtol(argv[n], &end, 10) : otherwise;

	if (argc <= n || (*argv[n] && !*end && number >= least && number <= most))
		return (int)number;
	snprintf(what, sizeof what, "a number from %d to %d is expected, not", least, most);
	help_refuse(argv, what, argv[n]);
	return otherwise;
}

#endif
