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
static bool in_picture;
static bool came_right; /* of this run; set by one thread, read after all have ended */

void kit_report_begin(FILE *f, bool picture)
{
	out = f;
	in_picture = picture;
	came_right = true;
}

void kit_report_end(void)
{
	kit_say(came_right ? "right" : "wrong", "", "");
	fflush(out);
}

bool kit_picture(void)
{
	return in_picture;
}

void kit_right(bool right)
{
	came_right = right;
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
	kit_say("row", what, value);
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

/* 1234567 as "1,234,567". */
const char *kit_with_commas(char buf[32], int64_t n)
{
	char *at = buf + 31;
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	*at = '\0';
	for (int digits = 0; rest || !digits; rest /= 10, digits++) {
		if (digits && digits % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + rest % 10);
	}
	if (n < 0)
		*--at = '-';
	return at;
}

void kit_count(const char *what, int64_t n)
{
	char buf[32];

	kit_say("row", what, kit_with_commas(buf, n));
}

/* Three digits that matter. */
const char *kit_as_time(char buf[32], int64_t ns)
{
	static const struct {
		double unit;
		const char *name;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "µs" } };

	for (size_t i = 0; i < 3; i++) {
		double n = (double)ns / units[i].unit;

		if (n < 1)
			continue;
		snprintf(buf, 32, "%.*f %s", n < 10 ? 2 : n < 100 ? 1 : 0, n, units[i].name);
		return buf;
	}
	snprintf(buf, 32, "%" PRId64 " ns", ns);
	return buf;
}

void kit_time(const char *what, int64_t ns)
{
	char buf[32];

	kit_say("row", what, kit_as_time(buf, ns));
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
	} marks[] = { { 50, "median" }, { 99, "99th percentile" }, { 100, "worst" } };

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
