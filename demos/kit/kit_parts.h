/* SPDX-License-Identifier: MIT
 * How the parts of the kit see each other: the table, which knows nothing of processes, and the runs,
 * which fill it.
 */
#ifndef CIGO_DEMOS_KIT_PARTS_H
#define CIGO_DEMOS_KIT_PARTS_H

#include "demos/kit/kit.h"

enum { KIT_VARIANTS = 16, KIT_COLUMNS = 6, KIT_ROWS = 160, KIT_NOTES = 600 };

struct kit_row_of {
	size_t variant;
	char *what;
	char *values[KIT_COLUMNS]; /* NULL: nothing said */
};

struct kit_note_of {
	size_t variant, column;
	char *text;
};

struct kit_table {
	const struct kit_demo *demo;
	const struct kit_column *columns[KIT_COLUMNS]; /* those that were asked for */
	size_t n_columns, n_rows, n_notes;
	struct kit_row_of rows[KIT_ROWS]; /* in the order in which they were said */
	struct kit_note_of notes[KIT_NOTES];
	bool wrong[KIT_VARIANTS][KIT_COLUMNS]; /* the last run did not come out right */
};

/* What more than KIT_ROWS, KIT_NOTES would hold is dropped. */
void kit_table_put(struct kit_table *t, size_t variant, size_t column, const char *what,
		   const char *value);
void kit_table_note(struct kit_table *t, size_t variant, size_t column, const char *text);
/* Without its title. */
void kit_table_print(const struct kit_table *t, FILE *f);
void kit_table_json(const struct kit_table *t, FILE *f);
void kit_table_free(struct kit_table *t);
/* A text in lines of at most edge characters, broken between words. */
void kit_paragraph(FILE *f, const char *text, int edge);

/* In the process of a run: where reports go; one more line; the run came to its end. */
void kit_report_begin(FILE *f, bool picture);
void kit_say(const char *kind, const char *a, const char *b);
void kit_report_end(void);
const char *kit_with_commas(char buf[32], int64_t n);
const char *kit_as_time(char buf[32], int64_t ns);

/* One run, or several in a row, of a variant in a model. */
struct kit_job {
	size_t variant, column;
	int runs;
	int patience; /* seconds without a word after which the process is killed */
	bool picture;
	const char *trace; /* file that the loop writes its trace to; NULL: none */
};

struct kit_outcome {
	int wrong; /* runs that did not come out right */
	int err;   /* a run could not be made: its error */
};

struct kit_outcome kit_run(struct kit_table *t, const struct kit_job *job);

/*
 * Runs all once more, small and traced, variant NULL: all of them; writes the page timeline, with t as
 * its summary, and the traces to files named after trace. Each may be NULL. The exit status.
 */
int kit_pictures(const struct kit_table *t, const char *variant, const char *timeline,
		 const char *trace);

#endif
