/* SPDX-License-Identifier: MIT
 * The command line of cigo-timeline. A name comes before its trace, so options and traces are taken
 * in the order in which they stand.
 */
#include "tools/timeline/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cigo/version.h"

static const char help[] =
	"usage: cigo-timeline [OPTION]... [--name NAME] TRACE... >PAGE.html\n"
	"\n"
	"Writes an HTML page that shows when each coroutine of a program ran and what it\n"
	"waited for. TRACE is a file that the program wrote, with CIGO_TRACE=FILE in its\n"
	"environment or by the option \"trace\" of its loop. Several traces are shown\n"
	"above one another on one time axis: two models, or before and after a change.\n"
	"The page needs no network and no other file.\n"
	"\n"
	"Options\n"
	"  -n, --name NAME    what the page calls the next TRACE (default: the file's\n"
	"                     name). Traces whose names begin alike up to a colon, such\n"
	"                     as \"small: old\" and \"small: new\", are shown together, and\n"
	"                     the page lets one choose between these groups\n"
	"  -o, --output FILE  write the page to FILE, which is not left half written\n"
	"  -t, --title TITLE  the page's title (default: the names of the traces)\n"
	"      --help, --version\n"
	"\n"
	"Exit status: 0, or 1 if the page could not be made, or 2 if the options are\n"
	"wrong.\n"
	"\n"
	"Example: the same program in both models.\n"
	"\n"
	"  CIGO_MODEL=cooperative CIGO_TRACE=c.json ./program\n"
	"  CIGO_MODEL=preemptive CIGO_TRACE=p.json,kernel ./program\n"
	"  cigo-timeline -o page.html -n cooperative c.json -n preemptive p.json\n"
	"\n"
	"\",kernel\" adds what the kernel did with each thread: on which CPU it ran, when\n"
	"it was preempted, and in which call it was blocked. See man cigo, cigo-timeline.\n";

__attribute__((format(printf, 1, 2))) static bool wrong(const char *format, ...)
{
	va_list ap;

	fputs("cigo-timeline: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputs("; see cigo-timeline --help\n", stderr);
	return false;
}

/* "dir/a.json" -> "a" */
static const char *short_name(char ret[TITLE], const char *path)
{
	const char *base = strrchr(path, '/');

	snprintf(ret, TITLE, "%s", base ? base + 1 : path);
	char *dot = strrchr(ret, '.');
	if (dot && dot > ret && !strcmp(dot, ".json"))
		*dot = 0;
	return ret;
}

static bool take_trace(struct options *o, const char **name, const char *path)
{
	if (o->n == MOST_TRACES)
		return wrong("more than %d traces", (int)MOST_TRACES);
	o->runs[o->n].trace = path;
	o->runs[o->n].label = *name ? *name : short_name(o->names[o->n], path);
	o->n++;
	*name = NULL;
	return true;
}

static void default_title(struct options *o)
{
	for (size_t i = 0, used = 0; i < o->n && used < TITLE; i++)
		used += (size_t)snprintf(o->title + used, TITLE - used, "%s%s", i ? ", " : "",
					 o->runs[i].label);
}

static bool complete(struct options *o, const char *name)
{
	if (name)
		return wrong("--name '%s' needs a trace behind it", name);
	if (!o->n)
		return wrong("no trace was given");
	if (!*o->title)
		default_title(o);
	return true;
}

/* '?': getopt_long has said what is wrong. */
static bool take(struct options *o, int c, const char **name)
{
	switch (c) {
	case 1: return take_trace(o, name, optarg);
	case 't': snprintf(o->title, TITLE, "%s", optarg); return true;
	case 'o': o->output = optarg; return true;
	case 'n':
		if (*name)
			return wrong("--name '%s' needs a trace behind it", *name);
		*name = optarg;
		return true;
	default: fputs("see cigo-timeline --help\n", stderr); return false;
	}
}

bool options_take(struct options *o, int argc, char **argv, int *status)
{
	static const struct option all[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "title", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	const char *name = NULL;
	int c;

	*status = 2;
	while ((c = getopt_long(argc, argv, "-n:o:t:", all, NULL)) != -1) {
		if (c == 'h' || c == 'v') {
			fputs(c == 'h' ? help : "cigo-timeline " CIGO_VERSION "\n", stdout);
			*status = 0;
			return false;
		}
		if (!take(o, c, &name))
			return false;
	}
	for (; optind < argc; optind++)
		if (!take_trace(o, &name, argv[optind]))
			return false;
	return complete(o, name);
}
