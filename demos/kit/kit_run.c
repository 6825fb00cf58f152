/* SPDX-License-Identifier: MIT
 * The runs of a demo: each in a process of its own, which reports line by line. One of them is
 * shown; all are counted.
 */
#include "demos/kit/kit_parts.h"
#include "demos/kit/tidy.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* --- in the child ----------------------------------------------------------------------------- */

struct usage {
	int64_t wall, cpu;
	long blocked, preempted; /* context switches */
};

static int64_t of_timeval(struct timeval t)
{
	return t.tv_sec * CIGO_S(1) + t.tv_usec * 1000;
}

static struct usage used(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (struct usage){
		.wall = kit_now(),
		.cpu = of_timeval(r.ru_utime) + of_timeval(r.ru_stime),
		.blocked = r.ru_nvcsw,
		.preempted = r.ru_nivcsw,
	};
}

static void report_usage(const struct usage *a, const struct usage *b)
{
	kit_count("context switches: blocked", b->blocked - a->blocked, "switches");
	kit_count("context switches: preempted", b->preempted - a->preempted, "switches");
	kit_time("elapsed time", b->wall - a->wall);
	kit_time("CPU time", b->cpu - a->cpu);
}

static int one_run(const struct kit_variant *v, int model)
{
	cigo_loop_options o = { .size = sizeof o, .model = model };

	return v->plain ? v->plain(model, v->arg)
			: cigo_run_with(&o, cigo_ctx_background(), v->main, v->arg);
}

/* Each run has a trace of its own, as nobody knows yet which is shown. */
static void name_trace(char path[PATH_MAX], const struct kit_job *job, int run)
{
	snprintf(path, PATH_MAX, "%s.%d", job->trace, run);
}

/* A picture shows what the kernel did, too. */
static void set_trace(const char *file)
{
	char text[PATH_MAX + 16];

	snprintf(text, sizeof text, "%s,kernel", file);
	setenv("CIGO_TRACE", text, 1);
}

struct child {
	const struct kit_table *table;
	const struct kit_job *job;
	int done; /* runs before those of this process */
};

static void child(void *arg, FILE *report)
{
	const struct child *c = arg;
	const struct kit_job *job = c->job;
	const struct kit_variant *v = &c->table->demo->variants[job->variant];
	char path[PATH_MAX];

	for (int i = c->done; i < job->runs; i++) {
		struct usage before = used();

		if (job->trace) {
			name_trace(path, job, i);
			set_trace(path);
		}
		kit_report_begin(report, job->picture);
		int err = one_run(v, c->table->columns[job->column]->model);
		struct usage after = used();
		if (err < 0) {
			char number[16];

			snprintf(number, sizeof number, "%d", err);
			kit_say("failed", number, "");
			break;
		}
		report_usage(&before, &after);
		kit_report_end();
	}
}

/* --- in the parent ---------------------------------------------------------------------------- */

/* What a run said, and how it ended. */
struct sample {
	char *lines; /* in the text of its process */
	const char *verdict, *ended;
	int64_t ns;
	int run;
	bool wrong;
};

struct samples {
	struct sample *all;
	char (*traces)[PATH_MAX]; /* of all runs, while they are to be tidied up; NULL: none */
	int done, wrong, err;
	char *texts[64]; /* of the processes, for free() */
	int n_texts;
	char ended[64];
	bool hung; /* then the next would, too */
};

static int by_time(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

/* Of those that came out as most did, the one of median time. */
static const struct sample *typical(struct samples *s)
{
	bool wrong = s->wrong * 2 >= s->done && s->wrong;
	int n = wrong ? s->wrong : s->done - s->wrong, at = (n - 1) / 2;

	qsort(s->all, (size_t)s->done, sizeof *s->all, by_time);
	for (int i = 0; i < s->done; i++)
		if (s->all[i].wrong == wrong && at-- == 0)
			return &s->all[i];
	return NULL;
}

static struct sample *finish(struct samples *s, char *lines, bool wrong, const char *verdict)
{
	struct sample *one = &s->all[s->done];

	*one = (struct sample){
		.lines = lines, .verdict = verdict, .run = s->done, .wrong = wrong, .ns = INT64_MAX
	};
	s->done++;
	s->wrong += wrong;
	return one;
}

/* The time that the lines of a run end with: "elapsed time". */
static int64_t elapsed(const char *lines)
{
	const char *at = lines ? strstr(lines, "\telapsed time\t") : NULL;

	return at ? strtoll(at + sizeof "\telapsed time\t" - 1, NULL, 10) : 0;
}

/* Cuts what a process said into runs; what follows the last of them is of one that did not end. */
static char *cut(struct samples *s, char *text)
{
	char *from = text, *line = text, *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		bool wrong = strncmp(line, "wrong\t", 6) == 0;

		if (strncmp(line, "failed\t", 7) == 0)
			s->err = atoi(line + 7);
		if (!wrong && strncmp(line, "right\t", 6) != 0)
			continue;
		line[6 + strcspn(line + 6, "\t\n")] = '\0'; /* the end of the verdict */
		*line = '\0';				    /* and of the lines before */
		finish(s, from, wrong, line + 6)->ns = elapsed(from);
		from = end + 1;
	}
	return from;
}

/* How the process ended, if not by itself. */
static void take_end(struct samples *s, const struct kit_job *job, char *rest, bool hung,
		     int status)
{
	s->hung = hung;
	if (hung)
		snprintf(s->ended, sizeof s->ended, "hung, killed after %d s", job->patience);
	else if (WIFSIGNALED(status))
		snprintf(s->ended, sizeof s->ended, "killed by signal %d", WTERMSIG(status));
	else
		return;
	finish(s, rest, true, s->ended)->ended = s->ended;
}

/* One process, for as many runs as it gets through. */
static void run_process(const struct kit_table *t, const struct kit_job *job, struct samples *s)
{
	struct child c = { t, job, s->done };
	struct kit_process p = kit_process_start(child, &c);
	bool hung;
	int status = 0, before = s->done;

	if (p.pid < 0) {
		s->err = -errno;
		return;
	}
	char *text = kit_process_end(p, job->patience, &hung, &status);
	if (!text || s->n_texts == 64) {
		free(text);
		s->err = text ? -ECHILD : -ENOMEM;
		return;
	}
	s->texts[s->n_texts++] = text;
	take_end(s, job, cut(s, text), hung, status);
	if (s->done == before && !s->err)
		s->err = -ECHILD; /* it left without a word */
}

static void put_text(struct kit_table *t, const struct kit_job *job, const char *what,
		     const char *text)
{
	struct kit_value value;

	kit_value_read(&value, "text", text);
	kit_table_put(t, job->variant, job->column, what, &value);
}

static void take_line(struct kit_table *t, const struct kit_job *job, char *line)
{
	const char *kind = strsep(&line, "\t"), *a = strsep(&line, "\t"), *b = line;
	struct kit_value value;

	if (!a || !b)
		return;
	if (strcmp(kind, "note") == 0)
		kit_table_note(t, job->variant, job->column, a);
	else if (kit_value_read(&value, kind, b))
		kit_table_put(t, job->variant, job->column, a, &value);
}

static void keep(char **kept, const char *text)
{
	free(*kept);
	*kept = strdup(text);
}

/* The run that is shown. */
static void show(struct kit_table *t, const struct kit_job *job, const struct sample *one)
{
	char *at = one->lines, *line, path[PATH_MAX];

	while (at && (line = strsep(&at, "\n")))
		take_line(t, job, line);
	if (one->ended)
		put_text(t, job, "how the run ended", one->ended);
	keep(&t->results[job->variant][job->column].said, one->verdict);
	t->wrong[job->variant][job->column] = one->wrong;
	if (!job->trace)
		return;
	name_trace(path, job, one->run);
	rename(path, job->trace);
}

static void take(struct kit_table *t, const struct kit_job *job, struct samples *s)
{
	struct kit_result *r = &t->results[job->variant][job->column];
	const struct sample *shown = typical(s);

	r->runs = s->done;
	r->wrong = s->wrong;
	for (int i = 0; i < s->done; i++)
		if (s->all[i].wrong && (&s->all[i] == shown || !r->said_wrong))
			keep(&r->said_wrong, s->all[i].verdict);
	if (shown)
		show(t, job, shown);
}

/* Those that are not shown are removed, also if this program is ended before. */
static void tidy_traces(struct samples *s, const struct kit_job *job)
{
	s->traces = job->trace ? calloc((size_t)job->runs, PATH_MAX) : NULL;
	for (int i = 0; s->traces && i < job->runs; i++) {
		name_trace(s->traces[i], job, i);
		tidy_path(s->traces[i]);
	}
}

struct kit_outcome kit_run(struct kit_table *t, const struct kit_job *job)
{
	struct samples s = { .all = calloc((size_t)job->runs, sizeof *s.all) };
	unsigned before = tidy_count();

	if (!s.all)
		return (struct kit_outcome){ .err = -ENOMEM };
	tidy_traces(&s, job);
	while (s.done < job->runs && !s.err && !s.hung)
		run_process(t, job, &s);
	take(t, job, &s);
	if (s.err)
		put_text(t, job, "could not run", cigo_strerror(s.err));
	for (int i = 0; i < s.n_texts; i++)
		free(s.texts[i]);
	free(s.all);
	tidy_up(before);
	free(s.traces);
	return (struct kit_outcome){ .wrong = s.wrong, .err = s.err };
}
