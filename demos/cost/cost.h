/* SPDX-License-Identifier: MIT
 * lab --cost: what serving costs, along four axes, in four ways.
 */
#ifndef CIGO_DEMOS_COST_COST_H
#define CIGO_DEMOS_COST_COST_H

#include "demos/cost/study.h"

#include <stdio.h>

/* The whole of it; the exit status. */
int cost_main(int argc, char **argv);

/* --- the parts of it ---------------------------------------------------------------------------- */

/* What all servers do alike, a line each, up to NULL. */
extern const char *const cost_features[];

/* Tables and crossings, for a terminal of 80 columns. */
void cost_print(struct cost_study *s, FILE *f);
/* All numbers, on one line. */
void cost_put_json(struct cost_study *s, FILE *f);
/* What cost_put_json has written; 0, -errno, or -EPROTO: it is something else. */
int cost_read_json(struct cost_study *s, const char *path);
/* Writes the page; 0 or -errno. */
int cost_page(struct cost_study *s, const char *path);
/* A chart as SVG. */
void cost_put_chart(const struct cost_chart *c, const char *label, FILE *f);
bool cost_chart_is_logarithmic(const struct cost_chart *c);
/* That others used the machine, too; false: hardly. */
bool cost_busy_text(const struct cost_study *s, char *text, size_t n);

/* Where charts are, in the order of the page. */
struct cost_place {
	enum cost_axis axis;
	int cpus;
};
size_t cost_places(const struct cost_study *s, struct cost_place places[2 * COST_AXES]);

/* Of the comparisons at some places. */
struct cost_tally {
	int crossings, none, unknown;
};
void cost_count(struct cost_tally *t, const struct cost_comparison *r);
/* "In 160 other comparisons of two servers no crossing was measured, 8 were not possible." */
void cost_tally_text(const struct cost_tally *t, char *text, size_t n);

#endif
