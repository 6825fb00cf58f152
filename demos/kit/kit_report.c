/* SPDX-License-Identifier: MIT
 * What a lesson says, as lines for the process that runs it: a kind, a tab, a text, a tab, a text.
 */
#include "demos/kit/kit_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Written by begin, before there is a second thread. The stream's own lock orders the reports. */
static FILE *out;
static bool in_picture, in_search;
static int searched_model;
/* Of this run; set by one thread, read after all have ended. */
static bool came_right;
static char verdict[256];

void kit_report_begin(FILE *f, bool picture)
{
	out = f;
	in_picture = picture;
	came_right = true;
	*verdict = '\0';
}

void kit_report_end(void)
{
	kit_say(came_right ? "right" : "wrong", verdict, "");
	fflush(out);
}

void kit_report_explored(int model)
{
	searched_model = model;
	in_search = true;
}

const char *kit_said(void)
{
	return verdict;
}

bool kit_picture(void)
{
	return in_picture;
}

bool kit_explored(void)
{
	return in_search;
}

int kit_explored_model(void)
{
	return searched_model;
}

int kit_size(int table, int picture, int explored)
{
	return in_search ? explored : in_picture ? picture : table;
}

void kit_verdict_at(bool right, const char *condition, const char *file, int line,
		    const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(verdict, sizeof verdict, format, ap);
	va_end(ap);
	came_right = right;
	if (!in_search)
		return;
	cigo_outcome("%s", verdict);
	if (!right)
		cigo_check_failed(condition, file, line, "%s", verdict);
}

/* One line: a kind, up to two texts. */
void kit_say(const char *kind, const char *a, const char *b)
{
	if (out)
		fprintf(out, "%s\t%s\t%s\n", kind, a, b);
}

void kit_row(const char *what, const char *format, ...)
{
	char value[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(value, sizeof value, format, ap);
	va_end(ap);
	kit_say("text", what, value);
}

/* A kind of row, what, its numbers and their unit: what the parent makes a value of. */
CIGO_PRINTF(3, 4)
static void say_number(const char *kind, const char *what, const char *format, ...)
{
	char value[128];
	va_list ap;

	va_start(ap, format);
	vsnprintf(value, sizeof value, format, ap);
	va_end(ap);
	kit_say(kind, what, value);
}

void kit_count(const char *what, int64_t n, const char *unit)
{
	say_number("count", what, "%" PRId64 " %s", n, unit);
}

void kit_of(const char *what, int64_t n, int64_t total, const char *unit)
{
	say_number("of", what, "%" PRId64 " %" PRId64 " %s", n, total, unit);
}

void kit_ratio(const char *what, double n, const char *unit)
{
	say_number("ratio", what, "%.2f %s", n, unit);
}

void kit_yes(const char *what, bool yes)
{
	kit_say("yes", what, yes ? "true" : "false");
}

void kit_time(const char *what, int64_t ns)
{
	say_number("count", what, "%" PRId64 " ns", ns);
}

void kit_note(const char *format, ...)
{
	char text[512], *at = text, *line;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	while ((line = strsep(&at, "\n")))
		if (*line)
			kit_say("note", line, "");
}

static int compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void kit_percentiles(const char *what, int64_t *ns, size_t n)
{
	static const struct {
		size_t percent;
		const char *name;
	} marks[] = { { 50, "median" }, { 99, "p99" }, { 100, "max" } };

	if (!n)
		return;
	qsort(ns, n, sizeof *ns, compare_times);
	for (size_t i = 0; i < 3; i++) {
		char name[100];

		snprintf(name, sizeof name, "%s, %s", what, marks[i].name);
		kit_time(name, ns[(n - 1) * marks[i].percent / 100]);
	}
}

int64_t kit_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * CIGO_S(1) + t.tv_nsec;
}

void kit_crunch(int64_t ns)
{
	struct timespec t;
	volatile unsigned number = 1;
	int64_t until = 0, now;

	do {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
		now = t.tv_sec * CIGO_S(1) + t.tv_nsec;
		if (!until)
			until = now + ns;
		for (int i = 0; i < 2000; i++)
			number = number * 1103515245 + 12345;
	} while (now < until);
}
