/* SPDX-License-Identifier: MIT
 * Medians, and where two servers cross.
 */
#include "demos/cost/study.h"

#include <stdlib.h>
#include <string.h>

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct cost_value cost_value_of(const struct cost_samples *samples, enum cost_metric metric)
{
	double sorted[COST_REPEATS];
	int n = samples->n;

	if (!n)
		return (struct cost_value){ 0 };
	memcpy(sorted, samples->value[metric], sizeof sorted);
	qsort(sorted, (size_t)n, sizeof *sorted, by_value);
	return (struct cost_value){ true, n, (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0],
				    sorted[n - 1] };
}

void cost_chart_of(struct cost_study *s, enum cost_axis axis, enum cost_metric metric, int cpus,
		   struct cost_chart *ret)
{
	*ret = (struct cost_chart){ .axis = axis, .metric = metric };
	for (int i = 0; i < s->n_values[axis]; i++) {
		struct cost_point p = s->base;

		p.of[COST_CPUS] = cpus;
		p.of[axis] = s->values[axis][i];
		const struct cost_cell *cell = cost_cell_at(s, &p);

		if (!cell)
			continue;
		for (int j = 0; j < COST_SERVERS; j++)
			ret->y[j][ret->n] = cost_value_of(&cell->servers[j], metric);
		ret->cells[ret->n] = cell;
		ret->x[ret->n++] = p.of[axis];
	}
}

/* --- two of them ------------------------------------------------------------------------------ */

/* 1: a has clearly more; -1: b; 0: that is not clear. */
static int which_has_more(const struct cost_value *a, const struct cost_value *b)
{
	if (a->least > b->most && a->median > 1.05 * b->median)
		return 1;
	if (b->least > a->most && b->median > 1.05 * a->median)
		return -1;
	return 0;
}

/* The signs at the points where both have enough samples. */
static int signs_of(const struct cost_chart *c, struct cost_comparison *r, int *sign, int *x)
{
	int n = 0;

	for (int i = 0; i < c->n; i++) {
		const struct cost_value *a = &c->y[r->a][i], *b = &c->y[r->b][i];

		if (!a->known || !b->known)
			continue;
		if (a->n < COST_ENOUGH || b->n < COST_ENOUGH) {
			r->left_out = true;
			continue;
		}
		sign[n] = which_has_more(a, b);
		x[n++] = c->x[i];
	}
	return n;
}

/* Without a crossing: of n signs those from first to last are clear, but for some in between. */
static void describe(struct cost_comparison *r, const int *x, int n, int first, int last, int clear)
{
	bool together = clear == last - first + 1;

	r->kind = COST_ALWAYS;
	r->everywhere = clear == n;
	if (together && first > 0 && last == n - 1) {
		r->kind = COST_PARTS;
		r->upto = x[first - 1];
		r->from = x[first];
	} else if (together && first == 0 && last < n - 1) {
		r->kind = COST_MEETS;
		r->upto = x[last];
		r->from = x[last + 1];
	}
}

struct cost_comparison cost_compare(const struct cost_chart *c, int a, int b)
{
	struct cost_comparison r = { .a = a, .b = b };
	int sign[COST_VALUES], x[COST_VALUES], n = signs_of(c, &r, sign, x);
	int first = -1, last = -1, clear = 0, crossings = 0;

	for (int i = 0; i < n; i++) {
		if (!sign[i])
			continue;
		if (last >= 0 && sign[i] != sign[last]) {
			crossings++;
			r.upto = x[last];
			r.from = x[i];
		}
		first = first < 0 ? i : first;
		last = i;
		clear++;
	}
	r.kind = !n		 ? COST_UNKNOWN
		 : crossings > 1 ? COST_MIXED
		 : crossings	 ? COST_CROSSES
				 : COST_SAME;
	r.a_has_more = last >= 0 && sign[last] > 0;
	if (clear && !crossings)
		describe(&r, x, n, first, last, clear);
	return r;
}

struct cost_comparison cost_compare_pair(const struct cost_chart *c, int pair)
{
	int a = 0, n = COST_SERVERS - 1;

	for (; pair >= n; n--, a++)
		pair -= n;
	return cost_compare(c, a, a + 1 + pair);
}

bool cost_is_crossing(const struct cost_comparison *r)
{
	return r->kind == COST_CROSSES || r->kind == COST_MIXED;
}
