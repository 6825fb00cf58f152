/* SPDX-License-Identifier: MIT
 * Exploring a lesson. Its source is compiled twice: as NAME, which the table's runs use as it is, and
 * as NAME_points, where each access to memory asks a schedule who goes on. NAME has NAME_points try
 * every schedule, and reads what it says.
 */
#define _GNU_SOURCE /* program_invocation_name */
#include "demos/kit/beside.h"
#include "demos/kit/kit_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Most faults need one forced switch, and a lesson should not take long. The limit is a number, as a
 * time would give another result on another machine. */
enum { SWITCHES = 1, SCHEDULES = 1000 };

static const char suffix[] = "_points";

bool kit_has_points(void)
{
	size_t n = strlen(program_invocation_name), m = sizeof suffix - 1;

	return n > m && strcmp(program_invocation_name + n - m, suffix) == 0;
}

/* The other program, beside this one. False: it is not built. */
static bool find_points(char path[PATH_MAX])
{
	size_t n = beside_self(path) ? strlen(path) : 0;

	if (!n || n + sizeof suffix > PATH_MAX)
		return false;
	memcpy(path + n, suffix, sizeof suffix);
	return access(path, X_OK) == 0;
}

int kit_become_points(char **argv)
{
	char path[PATH_MAX], *name;

	if (!find_points(path)) {
		fprintf(stderr, "%s: a schedule needs %s, which is not built\n", argv[0], path);
		return 1;
	}
	if (asprintf(&name, "%s%s", argv[0], suffix) >= 0) {
		argv[0] = name;
		execv(path, argv);
	}
	fprintf(stderr, "%s: cannot run %s: %s\n", argv[0], path, cigo_strerror(-errno));
	return 1;
}

/* --- in NAME_points ----------------------------------------------------------------------------- */

static void say_found(const char *what, uint64_t count, bool ok, const char *schedule)
{
	printf("found\t%s\t%" PRIu64 " %d %s\n", what, count, ok, schedule);
}

/* In the story each forced switch is told by these words. */
static int forced_switches(const char *story)
{
	int n = 0;

	while ((story = strstr(story, "interrupted"))) {
		story++;
		n++;
	}
	return n;
}

static const char *skip(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : text;
}

/* The schedule that fails with least, in words. */
static void say_failure(const cigo_report *r, int model)
{
	char what[512], text[400];
	int n = forced_switches(r->story ? r->story : "");
	const char *place = strstr(r->failure, ".c:"), *words = place ? strstr(place, ": ") : NULL;

	snprintf(text, sizeof text, "%s", words ? words + 2 : r->failure);
	text[strcspn(text, "\n;")] = '\0';
	if (model == CIGO_COOPERATIVE)
		snprintf(what, sizeof what, "%s", text);
	else
		snprintf(what, sizeof what, "with %d forced switch%s: %s", n, n == 1 ? "" : "es",
			 text);
	say_found(what, r->failures, false, skip(r->replay, "replay:"));
}

static void say_report(const cigo_report *r, int model)
{
	printf("searched\t%s\t%" PRIu64 " %" PRIu64 " %d\n",
	       !r->complete	     ? r->incomplete
	       : r->preemptions <= 0 ? "all there are"
				     : "all with <= 1 forced switch",
	       r->schedules, r->failures, r->complete);
	if (r->failures)
		say_failure(r, model);
	for (size_t i = 0; i < r->n_outcomes; i++) {
		const cigo_report_outcome *o = r->outcomes[i];

		if (!r->replay || strcmp(o->replay, r->replay) != 0) /* that one is told */
			say_found(o->text, o->count, !o->failures, skip(o->replay, "replay:"));
	}
}

int kit_explore_here(const struct kit_variant *v, int model)
{
	cigo_loop_options loop = { .size = sizeof loop, .model = model };
	cigo_explore_options o = {
		.size = sizeof o,
		.loop = &loop,
		.fork = v->alone,
		.all = true,
		.preemptions = SWITCHES,
		.schedules = SCHEDULES,
	};
	cigo_report report = { .size = sizeof report };

	kit_report_explored(model);
	int err = cigo_explore(&o, v->explored, v->arg, &report);
	if (err < 0)
		fprintf(stderr, "cannot explore %s: %s\n", v->name, cigo_strerror(err));
	else
		say_report(&report, model);
	cigo_report_free(&report);
	return err < 0;
}

int kit_replay_here(const struct kit_variant *v, int model)
{
	cigo_loop_options o = { .size = sizeof o, .model = model };

	kit_report_explored(model);
	int err = cigo_run_with(&o, cigo_ctx_background(), v->explored, v->arg);
	if (err < 0)
		fprintf(stderr, "cannot run %s: %s\n", v->name, cigo_strerror(err));
	else
		puts(kit_said());
	return err < 0;
}

/* --- in NAME ------------------------------------------------------------------------------------ */

static void become_explorer(void *arg, FILE *report)
{
	const char *const *names = arg; /* program, variant, model */

	dup2(fileno(report), STDOUT_FILENO);
	execl(names[0], names[0], "--variant", names[1], "--model", names[2], "--explore",
	      (char *)NULL);
	_exit(127);
}

static void take_found(struct kit_result *r, const char *what, const char *rest)
{
	struct kit_found *one = &r->found[r->n_found];
	char *at;

	if (r->n_found == KIT_FOUND)
		return;
	one->count = strtoull(rest, &at, 10);
	one->ok = strtol(at, &at, 10);
	one->what = strdup(what);
	one->schedule = strdup(*at ? at + 1 : "");
	r->n_found += one->what && one->schedule;
}

static void take_line(struct kit_result *r, char *line)
{
	const char *kind = strsep(&line, "\t"), *a = strsep(&line, "\t");
	char *rest = line;

	if (!a || !rest)
		return;
	if (strcmp(kind, "searched") == 0) {
		r->explored = true;
		r->bound = strdup(a);
		r->schedules = strtoull(rest, &rest, 10);
		r->failures = strtoull(rest, &rest, 10);
		r->complete = strtol(rest, &rest, 10);
	} else if (strcmp(kind, "found") == 0) {
		take_found(r, a, rest);
	}
}

void kit_explore(struct kit_table *t, size_t variant, size_t column, int patience)
{
	const struct kit_variant *v = &t->demo->variants[variant];
	struct kit_result *r = &t->results[variant][column];
	int model = t->columns[column]->model, status = 0;
	char path[PATH_MAX];
	bool hung;

	if (!v->explored || !find_points(path) ||
	    (model != CIGO_COOPERATIVE && model != CIGO_PREEMPTIVE))
		return;
	const char *names[] = { path, v->name, t->columns[column]->name };
	struct kit_process p = kit_process_start(become_explorer, names);
	if (p.pid < 0)
		return;
	char *text = kit_process_end(p, patience, &hung, &status), *at = text, *line;
	while (at && (line = strsep(&at, "\n")))
		take_line(r, line);
	free(text);
}
