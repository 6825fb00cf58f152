/* SPDX-License-Identifier: MIT
 * The picture of runs: one self-contained HTML page of their traces, above one another on one time
 * axis. A trace is a file of trace events as the library writes it (CIGO_TRACE).
 */
#ifndef CIGO_DEMOS_TIMELINE_H
#define CIGO_DEMOS_TIMELINE_H

#include <stddef.h>
#include <stdio.h>

struct timeline_run {
	const char *label; /* "preemptive", "cooperative" */
	const char *trace; /* path of the trace */
};

/*
 * Writes the page. Runs whose labels begin alike, up to a colon ("call: preemptive", "call:
 * cooperative"), are shown together.
 *
 * summary is text of paragraphs, with an empty line in between; it may be NULL. A paragraph whose
 * lines all have as many cells, parted by a tab or by two spaces or more, becomes a table: its first
 * line the head (where that begins with a space, the first column has none), a line of one cell
 * which does not begin with a space the title of those that follow. Others with two spaces in a row
 * keep their columns, and all the rest is prose. If it begins with {, it is the JSON of a demo (kit.h),
 * which may have a "caption" too. Title, labels and summary may hold any bytes.
 *
 * Returns 0, or what failed, as -errno: then there is no page.
 */
int timeline_write(const char *out_html, const char *title, const struct timeline_run *runs,
		   size_t n, const char *summary);

/* The same to a stream that is open. What was written before it failed stays. */
int timeline_put(FILE *out, const char *title, const struct timeline_run *runs, size_t n,
		 const char *summary);

#endif
