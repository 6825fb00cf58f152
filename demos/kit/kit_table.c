/* SPDX-License-Identifier: MIT
 * The table of a demo: collected row by row, and judged at the end.
 */
#define _GNU_SOURCE /* program_invocation_name */
#include "demos/kit/kit_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put(struct kit_row_of *r, size_t column, const struct kit_value *value)
{
	if (!r->values[column])
		r->values[column] = malloc(sizeof *value);
	if (r->values[column])
		*r->values[column] = *value;
}

void kit_table_put(struct kit_table *t, size_t variant, size_t column, const char *what,
		   const struct kit_value *value)
{
	size_t i = 0;

	while (i < t->n_rows && (t->rows[i].variant != variant || strcmp(t->rows[i].what, what)))
		i++;
	if (i == KIT_ROWS)
		return;
	if (i == t->n_rows) {
		t->rows[i].variant = variant;
		t->rows[i].what = strdup(what);
		t->n_rows++;
	}
	put(&t->rows[i], column, value);
}

void kit_table_note(struct kit_table *t, size_t variant, size_t column, const char *text)
{
	if (t->n_notes < KIT_NOTES)
		t->notes[t->n_notes++] = (struct kit_note_of){ variant, column, strdup(text) };
}

bool kit_table_has(const struct kit_table *t, size_t variant)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].variant == variant)
			return true;
	return false;
}

static void free_result(struct kit_result *r)
{
	free(r->said);
	free(r->said_wrong);
	free(r->bound);
	for (size_t i = 0; i < r->n_found; i++) {
		free(r->found[i].what);
		free(r->found[i].schedule);
	}
}

void kit_table_free(struct kit_table *t)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		free(t->rows[i].what);
		for (size_t c = 0; c < KIT_COLUMNS; c++)
			free(t->rows[i].values[c]);
	}
	for (size_t i = 0; i < t->n_notes; i++)
		free(t->notes[i].text);
	for (size_t v = 0; v < KIT_VARIANTS; v++)
		for (size_t c = 0; c < KIT_COLUMNS; c++)
			free_result(&t->results[v][c]);
}

/* --- the verdict ------------------------------------------------------------------------------ */

bool kit_result_right(const struct kit_result *r)
{
	return !r->wrong && !r->failures;
}

static const char *first_wrong(const struct kit_result *r)
{
	for (size_t i = 0; i < r->n_found; i++)
		if (!r->found[i].ok)
			return r->found[i].what;
	return "it fails";
}

void kit_result_text(const struct kit_result *r, char *text, size_t n)
{
	const char *said = r->said ? r->said : "";
	const char *wrong = r->said_wrong && *r->said_wrong ? r->said_wrong : "it did not end well";

	if (r->wrong && r->runs > 1)
		snprintf(text, n, "wrong in %d of %d runs: %s", r->wrong, r->runs, wrong);
	else if (r->wrong)
		snprintf(text, n, "wrong: %s", wrong);
	else if (r->failures)
		snprintf(text, n, "right in %d of %d runs, and yet wrong in an order found: %s",
			 r->runs, r->runs, first_wrong(r));
	else if (r->explored && r->complete)
		snprintf(text, n, "right: %s; no order tried by exploring is wrong", said);
	else
		snprintf(text, n, "right%s%s", *said ? ": " : "", said);
}

static void judge(struct kit_table *t, size_t v, size_t c)
{
	const struct kit_result *r = &t->results[v][c];
	bool right = kit_result_right(r);
	struct kit_value value = { 0 };
	char text[64];

	if (!r->runs)
		return;
	snprintf(value.text, sizeof value.text, "%s", right ? "✓ right" : "✗ wrong");
	snprintf(value.json, sizeof value.json, "%s", right ? "true" : "false");
	kit_table_put(t, v, c, "verdict", &value);
	snprintf(text, sizeof text, "%d %d runs", r->wrong, r->runs);
	kit_value_read(&value, "of", text);
	if (r->runs > 1)
		kit_table_put(t, v, c, "met by chance: wrong runs", &value);
	if (!r->explored)
		return;
	snprintf(text, sizeof text, "%" PRIu64 " %" PRIu64 " schedules", r->failures, r->schedules);
	kit_value_read(&value, "of", text);
	kit_table_put(t, v, c, "by exploring: wrong orders", &value);
}

static bool is_lesson(const struct kit_table *t, size_t row)
{
	return t->demo->variants[t->rows[row].variant].runs > 1;
}

void kit_table_judge(struct kit_table *t)
{
	static struct kit_row_of all[KIT_ROWS]; /* large; one table at a time is judged */
	size_t before = t->n_rows;

	for (size_t v = 0; v < KIT_VARIANTS && t->demo->variants[v].name; v++)
		for (size_t c = 0; c < t->n_columns; c++)
			judge(t, v, c);
	size_t n = 0; /* verdicts go first, unless measures are what it is about */
	for (size_t i = before; i < t->n_rows; i++)
		if (is_lesson(t, i))
			all[n++] = t->rows[i];
	for (size_t i = 0; i < t->n_rows; i++)
		if (i < before || !is_lesson(t, i))
			all[n++] = t->rows[i];
	memcpy(t->rows, all, n * sizeof *all);
}

/* --- what to type ------------------------------------------------------------------------------- */

/* The folder as it was typed, "" or with a slash at its end. libtool keeps programs in .libs. */
static int folder(void)
{
	const char *name = program_invocation_name, *slash = strrchr(name, '/');
	int n = slash ? (int)(slash - name) + 1 : 0;

	return n >= 6 && strncmp(name + n - 6, ".libs/", 6) == 0 ? n - 6 : n;
}

void kit_found_line(const struct kit_table *t, size_t variant, size_t column,
		    const struct kit_found *found, char *line, size_t n)
{
	snprintf(line, n, "%.*s%s --variant %s --model %s --replay %s", folder(),
		 program_invocation_name, t->demo->name, t->demo->variants[variant].name,
		 t->columns[column]->name, *found->schedule ? found->schedule : "0");
}
