/* SPDX-License-Identifier: MIT
 * Traces of small runs, and the page that shows them.
 */
#include "demos/kit/kit_parts.h"
#include "demos/kit/tidy.h"
#include "demos/timeline/timeline.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 32, TRIES = 30 };

struct pictures {
	struct timeline_run runs[MOST];
	char labels[MOST][100], paths[MOST][PATH_MAX];
	size_t n;
};

/* Those with a loop, the preemptive ones before the cooperative ones. */
static void list(struct pictures *p, const struct kit_table *t, const char *variant,
		 struct kit_job jobs[MOST])
{
	const struct kit_variant *all = t->demo->variants;

	for (size_t v = 0; all[v].name; v++)
		for (size_t k = t->n_columns; k--;) {
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

static int draw(const struct kit_table *t, const struct pictures *p, const char *timeline)
{
	char *summary = NULL;
	size_t n;
	FILE *f = open_memstream(&summary, &n);
	int err = f ? 0 : -ENOMEM;

	if (f) {
		kit_table_print(t, f);
		fclose(f);
		err = timeline_write(timeline, t->demo->title, p->runs, p->n, summary);
	}
	free(summary);
	if (err < 0)
		fprintf(stderr, "%s: cannot write %s: %s\n", t->demo->name, timeline,
			cigo_strerror(err));
	return err < 0;
}

/* Small runs leave more to chance: until one comes out as the large one did, that the table shows. */
static struct kit_outcome trace_one(struct kit_table *scratch, const struct kit_table *t,
				    const struct kit_job *job)
{
	bool wrong = t->wrong[job->variant][job->column];
	struct kit_outcome o;
	int tries = 0;

	do
		o = kit_run(scratch, job);
	while (!o.err && (o.wrong > 0) != wrong && ++tries < TRIES);
	return o;
}

static int make_traces(const struct kit_table *t, const struct pictures *p,
		       const struct kit_job *jobs)
{
	struct kit_table *scratch = calloc(1, sizeof *scratch); /* its rows are dropped */
	int status = scratch ? 0 : 1;

	for (size_t i = 0; scratch && i < p->n; i++) {
		memcpy(scratch->columns, t->columns, sizeof t->columns);
		scratch->demo = t->demo;
		struct kit_outcome o = trace_one(scratch, t, &jobs[i]);
		if (!o.err && access(p->paths[i], R_OK))
			o.err = -errno;
		if (o.err) {
			fprintf(stderr, "%s: cannot trace the run '%s': %s\n", t->demo->name,
				p->labels[i], cigo_strerror(o.err));
			status = 1;
		}
	}
	if (scratch)
		kit_table_free(scratch);
	free(scratch);
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
	if (!p || (!trace && !mkdtemp(folder))) {
		fprintf(stderr, "%s: cannot make the folder %s: %s\n", t->demo->name, folder,
			cigo_strerror(-errno));
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
	int status = make_traces(t, p, jobs);
	if (!status && timeline)
		status = draw(t, p, timeline);
	tidy_up(before);
	free(p);
	return status;
}
