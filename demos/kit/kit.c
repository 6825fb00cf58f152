/* SPDX-License-Identifier: MIT
 * The kit's command line, and what happens in which order.
 */
#define _GNU_SOURCE /* asprintf, program_invocation_short_name */
#include "demos/kit/kit_parts.h"
#include "demos/kit/kit_play.h"
#include "demos/kit/tidy.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct kit_column both_models[] = {
	{ "cooperative", CIGO_COOPERATIVE },
	{ "preemptive", CIGO_PREEMPTIVE },
	{ NULL, 0 },
};

struct choice {
	const char *model, *variant, *timeline, *trace, *replay;
	int runs, patience; /* runs 0: as many as the variant says */
	bool json, quiet, explore;
};

enum { OWN = 1000 }; /* the demo's options have the values OWN, OWN + 1, ... */

static void help_on_options(const struct kit_demo *d)
{
	printf("usage: %s [OPTION]...\n\n  --model MODEL        ", program_invocation_short_name);
	for (const struct kit_column *c = d->columns ? d->columns : both_models; c->name; c++)
		printf("%s%s", c->name, c[1].name ? ", " : "");
	puts("\n                       or all (default)\n"
	     "  --variant NAME       one of the variants below (default: all of them)");
	for (const struct kit_option *o = d->options; o && o->name; o++)
		printf("  --%s N%*s%s (default %d)\n", o->name, (int)(17 - strlen(o->name)), "",
		       o->what, *o->value);
	fputs("  --runs N             run everything N times; the table shows one of the runs\n"
	      "                       (default: see the variants)\n"
	      "  --replay SCHEDULE    run only this schedule of --variant and --model, as found\n"
	      "                       by exploring\n"
	      "  --timeline FILE      write an HTML page that shows when each coroutine ran,\n"
	      "                       from small extra runs\n"
	      "  --trace FILE         write traces of such runs for Perfetto: FILE for one run,\n"
	      "                       FILE-VARIANT-MODEL for several\n"
	      "  --play FILE          write an HTML page on which you are the scheduler (alone;\n"
	      "                       of ",
	      stdout);
	kit_play_names(stdout);
	puts(")\n"
	     "  --quiet              print only the count of wrong runs; explore nothing\n"
	     "  --json               print the table as JSON\n"
	     "  --patience SECONDS   kill a run that reports nothing for so long (default 30)\n"
	     "  --help               print this text");
}

static void help(const struct kit_demo *d)
{
	printf("%s\n\n", d->title);
	kit_paragraph(stdout, d->lesson, KIT_EDGE, 0);
	putchar('\n');
	if (d->also)
		printf("%s\n\n", d->also);
	if (kit_has_points())
		printf("This is %s, compiled so that each access to memory is a point where a\n"
		       "schedule may switch. %s starts it to explore, and to replay.\n\n",
		       d->name, d->name);
	help_on_options(d);
	puts("\nVariants, and how often each is run:");
	for (const struct kit_variant *v = d->variants; v->name; v++)
		printf("  %-10s %4d  %s\n", v->name, v->runs ? v->runs : 1, v->title);
	puts("\nThe context switches are those of getrusage: ru_nvcsw (the thread blocked) and\n"
	     "ru_nivcsw (it was preempted).\n\n"
	     "CIGO_MODEL and CIGO_TRACE are ignored; use --model and --trace. CIGO_SCHEDULE is\n"
	     "as --replay, and may be play, too. Colours are for terminals, unless NO_COLOR is\n"
	     "set. Start with CIGO_DUMP=1 and send SIGUSR1 to see what each coroutine of the\n"
	     "current run waits for.");
}

static bool number(const struct kit_demo *d, const struct kit_option *o, const char *text)
{
	int most = o->most ? o->most : 1000000000;
	char *end;
	long n = strtol(text, &end, 10);

	if (*text && !*end && n >= o->least && n <= most) {
		*o->value = (int)n;
		return true;
	}
	fprintf(stderr, "%s: --%s takes a number from %d to %d, not '%s'\n", d->name, o->name,
		o->least, most, text);
	return false;
}

/* 0: go on; else the exit status + 1. */
static int parse(const struct kit_demo *d, struct choice *c, int argc, char **argv)
{
	struct option all[32] = {
		{ "model", required_argument, NULL, 'm' },
		{ "variant", required_argument, NULL, 'v' },
		{ "timeline", required_argument, NULL, 't' },
		{ "trace", required_argument, NULL, 'e' },
		{ "runs", required_argument, NULL, 'r' },
		{ "patience", required_argument, NULL, 'p' },
		{ "replay", required_argument, NULL, 'y' },
		{ "explore", no_argument, NULL, 'x' }, /* of NAME_points, for NAME */
		{ "quiet", no_argument, NULL, 'q' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "compare", no_argument, NULL, 'c' }, /* for servers: nothing but this */
	};
	const struct kit_option runs = { "runs", "", &c->runs, 1, 0 },
				patience = { "patience", "", &c->patience, 1, 10000 };
	size_t n = 12;
	int option;

	for (const struct kit_option *o = d->options; o && o->name; o++, n++)
		all[n] = (struct option){ o->name, required_argument, NULL,
					  OWN + (int)(o - d->options) };
	while ((option = getopt_long(argc, argv, "", all, NULL)) != -1) {
		bool fine = option != '?';

		switch (option) {
		case 'm': c->model = optarg; break;
		case 'v': c->variant = optarg; break;
		case 't': c->timeline = optarg; break;
		case 'e': c->trace = optarg; break;
		case 'r': fine = number(d, &runs, optarg); break;
		case 'p': fine = number(d, &patience, optarg); break;
		case 'y': c->replay = optarg; break;
		case 'x': c->explore = true; break;
		case 'q': c->quiet = true; break;
		case 'j': c->json = true; break;
		case 'h': help(d); return 1;
		default:
			if (option >= OWN)
				fine = number(d, &d->options[option - OWN], optarg);
		}
		if (!fine)
			break;
	}
	if (option == -1 && optind == argc)
		return 0;
	if (option == -1)
		fprintf(stderr, "%s: unexpected argument '%s'\n", d->name, argv[optind]);
	fprintf(stderr, "Try '%s --help'.\n", d->name);
	return 3;
}

/* The columns and whether there is such a variant. */
static bool choose(const struct kit_demo *d, const struct choice *c, struct kit_table *t)
{
	bool variant = !c->variant;

	for (const struct kit_column *k = d->columns ? d->columns : both_models; k->name; k++)
		if (!c->model || strcmp(c->model, "all") == 0 || strcmp(c->model, k->name) == 0)
			t->columns[t->n_columns++] = k;
	for (const struct kit_variant *v = d->variants; v->name; v++)
		variant |= c->variant && strcmp(c->variant, v->name) == 0;
	if (!t->n_columns) {
		fprintf(stderr, "%s: there is no model '%s' (", d->name, c->model);
		for (const struct kit_column *k = d->columns ? d->columns : both_models; k->name;
		     k++)
			fprintf(stderr, "%s, ", k->name);
		fputs("all)\n", stderr);
	}
	if (!variant) {
		fprintf(stderr, "%s: there is no variant '%s' (", d->name, c->variant);
		for (const struct kit_variant *v = d->variants; v->name; v++)
			fprintf(stderr, "%s%s", v->name, v[1].name ? ", " : ")\n");
	}
	return t->n_columns && variant;
}

static bool chosen(const struct kit_demo *d, const struct choice *c, size_t variant)
{
	return !c->variant || strcmp(c->variant, d->variants[variant].name) == 0;
}

/* All runs of a variant in a model, and its search. The exit status. */
static int measure_one(struct kit_table *t, const struct choice *c, size_t v, size_t k)
{
	const struct kit_variant *variant = &t->demo->variants[v];
	int runs = c->runs ? c->runs : variant->runs ? variant->runs : 1;
	struct kit_job job = { v, k, runs, c->patience, false, NULL };
	struct kit_outcome o = kit_run(t, &job);

	if (o.err) {
		fprintf(stderr, "%s: cannot run %s, %s: %s\n", t->demo->name, variant->name,
			t->columns[k]->name, cigo_strerror(o.err));
		return 1;
	}
	if (c->quiet)
		printf("%s %s: %d of %d runs wrong\n", variant->name, t->columns[k]->name, o.wrong,
		       t->results[v][k].runs);
	else
		kit_explore(t, v, k, c->patience);
	return 0;
}

static int measure(struct kit_table *t, const struct choice *c)
{
	int status = 0;

	for (size_t v = 0; t->demo->variants[v].name; v++)
		for (size_t k = 0; chosen(t->demo, c, v) && k < t->n_columns; k++)
			status |= measure_one(t, c, v, k);
	kit_table_judge(t);
	return status;
}

/* As NAME_points does it. The exit status. */
static int follow_here(const struct kit_variant *v, int model, const struct choice *c)
{
	char *schedule;

	if (c->explore)
		return kit_explore_here(v, model);
	if (c->replay && asprintf(&schedule, "replay:%s", c->replay) >= 0) {
		setenv("CIGO_SCHEDULE", schedule, 1);
		free(schedule);
	}
	return kit_replay_here(v, model);
}

/* A schedule, or all, of one variant in one model. The exit status. */
static int follow(const struct kit_table *t, const struct choice *c, char **argv)
{
	size_t v = 0;

	while (t->demo->variants[v].name && !(c->variant && chosen(t->demo, c, v)))
		v++;
	if (!t->demo->variants[v].name || t->n_columns != 1) {
		fprintf(stderr, "%s: a schedule is of one run, so it needs --variant and --model\n",
			t->demo->name);
		return 2;
	}
	if (!t->demo->variants[v].explored) {
		fprintf(stderr, "%s: %s is not explored, so it has no schedules\n", t->demo->name,
			c->variant);
		return 2;
	}
	if (!kit_has_points())
		return kit_become_points(argv);
	if (c->trace)
		setenv("CIGO_TRACE", c->trace, 1);
	return follow_here(&t->demo->variants[v], t->columns[0]->model, c);
}

/* The runs say themselves what they want. */
static void ignore(const struct kit_demo *d, const char *variable, const char *option)
{
	const char *value = getenv(variable);

	if (value && *value)
		fprintf(stderr, "%s: %s is ignored; use %s\n", d->name, variable, option);
	unsetenv(variable);
}

static int show(struct kit_table *t, const struct choice *c)
{
	int status = measure(t, c);

	if (c->json)
		kit_table_json(t, stdout);
	else if (!c->quiet) {
		printf("%s\n\n", t->demo->title);
		kit_table_print(t, stdout);
	}
	if (c->timeline || c->trace)
		status |= kit_pictures(t, c->variant, c->timeline, c->trace);
	return status;
}

static int run_all(const struct kit_demo *d, int argc, char **argv)
{
	struct choice c = { .patience = 30 };
	struct kit_table *t = calloc(1, sizeof *t);
	int stop = parse(d, &c, argc, argv);

	if (!t || stop) {
		free(t);
		return t ? stop - 1 : 1;
	}
	t->demo = d;
	if (!choose(d, &c, t)) {
		free(t);
		return 2;
	}
	bool one = c.replay || c.explore || getenv("CIGO_SCHEDULE");
	ignore(d, "CIGO_MODEL", "--model");
	if (!one || c.trace)
		ignore(d, "CIGO_TRACE", "--trace");
	tidy_open();
	int status = one ? follow(t, &c, argv) : show(t, &c);
	kit_table_free(t);
	free(t);
	return status;
}

int kit_main(const struct kit_demo *d, int argc, char **argv)
{
	const char *play = kit_play_file(argc, argv);
	int status = play ? kit_play(d->name, argv[0], play) : run_all(d, argc, argv);

	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "%s: cannot write to standard output: %s\n", d->name,
		cigo_strerror(-errno));
	return 1;
}
