/* SPDX-License-Identifier: MIT
 * All numbers as JSON, and back. cost.h says nothing of the form; it is:
 *
 *	{"demo":"cost","title":"...","lesson":"...","protocol":"...","features":["..."],
 *	 "servers":[{"name":"coroutines","what":"..."},...],
 *	 "machine":{"cpus":2,"busy":0.02},"load":{"value":150000000,"unit":"ns"},
 *	 "took":{"value":98.5,"unit":"s"},
 *	 "base":{"connections":100,"computing":0,"size":64,"cpus":2},
 *	 "axes":[{"name":"connections","unit":"connections","values":[1,10]},...],
 *	 "cells":[{"connections":1,"computing":0,"size":64,"cpus":2,"servers":[
 *		{"name":"coroutines","why":"","results":[
 *		 {"name":"throughput","unit":"requests/s","median":1,"least":1,"most":1,
 *		  "samples":[1,1,1]},...]},...]},...],
 *	 "comparisons":[{"axis":"connections","cpus":2,"metric":"memory",
 *		"servers":["coroutines","threads"],"kind":"crosses","more":"threads",
 *		"upto":100,"from":500,"text":"..."},...],
 *	 "notes":["..."]}
 *
 * busy: which part of the CPUs other programs had meanwhile. why: what was in the way of more samples.
 * more: which server has more at the last point where the two differ clearly. kind: as in study.h.
 */
#include "demos/cost/cost.h"
#include "demos/kit/json.h"
#include "demos/timeline/timeline_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = { "unknown", "same",	   "always", "parts",
				     "meets",	"crosses", "mixed" };

/* --- written ---------------------------------------------------------------------------------- */

static void string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else
			fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
	fputc('"', f);
}

static void member(FILE *f, const char *before, const char *name, const char *value)
{
	fprintf(f, "%s\"%s\":", before, name);
	string(f, value);
}

static void put_point(FILE *f, const struct cost_point *p)
{
	for (int a = 0; a < COST_AXES; a++)
		fprintf(f, "%s\"%s\":%d", a ? "," : "{", cost_axes[a].name, p->of[a]);
}

static void put_about(const struct cost_study *s, FILE *f)
{
	member(f, "{", "demo", "cost");
	member(f, ",", "title", "What does serving cost?");
	member(f, ",", "lesson",
	       "The same protocol, served in four ways, along four axes: throughput, latency, "
	       "memory, context switches.");
	member(f, ",", "protocol", cost_features[0]);
	fputs(",\"features\":[", f);
	for (int i = 1; cost_features[i]; i++) {
		fputs(i > 1 ? "," : "", f);
		string(f, cost_features[i]);
	}
	fputs("],\"servers\":[", f);
	for (int i = 0; i < COST_SERVERS; i++) {
		member(f, i ? ",{" : "{", "name", cost_servers[i].name);
		member(f, ",", "what", cost_servers[i].what);
		fputc('}', f);
	}
	fprintf(f,
		"],\"machine\":{\"cpus\":%d,\"busy\":%.3f},\"load\":{\"value\":%lld,"
		"\"unit\":\"ns\"},\"took\":{\"value\":%.1f,\"unit\":\"s\"},\"base\":",
		s->cpus, s->busy, (long long)s->load_ns, s->seconds);
	put_point(f, &s->base);
	fputs("},\"axes\":[", f);
	for (int a = 0; a < COST_AXES; a++) {
		member(f, a ? ",{" : "{", "name", cost_axes[a].name);
		member(f, ",", "unit", cost_axes[a].unit);
		fputs(",\"values\":[", f);
		for (int i = 0; i < s->n_values[a]; i++)
			fprintf(f, "%s%d", i ? "," : "", s->values[a][i]);
		fputs("]}", f);
	}
	fputs("]", f);
}

static void put_samples(const struct cost_samples *samples, FILE *f)
{
	for (int m = 0; m < COST_METRICS; m++) {
		struct cost_value v = cost_value_of(samples, (enum cost_metric)m);

		member(f, m ? ",{" : "{", "name", cost_metrics[m].name);
		member(f, ",", "unit", cost_metrics[m].unit);
		if (v.known)
			fprintf(f, ",\"median\":%.10g,\"least\":%.10g,\"most\":%.10g", v.median,
				v.least, v.most);
		else
			fputs(",\"median\":null,\"least\":null,\"most\":null", f);
		fputs(",\"samples\":[", f);
		for (int i = 0; i < samples->n; i++)
			fprintf(f, "%s%.10g", i ? "," : "", samples->value[m][i]);
		fputs("]}", f);
	}
}

static void put_cells(const struct cost_study *s, FILE *f)
{
	fputs(",\"cells\":[", f);
	for (size_t i = 0; i < s->n_cells; i++) {
		fputs(i ? "," : "", f);
		put_point(f, &s->cells[i].point);
		fputs(",\"servers\":[", f);
		for (int j = 0; j < COST_SERVERS; j++) {
			member(f, j ? ",{" : "{", "name", cost_servers[j].name);
			member(f, ",", "why", s->cells[i].servers[j].why);
			fputs(",\"results\":[", f);
			put_samples(&s->cells[i].servers[j], f);
			fputs("]}", f);
		}
		fputs("]}", f);
	}
	fputs("]", f);
}

static void put_comparison(const struct cost_chart *c, int cpus, const struct cost_comparison *r,
			   FILE *f)
{
	bool differ = r->kind > COST_SAME, at = r->kind > COST_ALWAYS;
	char text[512];

	member(f, "{", "axis", cost_axes[c->axis].name);
	fprintf(f, ",\"cpus\":%d", cpus);
	member(f, ",", "metric", cost_metrics[c->metric].name);
	fprintf(f, ",\"servers\":[\"%s\",\"%s\"]", cost_servers[r->a].name,
		cost_servers[r->b].name);
	member(f, ",", "kind", kinds[r->kind]);
	member(f, ",", "more", differ ? cost_servers[r->a_has_more ? r->a : r->b].name : "");
	if (at)
		fprintf(f, ",\"upto\":%d,\"from\":%d", r->upto, r->from);
	else
		fputs(",\"upto\":null,\"from\":null", f);
	cost_comparison_text(c, r, text, sizeof text);
	member(f, ",", "text", text);
	fputc('}', f);
}

static void put_comparisons(struct cost_study *s, FILE *f)
{
	struct cost_place places[2 * COST_AXES];
	size_t n = cost_places(s, places);
	const char *comma = "";
	struct cost_chart c;

	fputs(",\"comparisons\":[", f);
	for (size_t i = 0; i < n * COST_CHARTED; i++) {
		const struct cost_place *p = &places[i / COST_CHARTED];

		cost_chart_of(s, p->axis, (enum cost_metric)(i % COST_CHARTED), p->cpus, &c);
		for (int k = 0; k < COST_PAIRS; k++) {
			struct cost_comparison r = cost_compare_pair(&c, k);

			fputs(comma, f);
			put_comparison(&c, p->cpus, &r, f);
			comma = ",";
		}
	}
	fputs("]", f);
}

void cost_put_json(struct cost_study *s, FILE *f)
{
	put_about(s, f);
	put_cells(s, f);
	put_comparisons(s, f);
	fputs(",\"notes\":[", f);
	for (size_t i = 0; i < s->n_notes; i++) {
		fputs(i ? "," : "", f);
		string(f, s->notes[i]);
	}
	fputs("]}\n", f);
}

/* --- read ------------------------------------------------------------------------------------- */

static double number(const struct json *j, const char *name)
{
	return strtod(json_text(j, name), NULL);
}

static const struct json *list(const struct json *j, const char *name)
{
	j = json_get(j, name);
	return j && j->kind == JSON_LIST ? j->first : NULL;
}

static struct cost_point read_point(const struct json *j)
{
	struct cost_point p;

	for (int a = 0; a < COST_AXES; a++)
		p.of[a] = (int)number(j, cost_axes[a].name);
	return p;
}

static void read_axes(struct cost_study *s, const struct json *axis)
{
	for (int a = 0; a < COST_AXES && axis; a++, axis = axis->next)
		for (const struct json *v = list(axis, "values"); v; v = v->next)
			if (v->text && s->n_values[a] < COST_VALUES)
				s->values[a][s->n_values[a]++] = atoi(v->text);
}

static void read_samples(struct cost_samples *to, const struct json *server)
{
	const struct json *r = list(server, "results");

	snprintf(to->why, sizeof to->why, "%s", json_text(server, "why"));
	for (int m = 0; m < COST_METRICS && r; m++, r = r->next) {
		int n = 0;

		for (const struct json *v = list(r, "samples"); v && n < COST_REPEATS; v = v->next)
			to->value[m][n++] = v->text ? strtod(v->text, NULL) : 0;
		to->n = n;
	}
}

static void read_cells(struct cost_study *s, const struct json *cell)
{
	for (; cell && s->n_cells < COST_CELLS; cell = cell->next) {
		const struct json *server = list(cell, "servers");
		struct cost_cell *to = &s->cells[s->n_cells++];

		to->point = read_point(cell);
		for (int j = 0; j < COST_SERVERS && server; j++, server = server->next)
			read_samples(&to->servers[j], server);
	}
}

int cost_read_json(struct cost_study *s, const char *path)
{
	char *text = timeline_read(path);
	struct json *j = text ? json_read(text) : NULL;
	int err = text ? -EPROTO : -errno;

	if (j && !strcmp(json_text(j, "demo"), "cost")) {
		s->cpus = (int)number(json_get(j, "machine"), "cpus");
		s->busy = number(json_get(j, "machine"), "busy");
		s->load_ns = (int64_t)number(json_get(j, "load"), "value");
		s->seconds = number(json_get(j, "took"), "value");
		s->base = read_point(json_get(j, "base"));
		read_axes(s, list(j, "axes"));
		read_cells(s, list(j, "cells"));
		for (const struct json *n = list(j, "notes"); n; n = n->next)
			cost_note(s, "%s", n->text ? n->text : "");
		err = s->n_cells && s->cpus > 0 ? 0 : -EPROTO;
	}
	json_free(j);
	free(text);
	return err;
}
