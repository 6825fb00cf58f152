/* SPDX-License-Identifier: MIT
 * cigo-timeline: the page of traces of one's own. The demos write theirs by the same timeline.h.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/timeline/options.h"
#include "tools/timeline/trace.h"

static bool complain(const char *what, const char *why)
{
	fprintf(stderr, "cigo-timeline: %s: %s\n", what, why);
	return false;
}

/* The page would take a trace's place. */
static bool is_same(const char *a, const char *b)
{
	struct stat s, t;

	return !stat(a, &s) && !stat(b, &t) && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

static bool check(const struct options *o)
{
	if (!o->output && isatty(STDOUT_FILENO))
		return complain("the page", "it is not for a terminal; use -o FILE, or >FILE");
	for (size_t i = 0; i < o->n; i++) {
		if (!trace_is_one(o->runs[i].trace))
			return false;
		if (o->output && is_same(o->output, o->runs[i].trace))
			return complain(o->output, "it is a trace; the page would overwrite it");
	}
	return true;
}

static bool make(const struct options *o)
{
	int err = o->output ? timeline_write(o->output, o->title, o->runs, o->n, NULL)
			    : timeline_put(stdout, o->title, o->runs, o->n, NULL);

	return !err || complain(o->output ? o->output : "the page", strerror(-err));
}

int main(int argc, char **argv)
{
	struct options *o = calloc(1, sizeof *o);
	int status;

	if (!o) {
		complain("options", strerror(ENOMEM));
		return EXIT_FAILURE;
	}
	if (options_take(o, argc, argv, &status))
		status = check(o) && make(o) ? EXIT_SUCCESS : EXIT_FAILURE;
	free(o);
	return status;
}
