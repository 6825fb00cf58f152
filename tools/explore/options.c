/* SPDX-License-Identifier: MIT
 * The command line of cigo-explore.
 */
#include "tools/explore/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cigo/version.h"
#include "schedule/schedule.h"

/* Says what is wrong with the value of an option. */
CIGO_PRINTF(1, 2) static bool wrong(const char *format, ...)
{
	va_list ap;

	fputs("cigo-explore: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputs("; see cigo-explore --help\n", stderr);
	return false;
}

/* --- values ---------------------------------------------------------------------------------- */

static bool number(const char *option, const char *text, uint64_t least, uint64_t most,
		   uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || *ret < least || *ret > most)
		return wrong("--%s needs a number from %llu to %llu, not '%s'", option,
			     (unsigned long long)least, (unsigned long long)most, text);
	return true;
}

static bool take_strategy(struct options *o, const char *text)
{
	struct ci_schedule *s;
	char why[256];

	o->search.strategy = text;
	if (strcmp(text, "exhaustive") == 0)
		return true;
	if (strncmp(text, "random:", 7) && strncmp(text, "pct:", 4))
		return wrong("--strategy is exhaustive, random:SEED or pct:SEED:DEPTH, not '%s'",
			     text);
	if (ci_schedule_new(&s, text, why))
		return wrong("--strategy %s: %s", text, why);
	ci_schedule_unref(s);
	return true;
}

static bool take_preemptions(struct options *o, const char *text)
{
	uint64_t n;

	if (strcmp(text, "all") == 0) {
		o->search.preemptions = CIGO_PREEMPTIONS_ANY;
		return true;
	}
	if (!number("preemptions", text, 0, INT_MAX, &n))
		return false;
	o->search.preemptions = n ? (int)n : CIGO_PREEMPTIONS_NONE;
	return true;
}

static bool take_schedules(struct options *o, const char *text)
{
	return number("schedules", text, 1, UINT64_MAX, &o->search.schedules);
}

static bool seconds(const char *option, const char *text, int64_t *ret_ns)
{
	char *end;
	double s = strtod(text, &end);

	if (((*text < '0' || *text > '9') && *text != '.') || *end || !(s >= 1e-3 && s <= 1e9))
		return wrong("--%s needs a number of seconds from 0.001 to 1000000000, not '%s'",
			     option, text);
	*ret_ns = (int64_t)(s * 1e9);
	return true;
}

static bool take_time(struct options *o, const char *text)
{
	return seconds("time", text, &o->search.time_ns);
}

static bool take_hang(struct options *o, const char *text)
{
	return seconds("hang", text, &o->search.hang_ns);
}

static bool take_model(struct options *o, const char *text)
{
	if (strcmp(text, "cooperative") && strcmp(text, "preemptive"))
		return wrong("--model is cooperative or preemptive, not '%s'", text);
	o->model = text;
	return true;
}

static bool take_all(struct options *o, const char *text)
{
	(void)text;
	return o->search.all = true;
}

static bool take_json(struct options *o, const char *text)
{
	(void)text;
	return o->json = true;
}

static bool take_quiet(struct options *o, const char *text)
{
	(void)text;
	return o->quiet = true;
}

static bool take_no_color(struct options *o, const char *text)
{
	(void)text;
	return o->no_color = true;
}

/* --- values of --play ------------------------------------------------------------------------ */

static bool take_play(struct options *o, const char *text)
{
	o->play = text;
	return *text || wrong("--play needs the name of a file");
}

static bool take_title(struct options *o, const char *text)
{
	o->title = text;
	return true;
}

static bool take_say(struct options *o, const char *text)
{
	o->say = text;
	return true;
}

/* "fail", "fail:2", "right", "all", "outcomes", "outcome:TEXT" */
static bool is_goal(const char *text)
{
	static const char *const plain[] = { "fail", "right", "all", "outcomes" };
	size_t n = strcspn(text, "=");
	uint64_t switches;

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (strlen(plain[i]) == n && strncmp(text, plain[i], n) == 0)
			return true;
	if (strncmp(text, "fail:", 5) == 0)
		return text += 5, ci_schedule_number(&text, &switches) && (!*text || *text == '=');
	return strncmp(text, "outcome:", 8) == 0 && n > 8;
}

static bool take_goal(struct options *o, const char *text)
{
	if (!is_goal(text))
		return wrong("--goal is fail, fail:N, right, all, outcomes or outcome:TEXT, with "
			     "=WORDS or without, not '%s'",
			     text);
	if (o->goals_n == OPTIONS_GOALS)
		return wrong("more than %d goals", OPTIONS_GOALS);
	o->goals[o->goals_n++] = text;
	return true;
}

/* --- the line -------------------------------------------------------------------------------- */

static const struct option names[] = {
	{ "strategy", required_argument, NULL, 0 },
	{ "preemptions", required_argument, NULL, 0 },
	{ "schedules", required_argument, NULL, 0 },
	{ "time", required_argument, NULL, 0 },
	{ "hang", required_argument, NULL, 0 },
	{ "model", required_argument, NULL, 0 },
	{ "all", no_argument, NULL, 0 },
	{ "json", no_argument, NULL, 0 },
	{ "quiet", no_argument, NULL, 0 },
	{ "no-color", no_argument, NULL, 0 },
	{ "play", required_argument, NULL, 0 },
	{ "title", required_argument, NULL, 0 },
	{ "say", required_argument, NULL, 0 },
	{ "goal", required_argument, NULL, 0 },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* In the order of names. */
static bool (*const takers[])(struct options *o, const char *text) = {
	take_strategy, take_preemptions, take_schedules, take_time,  take_hang,
	take_model,    take_all,	 take_json,	 take_quiet, take_no_color,
	take_play,     take_title,	 take_say,	 take_goal,
};

enum options_answer options_parse(struct options *ret, int argc, char **argv)
{
	int c, i;

	*ret = (struct options){ .search = { .size = sizeof ret->search,
					     .time_ns = CIGO_S(60),
					     .hang_ns = CIGO_S(10) } };
	optind = 0; /* anew: there may be several lines (--play) */
	while ((c = getopt_long(argc, argv, "+hV", names, &i)) != -1) {
		if (c == 'h') {
			help_print();
			return OPTIONS_DONE;
		}
		if (c == 'V') {
			printf("cigo-explore %s\n", CIGO_VERSION);
			return OPTIONS_DONE;
		}
		if (c == '?') { /* getopt has named it */
			fputs("cigo-explore: see cigo-explore --help\n", stderr);
			return OPTIONS_WRONG;
		}
		if (!takers[i](ret, optarg))
			return OPTIONS_WRONG;
	}
	ret->command = argv + optind;
	if (!*ret->command) {
		wrong("which PROGRAM?");
		return OPTIONS_WRONG;
	}
	return OPTIONS_FINE;
}
