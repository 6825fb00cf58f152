/* SPDX-License-Identifier: MIT
 * Results as people read them.
 */
#include "demos/cost/cost.h"
#include "demos/kit/kit_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct cost_axis_name cost_axes[COST_AXES] = {
	{ "connections", "Connections", "connections", "connections", "connection", "connections" },
	{ "computing", "Computing for each request", "computing for each request", "us",
	  "µs of computing", "µs of computing" },
	{ "size", "Size of a message", "size of a message", "bytes", "byte", "bytes" },
	{ "cpus", "CPUs", "CPUs", "CPUs", "CPU", "CPUs" },
};

const struct cost_metric_name cost_metrics[COST_METRICS] = {
	[COST_THROUGHPUT] = { "throughput",
			      "Throughput",
			      "requests/s",
			      "answers a second",
			      { "serves more requests a second", "serve more requests a second" },
			      "throughput" },
	[COST_P99] = { "latency p99",
		       "Latency, p99",
		       "ns",
		       "99 of 100 are faster",
		       { "has a longer p99 latency", "have a longer p99 latency" },
		       "p99 latency" },
	[COST_MEMORY] = { "memory",
			  "Memory",
			  "KiB",
			  "resident (RSS)",
			  { "needs more memory", "need more memory" },
			  "memory" },
	[COST_SWITCHES] = { "context switches",
			    "Context switches",
			    "switches/request",
			    "for each request",
			    { "switches more often", "switch more often" },
			    "context switches" },
	[COST_BLOCKED] = { "blocked", "Blocked", "switches/request", "", { "", "" }, "" },
	[COST_PREEMPTED] = { "preempted", "Preempted", "switches/request", "", { "", "" }, "" },
};

void cost_value_text(enum cost_metric metric, double value, char *text, size_t n)
{
	char buf[32];

	switch (metric) {
	case COST_THROUGHPUT:
		snprintf(text, n, "%s/s", kit_with_commas(buf, (int64_t)(value + .5)));
		break;
	case COST_P99: snprintf(text, n, "%s", kit_as_time(buf, (int64_t)value)); break;
	case COST_MEMORY: snprintf(text, n, "%.1f MiB", value / 1024); break;
	default: snprintf(text, n, "%.2f", value);
	}
}

void cost_axis_text(enum cost_axis axis, int value, char *text, size_t n)
{
	const struct cost_axis_name *a = &cost_axes[axis];
	char buf[32];

	snprintf(text, n, "%s %s", kit_with_commas(buf, value), value == 1 ? a->one : a->many);
}

void cost_shorten(char *text)
{
	char *point = strchr(text, '.'),
	     *end = point ? point + 1 + strspn(point + 1, "0123456789") : 0;
	char *from = end;

	if (!point)
		return;
	while (from[-1] == '0')
		from--;
	if (from[-1] == '.')
		from--;
	memmove(from, end, strlen(end) + 1);
}

const char *cost_cpus_text(const struct cost_study *s, int cpus, char *text, size_t n)
{
	if (cpus < s->cpus)
		cost_axis_text(COST_CPUS, cpus, text, n);
	else if (cpus == 1)
		snprintf(text, n, "the only CPU");
	else
		snprintf(text, n, "all %d CPUs", cpus);
	return text;
}

void cost_rest_text(const struct cost_study *s, enum cost_axis axis, char *text, size_t n)
{
	const char *comma = "";
	size_t at = 0;

	*text = 0;
	for (int a = 0; a < COST_CPUS && at < n; a++) {
		char part[64];

		if (a == (int)axis)
			continue;
		if (a == COST_COMPUTING && !s->base.of[a])
			snprintf(part, sizeof part, "no computing");
		else
			cost_axis_text((enum cost_axis)a, s->base.of[a], part, sizeof part);
		at += (size_t)snprintf(text + at, n - at, "%s%s", comma, part);
		comma = ", ";
	}
}

/* --- comparisons ------------------------------------------------------------------------------ */

static void capital(char *text)
{
	text[0] = (char)toupper((unsigned char)text[0]);
}

/* "threads need more memory than coroutines" */
static void clause(const struct cost_chart *c, const struct cost_comparison *r, char *text,
		   size_t n)
{
	const struct cost_server *more = &cost_servers[r->a_has_more ? r->a : r->b];
	const struct cost_server *less = &cost_servers[r->a_has_more ? r->b : r->a];

	snprintf(text, n, "%s %s than %s", more->words,
		 cost_metrics[c->metric].more[more->plural != 0], less->words);
}

void cost_comparison_text(const struct cost_chart *c, const struct cost_comparison *r, char *text,
			  size_t n)
{
	char more[160], from[64], upto[64];

	clause(c, r, more, sizeof more);
	cost_axis_text(c->axis, r->from, from, sizeof from);
	cost_axis_text(c->axis, r->upto, upto, sizeof upto);
	const char *on = c->axis == COST_CPUS ? "" : " on";
	const char *begin = c->axis == COST_CPUS ? "with" : "from";
	const char *end = c->axis == COST_CPUS ? "with" : r->upto == c->x[0] ? "at" : "up to";
	switch (r->kind) {
	case COST_UNKNOWN:
		snprintf(text, n,
			 "%s and %s cannot be compared: no point has enough samples of both.",
			 cost_servers[r->a].words, cost_servers[r->b].words);
		break;
	case COST_SAME:
		snprintf(text, n,
			 "No crossing was measured: %s and %s do not differ clearly in %s.",
			 cost_servers[r->a].words, cost_servers[r->b].words,
			 cost_metrics[c->metric].same);
		break;
	case COST_ALWAYS:
		snprintf(text, n, "No crossing was measured: %s %s.", more,
			 r->everywhere ? "at every point" : "wherever a difference is clear");
		break;
	case COST_PARTS:
		snprintf(text, n, "%s %s%s, %s; %s %s no difference is clear.", begin, from, on,
			 more, end, upto);
		break;
	case COST_MEETS:
		snprintf(text, n, "%s %s %s; %s %s%s no difference is clear.", end, upto, more,
			 begin, from, on);
		break;
	case COST_CROSSES:
		snprintf(text, n, "%s %s%s, %s; %s %s it is the other way round.", begin, from, on,
			 more, end, upto);
		break;
	case COST_MIXED:
		snprintf(text, n,
			 "They cross more than once: %s %s%s, %s; at %s it is the other way round.",
			 begin, from, on, more, upto);
		break;
	}
	if (r->left_out && r->kind != COST_UNKNOWN)
		snprintf(text + strlen(text), n - strlen(text),
			 " (Without the points that have too few samples.)");
	capital(text);
}

void cost_count(struct cost_tally *t, const struct cost_comparison *r)
{
	if (r->kind == COST_UNKNOWN)
		t->unknown++;
	else if (cost_is_crossing(r))
		t->crossings++;
	else
		t->none++;
}

void cost_tally_text(const struct cost_tally *t, char *text, size_t n)
{
	int at = snprintf(text, n, "In %d%s comparisons of two servers no crossing was measured",
			  t->none, t->crossings ? " other" : "");

	if (t->unknown)
		snprintf(text + at, n - (size_t)at, ", %d were not possible.", t->unknown);
	else
		snprintf(text + at, n - (size_t)at, ".");
}
