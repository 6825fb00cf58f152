/* SPDX-License-Identifier: MIT
 * Takes samples: a server and its clients, one after the other, all points in turn, several times. Each
 * time the order is another, so that what changes in the machine meanwhile hits all alike.
 */
#define _GNU_SOURCE /* CPU_SET */
#include "demos/cost/counts.h"
#include "demos/cost/load.h"
#include "demos/cost/protocol.h"
#include "demos/cost/study.h"

#include <cigo.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE INT64_C(5000000000)

/* --- one sample ------------------------------------------------------------------------------- */

/* The first few of the CPUs that there are, or the others. */
static void choose_cpus(int few, bool others, cpu_set_t *ret)
{
	cpu_set_t all;

	CPU_ZERO(ret);
	CPU_ZERO(&all);
	sched_getaffinity(0, sizeof all, &all);
	for (int c = 0; c < CPU_SETSIZE; c++) {
		if (!CPU_ISSET(c, &all))
			continue;
		if ((few-- > 0) != others)
			CPU_SET(c, ret);
	}
}

/* Four behind the point, so that JSON has it as it is. */
static double digits(double value)
{
	return rint(value * 1e4) / 1e4;
}

static void keep(struct cost_samples *to, const struct cost_pressed *r, int64_t memory,
		 const struct cost_switches *from, const struct cost_switches *until)
{
	double n = (double)r->requests;
	double blocked = digits((double)(until->blocked - from->blocked) / n);
	double preempted = digits((double)(until->preempted - from->preempted) / n);

	if (to->n == COST_REPEATS || !r->requests)
		return;
	to->value[COST_THROUGHPUT][to->n] = rint(r->throughput);
	to->value[COST_P99][to->n] = (double)r->p99;
	to->value[COST_MEMORY][to->n] = (double)memory;
	to->value[COST_SWITCHES][to->n] = digits(blocked + preempted);
	to->value[COST_BLOCKED][to->n] = blocked;
	to->value[COST_PREEMPTED][to->n] = preempted;
	to->n++;
}

/* Why there is no sample. */
static void explain(struct cost_samples *to, int err, int connections)
{
	cigo_limit threads = { .size = sizeof threads };
	const char *why = strerror(-err);

	if (!cigo_limit_threads(&threads) && threads.room < connections)
		why = threads.text;
	else if (err == -ETIME)
		why = "answers did not come in time";
	else if (err == -EPROTO)
		why = "an answer was wrong";
	else if (err == -EPIPE || err == -ECONNRESET)
		why = "it hung up";
	snprintf(to->why, sizeof to->why, "%s", why);
}

static void press(struct cost_samples *to, const struct cost_process *server,
		  const struct cost_load *load)
{
	struct cost_clients clients;
	struct cost_switches from, until;
	struct cost_pressed r;
	int64_t memory = 0;
	int n = cost_load_start(&clients, load), err = n < 0 ? n : 0;

	if (!err && n < load->connections)
		err = -ETIME;
	if (!err)
		err = cost_count_switches(server->pid, &from);
	if (!err)
		err = cost_load_press(&clients, &r);
	if (!err)
		err = cost_count_switches(server->pid, &until);
	if (!err && (memory = cost_count_memory(server->pid)) < 0)
		err = (int)memory;
	cost_load_stop(&clients);
	if (err)
		explain(to, err, load->connections);
	else
		keep(to, &r, memory, &from, &until);
}

/* Many clients need longer until each had its turn some times. */
static int64_t sample_ns(const struct cost_study *s, int connections)
{
	int64_t ns = connections * INT64_C(60000);

	return ns > s->load_ns ? ns : s->load_ns;
}

static void take_sample(const struct cost_study *s, struct cost_cell *cell, int server)
{
	const int *at = cell->point.of;
	struct cost_limits limits = { .connections = (unsigned)at[COST_CONNECTIONS] + 8,
				      .idle_ns = 4 * PATIENCE,
				      .grace_ns = PATIENCE / 50 };
	struct cost_samples *to = &cell->servers[server];
	bool all = at[COST_CPUS] >= s->cpus;
	struct cost_process p;
	cpu_set_t own, others;

	choose_cpus(at[COST_CPUS], false, &own);
	choose_cpus(at[COST_CPUS], true, &others);
	int err = cost_start(&p, cost_servers[server].serve, &limits, all ? NULL : &own);

	if (err) {
		snprintf(to->why, sizeof to->why, "%s", strerror(-err));
		return;
	}
	struct cost_load load = { .port = p.port,
				  .connections = at[COST_CONNECTIONS],
				  .rounds = (uint64_t)(at[COST_COMPUTING] * s->rounds_per_us),
				  .size = (size_t)at[COST_SIZE],
				  .ns = sample_ns(s, at[COST_CONNECTIONS]),
				  .cpus = all ? NULL : &others };
	press(to, &p, &load);
	if (cost_stop(&p, PATIENCE) && !*to->why)
		snprintf(to->why, sizeof to->why, "it did not end well");
}

/* --- all of them ------------------------------------------------------------------------------ */

/* The fastest of some: whatever comes in between only makes it slower. */
static double rounds_per_us(void)
{
	enum { ROUNDS = 1 << 20 };
	static volatile uint32_t sink;
	int64_t best = INT64_MAX;

	for (int i = 0; i < 10; i++) {
		int64_t start = cost_now();

		sink = cost_compute(ROUNDS);
		int64_t took = cost_now() - start;

		best = took < best ? took : best;
	}
	return sink == 0 && best == 0 ? 1 : ROUNDS * 1e3 / (double)(best ? best : 1);
}

static int server_in_turn(int round, size_t cell, int i)
{
	int at = (int)((size_t)i + cell + (size_t)round / 2) % COST_SERVERS;

	return round % 2 ? COST_SERVERS - 1 - at : at;
}

/* All cells once; false: the time is over. */
static bool measure_round(struct cost_study *s, int round, bool backwards, int64_t until)
{
	for (size_t i = 0; i < s->n_cells; i++) {
		size_t cell = backwards ? s->n_cells - 1 - i : i;

		for (int j = 0; j < COST_SERVERS; j++) {
			struct cost_samples *to =
				&s->cells[cell].servers[server_in_turn(round, cell, j)];

			if (cost_now() >= until)
				return false;
			if (!*to->why)
				take_sample(s, &s->cells[cell], (int)(to - s->cells[cell].servers));
		}
		fputc('.', stderr);
	}
	return true;
}

/* What takes longest is last: if there is no time, it is missing alone. */
static int by_connections(const void *a, const void *b)
{
	const struct cost_cell *x = a, *y = b;
	int first = x->point.of[COST_CONNECTIONS], second = y->point.of[COST_CONNECTIONS];

	if (first != second)
		return first > second ? 1 : -1;
	return memcmp(&x->point, &y->point, sizeof x->point);
}

static int fewest_samples(const struct cost_study *s)
{
	int n = COST_REPEATS;

	for (size_t i = 0; i < s->n_cells; i++)
		for (int j = 0; j < COST_SERVERS; j++) {
			const struct cost_samples *of = &s->cells[i].servers[j];

			n = !*of->why && of->n < n ? of->n : n;
		}
	return n;
}

bool cost_measure(struct cost_study *s, int repeats, int64_t budget_ns)
{
	struct cost_cpu from = cost_count_cpu(), to;
	int64_t start = cost_now(), took = 0;
	bool in_time = true;

	qsort(s->cells, s->n_cells, sizeof *s->cells, by_connections);
	s->rounds_per_us = rounds_per_us();
	for (int r = 0; r < repeats && in_time; r++) {
		int64_t begin = cost_now();
		bool fits = start + budget_ns - begin >
			    took; /* else the short ones come first again */

		fprintf(stderr, "round %d of %d: %zu points, 4 servers ", r + 1, repeats,
			s->n_cells);
		in_time = measure_round(s, r, r % 2 && fits, start + budget_ns);
		took = cost_now() - begin;
		fprintf(stderr, " %.1f s\n", (double)took / 1e9);
	}
	to = cost_count_cpu();
	s->seconds = to.wall - from.wall;
	s->busy = cost_busy(&from, &to, s->cpus);
	if (fewest_samples(s) < COST_ENOUGH)
		cost_note(s,
			  "The time was over before all samples were taken. Points with fewer than "
			  "%d are not compared.",
			  COST_ENOUGH);
	for (size_t i = 0; i < s->n_cells; i++)
		for (int j = 0; j < COST_SERVERS; j++)
			if (s->cells[i].servers[j].n)
				return true;
	return false;
}
