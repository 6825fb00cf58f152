/* SPDX-License-Identifier: MIT
 * What is measured, and what came out: cells, each a point (so many connections, so much computing, so
 * large messages, so many CPUs) with the samples of four servers. An axis goes through the base point in
 * one direction.
 */
#ifndef CIGO_DEMOS_COST_STUDY_H
#define CIGO_DEMOS_COST_STUDY_H

#include "demos/cost/server.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cost_axis { COST_CONNECTIONS, COST_COMPUTING, COST_SIZE, COST_CPUS, COST_AXES };
enum cost_metric {
	COST_THROUGHPUT,
	COST_P99,
	COST_MEMORY,
	COST_SWITCHES,
	COST_CHARTED, /* those before have a chart; these are the parts of the switches */
	COST_BLOCKED = COST_CHARTED,
	COST_PREEMPTED,
	COST_METRICS
};

enum { COST_REPEATS = 9, COST_CELLS = 64, COST_VALUES = 8, COST_NOTES = 8, COST_WHY = 256 };

struct cost_axis_name {
	const char *name, *title;
	const char *by;		/* "Memory by connections" */
	const char *unit;	/* in JSON */
	const char *one, *many; /* behind a number: "1 connection" */
};

struct cost_metric_name {
	const char *name, *title, *unit;
	const char *shown;   /* the unit that people see */
	const char *more[2]; /* "needs more memory", "need more memory": what a larger value is */
	const char *same;    /* "memory": there is no clear difference in it */
};

extern const struct cost_axis_name cost_axes[COST_AXES];
extern const struct cost_metric_name cost_metrics[COST_METRICS];

struct cost_point {
	int of[COST_AXES]; /* connections, microseconds, bytes, CPUs */
};

struct cost_samples {
	int n;
	double value[COST_METRICS][COST_REPEATS]; /* per second, ns, KiB, per request */
	char why[COST_WHY];			  /* if it could not serve */
};

struct cost_cell {
	struct cost_point point;
	struct cost_samples servers[COST_SERVERS];
};

struct cost_study {
	struct cost_point base;
	int values[COST_AXES][COST_VALUES], n_values[COST_AXES];
	struct cost_cell cells[COST_CELLS];
	size_t n_cells;
	int cpus;	      /* that this process may use */
	int64_t load_ns;      /* of each sample */
	double rounds_per_us; /* of computing */
	double seconds;	      /* all of it took */
	double busy;	      /* which part of the CPUs other programs had meanwhile */
	char notes[COST_NOTES][400];
	size_t n_notes;
};

/* --- the plan --------------------------------------------------------------------------------- */

/* Which points; those that the system does not allow are noted. */
void cost_plan(struct cost_study *s, bool quick);
/* The cell of the base point, with one coordinate changed, or NULL. */
struct cost_cell *cost_cell_at(struct cost_study *s, const struct cost_point *p);
void cost_add_cell(struct cost_study *s, const struct cost_point *p);
__attribute__((format(printf, 2, 3))) void cost_note(struct cost_study *s, const char *format, ...);

/* --- measuring -------------------------------------------------------------------------------- */

/* Fills the cells in, in at most budget_ns, and says on stderr how far it is. False: none could be. */
bool cost_measure(struct cost_study *s, int repeats, int64_t budget_ns);

/* --- results ---------------------------------------------------------------------------------- */

struct cost_value {
	bool known;
	int n; /* samples */
	double median, least, most;
};

struct cost_value cost_value_of(const struct cost_samples *samples, enum cost_metric metric);

/* A chart: one metric along one axis, with so many CPUs. */
struct cost_chart {
	enum cost_axis axis;
	enum cost_metric metric;
	int n, x[COST_VALUES];
	struct cost_value y[COST_SERVERS][COST_VALUES];
	const struct cost_cell *cells[COST_VALUES];
};

void cost_chart_of(struct cost_study *s, enum cost_axis axis, enum cost_metric metric, int cpus,
		   struct cost_chart *ret);

/*
 * Two servers along an axis. Points with fewer than three samples of each are left out. A difference is
 * clear if all samples agree, and it is 5 % or more.
 */
enum { COST_ENOUGH = 3 };

enum cost_kind {
	COST_UNKNOWN, /* there is no point where both have enough samples */
	COST_SAME,    /* no difference is clear */
	COST_ALWAYS,  /* one has more, wherever a difference is clear */
	COST_PARTS,   /* one has more from a point on; before, no difference is clear */
	COST_MEETS,   /* one has more up to a point; behind it no difference is clear */
	COST_CROSSES, /* one has more up to a point, the other from a later one on */
	COST_MIXED    /* they cross more than once */
};

struct cost_comparison {
	enum cost_kind kind;
	int a, b;	 /* servers */
	bool a_has_more; /* at the last point where a difference is clear */
	bool everywhere; /* it is clear at each point */
	bool left_out;	 /* points had too few samples */
	int upto, from;	 /* values of the axis: before and behind the (last) crossing */
};

struct cost_comparison cost_compare(const struct cost_chart *c, int a, int b);
/* Of the pairs that there are, one after the other. */
enum { COST_PAIRS = COST_SERVERS * (COST_SERVERS - 1) / 2 };
struct cost_comparison cost_compare_pair(const struct cost_chart *c, int pair);
bool cost_is_crossing(const struct cost_comparison *r);
/* In a sentence. */
void cost_comparison_text(const struct cost_chart *c, const struct cost_comparison *r, char *text,
			  size_t n);

/* --- numbers as people read them ---------------------------------------------------------------- */

void cost_value_text(enum cost_metric metric, double value, char *text, size_t n);
/* Takes zeros at the end of "1.00 ms" off. */
void cost_shorten(char *text);
/* "1,000 connections" */
void cost_axis_text(enum cost_axis axis, int value, char *text, size_t n);
/* Where the other coordinates are: "100 connections, 64 bytes" */
void cost_rest_text(const struct cost_study *s, enum cost_axis axis, char *text, size_t n);
/* "1 CPU", "2 CPUs" */
const char *cost_cpus_text(const struct cost_study *s, int cpus, char *text, size_t n);

#endif
