/* SPDX-License-Identifier: MIT
 * The results on a terminal of 80 columns.
 */
#include "demos/cost/cost.h"

#include <stdlib.h>
#include <string.h>

enum { EDGE = 80, POINT = 24, COLUMN = 13 };

size_t cost_places(const struct cost_study *s, struct cost_place places[2 * COST_AXES])
{
	size_t n = 0;

	for (int a = 0; a < COST_CPUS; a++) {
		places[n++] = (struct cost_place){ (enum cost_axis)a, s->cpus };
		if (s->cpus > 1)
			places[n++] = (struct cost_place){ (enum cost_axis)a, 1 };
	}
	if (s->cpus > 1)
		places[n++] = (struct cost_place){ COST_CPUS, s->cpus };
	return n;
}

static int characters(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static void pad(FILE *f, const char *text, int width)
{
	fprintf(f, "%*s%s", width > characters(text) ? width - characters(text) : 0, "", text);
}

/* Words, in lines of at most 80 columns; the first begins with so many blanks, the others with two more. */
static void wrap(FILE *f, int blanks, const char *text)
{
	int at = blanks;

	fprintf(f, "%*s", blanks, "");
	while (*text) {
		int n = (int)strcspn(text, " "), wide = 0;

		for (int i = 0; i < n; i++)
			wide += (text[i] & 0xc0) != 0x80;
		if (at > blanks && at + 1 + wide > EDGE)
			at = fprintf(f, "\n%*s", blanks + 2, "") - 1;
		else if (at > blanks)
			at += fprintf(f, " ");
		fprintf(f, "%.*s", n, text);
		at += wide;
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}

static void print_row(FILE *f, const struct cost_chart *c, int i)
{
	char text[64];

	cost_axis_text(c->axis, c->x[i], text, sizeof text);
	fprintf(f, "  %s%*s", text, POINT - 2 - characters(text), "");
	for (int j = 0; j < COST_SERVERS; j++) {
		const struct cost_value *v = &c->y[j][i];

		if (v->known)
			cost_value_text(c->metric, v->median, text, sizeof text);
		pad(f, v->known ? text : "none", COLUMN);
	}
	fputc('\n', f);
}

static void print_chart(FILE *f, const struct cost_chart *c)
{
	const char *title = cost_metrics[c->metric].title;

	fprintf(f, "%s%*s", title, POINT - characters(title), "");
	for (int j = 0; j < COST_SERVERS; j++)
		pad(f, cost_servers[j].name, COLUMN);
	fputc('\n', f);
	for (int i = 0; i < c->n; i++)
		print_row(f, c, i);
}

static void print_place(struct cost_study *s, const struct cost_place *p, FILE *f)
{
	char rest[128], cpus[32];
	struct cost_chart c;

	cost_rest_text(s, p->axis, rest, sizeof rest);
	cost_cpus_text(s, p->cpus, cpus, sizeof cpus);
	fprintf(f, "\n%s (%s%s%s)\n", cost_axes[p->axis].title, rest,
		p->axis == COST_CPUS ? "" : ", ", p->axis == COST_CPUS ? "" : cpus);
	for (int m = 0; m < COST_CHARTED; m++) {
		cost_chart_of(s, p->axis, (enum cost_metric)m, p->cpus, &c);
		print_chart(f, &c);
	}
}

static void print_crossing(struct cost_study *s, const struct cost_place *p,
			   const struct cost_chart *c, const struct cost_comparison *r, FILE *f)
{
	char text[512], cpus[32], line[600];

	cost_comparison_text(c, r, text, sizeof text);
	cost_cpus_text(s, p->cpus, cpus, sizeof cpus);
	if (p->axis == COST_CPUS)
		snprintf(line, sizeof line, "%s", text);
	else
		snprintf(line, sizeof line, "On %s: %s", cpus, text);
	wrap(f, 2, line);
}

static void print_crossings(struct cost_study *s, const struct cost_place *p, struct cost_tally *t,
			    FILE *f)
{
	struct cost_chart c;

	for (int i = 0; i < COST_CHARTED * COST_PAIRS; i++) {
		cost_chart_of(s, p->axis, (enum cost_metric)(i / COST_PAIRS), p->cpus, &c);
		struct cost_comparison r = cost_compare_pair(&c, i % COST_PAIRS);

		cost_count(t, &r);
		if (cost_is_crossing(&r))
			print_crossing(s, p, &c, &r, f);
	}
}

static void print_failures(const struct cost_study *s, FILE *f)
{
	bool first = true;

	for (size_t i = 0; i < s->n_cells; i++)
		for (int j = 0; j < COST_SERVERS; j++) {
			const struct cost_cell *c = &s->cells[i];
			char at[64], cpus[32], line[400];

			if (!*c->servers[j].why)
				continue;
			cost_axis_text(COST_CONNECTIONS, c->point.of[COST_CONNECTIONS], at,
				       sizeof at);
			snprintf(line, sizeof line, "%s, %s, %s: %s", cost_servers[j].name, at,
				 cost_cpus_text(s, c->point.of[COST_CPUS], cpus, sizeof cpus),
				 c->servers[j].why);
			fputs(first ? "\nWhat could not be measured\n" : "", f);
			wrap(f, 2, line);
			first = false;
		}
}

void cost_print(struct cost_study *s, FILE *f)
{
	struct cost_place places[2 * COST_AXES];
	size_t n = cost_places(s, places);
	struct cost_tally tally = { 0 };
	char text[160];

	for (size_t i = 0; i < n; i++)
		print_place(s, &places[i], f);
	print_failures(s, f);
	fputs("\nCrossing points\n", f);
	for (size_t i = 0; i < n; i++)
		print_crossings(s, &places[i], &tally, f);
	cost_tally_text(&tally, text, sizeof text);
	wrap(f, 2, text);
	for (size_t i = 0; i < s->n_notes; i++)
		wrap(f, 0, s->notes[i]);
}
