/* SPDX-License-Identifier: MIT
 * Which points are measured.
 */
#define _GNU_SOURCE /* CPU_COUNT */
#include "demos/cost/study.h"

#include <cigo.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { OTHER_FILES = 64, OTHER_THREADS = 64 };

static const int full[COST_AXES][COST_VALUES] = {
	{ 1, 10, 100, 500, 2000, 5000 },
	{ 0, 10, 100, 1000 },
	{ 64, 1024, 8192, 65536 },
};
static const int small[COST_AXES][COST_VALUES] = {
	{ 1, 20, 100 },
	{ 0, 50 },
	{ 64, 8192 },
};
static const struct cost_point full_base = { { 100, 0, 64, 1 } };
static const struct cost_point small_base = { { 20, 0, 64, 1 } };

void cost_note(struct cost_study *s, const char *format, ...)
{
	va_list ap;

	if (s->n_notes == COST_NOTES)
		return;
	va_start(ap, format);
	vsnprintf(s->notes[s->n_notes++], sizeof *s->notes, format, ap);
	va_end(ap);
}

/* Of the server and of the clients, which are two processes; ret_why: what is in the way. */
static int most_connections(char *ret_why, size_t n)
{
	struct rlimit files = { .rlim_cur = 1024, .rlim_max = 1024 };
	cigo_limit threads = { .size = sizeof threads };
	int most = 1000000;

	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_max != RLIM_INFINITY && files.rlim_max < (rlim_t)most + OTHER_FILES) {
		most = files.rlim_max > OTHER_FILES ? (int)files.rlim_max - OTHER_FILES : 1;
		snprintf(ret_why, n, "a process may open %llu files (ulimit -Hn)",
			 (unsigned long long)files.rlim_max);
	}
	if (!cigo_limit_threads(&threads) && threads.room - OTHER_THREADS < most) {
		most = threads.room > OTHER_THREADS ? (int)threads.room - OTHER_THREADS : 1;
		snprintf(ret_why, n, "%s", threads.text);
	}
	return most;
}

/* The values of the axis that are possible; instead of those that are not, the most there can be. */
static void limit_connections(struct cost_study *s)
{
	int *x = s->values[COST_CONNECTIONS], *n = &s->n_values[COST_CONNECTIONS];
	char why[300] = "";
	int most = most_connections(why, sizeof why), wanted = x[*n - 1];

	if (wanted <= most)
		return;
	while (*n && x[*n - 1] > most)
		--*n;
	if (!*n || x[*n - 1] < most)
		x[(*n)++] = most;
	if (s->base.of[COST_CONNECTIONS] > most)
		s->base.of[COST_CONNECTIONS] = most;
	cost_note(s, "%d connections are not possible here, %d are: %s", wanted, most, why);
}

/* 1, 2, 4, ... and all. */
static void list_cpus(struct cost_study *s)
{
	int *x = s->values[COST_CPUS], *n = &s->n_values[COST_CPUS];

	for (int c = 1; c < s->cpus && *n < COST_VALUES - 1; c *= 2)
		x[(*n)++] = c;
	x[(*n)++] = s->cpus;
	if (s->cpus == 1)
		cost_note(s, "This program may use one CPU only, so there is nothing to see of "
			     "more; server and clients share it.");
}

struct cost_cell *cost_cell_at(struct cost_study *s, const struct cost_point *p)
{
	for (size_t i = 0; i < s->n_cells; i++)
		if (!memcmp(&s->cells[i].point, p, sizeof *p))
			return &s->cells[i];
	return NULL;
}

void cost_add_cell(struct cost_study *s, const struct cost_point *p)
{
	if (!cost_cell_at(s, p) && s->n_cells < COST_CELLS)
		s->cells[s->n_cells++].point = *p;
}

static void add_axis(struct cost_study *s, enum cost_axis axis, int cpus)
{
	for (int i = 0; i < s->n_values[axis]; i++) {
		struct cost_point p = s->base;

		p.of[COST_CPUS] = cpus;
		p.of[axis] = s->values[axis][i];
		cost_add_cell(s, &p);
	}
}

void cost_plan(struct cost_study *s, bool quick)
{
	cpu_set_t set;

	s->cpus = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
	s->base = quick ? small_base : full_base;
	s->base.of[COST_CPUS] = s->cpus;
	for (int a = 0; a < COST_CPUS; a++) {
		const int *from = quick ? small[a] : full[a];

		memcpy(s->values[a], from, sizeof full[a]);
		for (int i = 0; i < COST_VALUES && (i == 0 || from[i]); i++)
			s->n_values[a]++;
	}
	limit_connections(s);
	list_cpus(s);
	for (int a = 0; a < COST_CPUS; a++)
		for (int few = s->cpus > 1; few >= 0; few--)
			add_axis(s, (enum cost_axis)a, few ? 1 : s->cpus);
	add_axis(s, COST_CPUS, s->cpus);
}
