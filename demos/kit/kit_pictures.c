/* SPDX-License-Identifier: MIT
 * Traces of small runs, and the page that shows them, with the table of these very runs. One run can be
 * twenty times as long as the next. So several are made of each, and the one of median length is shown.
 */
#define _GNU_SOURCE /* asprintf */
#include "demos/kit/kit_parts.h"
#include "demos/kit/tidy.h"
#include "demos/timeline/timeline.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 32, RUNS = 5, TRIES = 30 };

/* A variant with much to do has fewer runs. */
static const int64_t patience = CIGO_S(2);

struct pictures {
	struct timeline_run runs[MOST];
	char labels[MOST][100], paths[MOST][PATH_MAX];
	size_t n;
	struct kit_table *table; /* of the runs that are shown */
	int fewest, otherwise;	 /* runs that the median is of; that came out in another way */
};

/* A run that may be shown. */
struct candidate {
	char path[PATH_MAX];
	struct kit_table *table;
	double length; /* of the trace, in us */
	bool fits;     /* it came out as the large one did */
};

/* Those with a loop, in the order of the table's columns. */
static void list(struct pictures *p, const struct kit_table *t, const char *variant,
		 struct kit_job jobs[MOST])
{
	const struct kit_variant *all = t->demo->variants;

	for (size_t v = 0; all[v].name; v++)
		for (size_t k = 0; k < t->n_columns; k++) {
			int model = t->columns[k]->model;

			if ((variant && strcmp(variant, all[v].name)) || p->n == MOST ||
			    (model != CIGO_COOPERATIVE && model != CIGO_PREEMPTIVE))
				continue;
			jobs[p->n] = (struct kit_job){ v, k, 1, 30, true, p->paths[p->n] };
			snprintf(p->labels[p->n], sizeof p->labels[0], "%s: %s", all[v].name,
				 t->columns[k]->name);
			p->runs[p->n].label = p->labels[p->n];
			p->runs[p->n].trace = p->paths[p->n];
			p->n++;
		}
}

static void name_files(struct pictures *p, const struct kit_table *t, const struct kit_job *jobs,
		       const char *folder, const char *trace)
{
	for (size_t i = 0; i < p->n; i++)
		if (!trace)
			snprintf(p->paths[i], PATH_MAX, "%s/%zu.json", folder, i);
		else if (p->n == 1)
			snprintf(p->paths[i], PATH_MAX, "%s", trace);
		else
			snprintf(p->paths[i], PATH_MAX, "%s-%s-%s", trace,
				 t->demo->variants[jobs[i].variant].name,
				 t->columns[jobs[i].column]->name);
}

/* The table as JSON, with a caption. */
static char *summary_of(const struct pictures *p)
{
	char *json = NULL, *text = NULL, which[200] = "";
	size_t n;
	FILE *f = open_memstream(&json, &n);

	if (!f)
		return NULL;
	kit_table_json(p->table, f);
	fclose(f);
	if (p->otherwise)
		snprintf(which, sizeof which, " that came out as the large run did (%d did not)",
			 p->otherwise);
	if (asprintf(&text,
		     "{\"caption\":\"The table of the runs drawn above, which are small: of %d "
		     "such runs%s in each model the one of median length.\",%s",
		     p->fewest, which, json + 1) < 0)
		text = NULL;
	free(json);
	return text;
}

static int draw(const struct kit_table *t, const struct pictures *p, const char *timeline)
{
	char *summary = summary_of(p);
	int err = summary ? timeline_write(timeline, t->demo->title, p->runs, p->n, summary)
			  : -ENOMEM;

	free(summary);
	if (err < 0)
		fprintf(stderr, "%s: cannot write %s: %s\n", t->demo->name, timeline,
			cigo_strerror(err));
	return err < 0;
}

static struct kit_table *table_like(const struct kit_table *t)
{
	struct kit_table *like = calloc(1, sizeof *like);

	if (!like)
		return NULL;
	memcpy(like->columns, t->columns, sizeof t->columns);
	like->n_columns = t->n_columns;
	like->demo = t->demo;
	return like;
}

static void drop_table(struct kit_table *t)
{
	if (t)
		kit_table_free(t);
	free(t);
}

/* The end of the last event of a trace: its lines have "ts":us, and "dur":us if they take long. The kernel tells of
 * the threads also when the run is over. */
static double length_of(const char *path)
{
	FILE *in = fopen(path, "re");
	char *line = NULL, *at;
	size_t size = 0;
	double longest = 0;

	while (in && getline(&line, &size, in) > 0) {
		double t = (at = strstr(line, "\"ts\":")) ? strtod(at + 5, NULL) : 0;

		if (strstr(line, "\"cat\":\"kernel\""))
			continue;
		t += (at = strstr(line, "\"dur\":")) ? strtod(at + 6, NULL) : 0;
		longest = t > longest ? t : longest;
	}
	free(line);
	if (in)
		fclose(in);
	return longest;
}

/* Those that fit first, each part by length. */
static int by_length(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->fits != y->fits)
		return x->fits ? -1 : 1;
	return (x->length > y->length) - (x->length < y->length);
}

/* Rows and notes of the run that is shown go to the table of all. */
static void take_rows(struct kit_table *to, const struct kit_table *from, const struct kit_job *job)
{
	for (size_t i = 0; i < from->n_rows; i++)
		if (from->rows[i].values[job->column])
			kit_table_put(to, job->variant, job->column, from->rows[i].what,
				      from->rows[i].values[job->column]);
	for (size_t i = 0; i < from->n_notes; i++)
		kit_table_note(to, job->variant, job->column, from->notes[i].text);
	to->wrong[job->variant][job->column] = from->wrong[job->variant][job->column];
}

static int make_one(struct candidate *c, const struct kit_table *t, const struct kit_job *job)
{
	bool wrong = t->wrong[job->variant][job->column];
	struct kit_job own = *job;

	own.trace = c->path;
	c->table = table_like(t);
	if (!c->table)
		return -ENOMEM;
	tidy_path(c->path);
	struct kit_outcome o = kit_run(c->table, &own);
	c->fits = (o.wrong > 0) == wrong;
	if (!o.err && access(c->path, R_OK))
		o.err = -errno;
	c->length = length_of(c->path);
	return o.err;
}

/* The median of the first that fit (of all, if none does) becomes the picture. */
static int choose(struct pictures *p, const struct kit_job *job, struct candidate *all, int n,
		  int fits)
{
	int among = fits ? fits : n;

	qsort(all, (size_t)n, sizeof *all, by_length);
	struct candidate *median = &all[(among - 1) / 2];
	p->fewest = !p->fewest || among < p->fewest ? among : p->fewest;
	p->otherwise += n - among;
	take_rows(p->table, median->table, job);
	return rename(median->path, job->trace) ? -errno : 0;
}

/* Small runs leave more to chance than large ones; those are sought that come out as the large one did. */
static int trace_one(struct pictures *p, const struct kit_table *t, const struct kit_job *job)
{
	struct candidate *all = calloc(TRIES, sizeof *all);
	int64_t begin = kit_now();
	unsigned before = tidy_count();
	int n = 0, fits = 0, err = all ? 0 : -ENOMEM;

	while (!err && n < TRIES && fits < RUNS && (!n || kit_now() - begin < patience)) {
		if (snprintf(all[n].path, PATH_MAX, "%s.%d", job->trace, n) >= PATH_MAX)
			err = -ENAMETOOLONG;
		else
			err = make_one(&all[n], t, job);
		fits += all[n++].fits;
	}
	if (!err)
		err = choose(p, job, all, n, fits);
	tidy_up(before);
	for (int i = 0; i < n; i++)
		drop_table(all[i].table);
	free(all);
	return err;
}

static int make_traces(struct pictures *p, const struct kit_table *t, const struct kit_job *jobs)
{
	int status = 0;

	for (size_t i = 0; i < p->n; i++) {
		int err = trace_one(p, t, &jobs[i]);

		if (err) {
			fprintf(stderr, "%s: cannot trace the run '%s': %s\n", t->demo->name,
				p->labels[i], cigo_strerror(err));
			status = 1;
		}
	}
	return status;
}

int kit_pictures(const struct kit_table *t, const char *variant, const char *timeline,
		 const char *trace)
{
	struct pictures *p = calloc(1, sizeof *p);
	struct kit_job jobs[MOST];
	const char *tmp = getenv("TMPDIR");
	char folder[PATH_MAX - 32];

	snprintf(folder, sizeof folder, "%s/cigo-XXXXXX", tmp ? tmp : "/tmp");
	if (p)
		p->table = table_like(t);
	if (!p || !p->table || (!trace && !mkdtemp(folder))) {
		fprintf(stderr, "%s: cannot make the folder %s: %s\n", t->demo->name, folder,
			cigo_strerror(-errno));
		drop_table(p ? p->table : NULL);
		free(p);
		return 1;
	}
	list(p, t, variant, jobs);
	name_files(p, t, jobs, folder, trace);
	unsigned before = tidy_count();
	if (!trace)
		tidy_path(folder);
	for (size_t i = 0; !trace && i < p->n; i++)
		tidy_path(p->paths[i]);
	int status = make_traces(p, t, jobs);
	if (!status && timeline)
		status = draw(t, p, timeline);
	tidy_up(before);
	drop_table(p->table);
	free(p);
	return status;
}
