/* SPDX-License-Identifier: MIT
 * How the parts of the kit see each other: the table, which knows nothing of processes, the runs and
 * the searches, which fill it.
 */
#ifndef CIGO_DEMOS_KIT_PARTS_H
#define CIGO_DEMOS_KIT_PARTS_H

#include "demos/kit/kit.h"

enum { KIT_VARIANTS = 16, KIT_COLUMNS = 6, KIT_ROWS = 160, KIT_NOTES = 600, KIT_FOUND = 24 };
enum { KIT_EDGE = 80 }; /* no line of output is longer */

/* What a run said in a row. */
struct kit_value {
	char text[256]; /* for people */
	char json[300]; /* a number, true or false; "": it is the text */
	char of[32];	/* of how many; "": it is no share */
	char unit[32];
};

struct kit_row_of {
	size_t variant;
	char *what;
	struct kit_value *values[KIT_COLUMNS]; /* NULL: nothing said */
};

struct kit_note_of {
	size_t variant, column;
	char *text;
};

/* An outcome of some schedules, and one of them. */
struct kit_found {
	char *what, *schedule;
	uint64_t count;
	bool ok;
};

/* What came out of a variant in a model. */
struct kit_result {
	int runs, wrong;    /* real ones */
	char *said;	    /* the verdict of the run that is shown; NULL: it said none */
	char *said_wrong;   /* that of a run that came out wrong */
	bool explored;	    /* and then: */
	uint64_t schedules; /* tried */
	uint64_t failures;
	bool complete;
	char *bound; /* "at most 2 forced switches", or why it is not complete */
	struct kit_found found[KIT_FOUND];
	size_t n_found;
};

struct kit_table {
	const struct kit_demo *demo;
	const struct kit_column *columns[KIT_COLUMNS]; /* those that were asked for */
	size_t n_columns, n_rows, n_notes;
	struct kit_row_of rows[KIT_ROWS]; /* in the order in which they were said */
	struct kit_note_of notes[KIT_NOTES];
	struct kit_result results[KIT_VARIANTS][KIT_COLUMNS];
	bool wrong[KIT_VARIANTS][KIT_COLUMNS]; /* the run that is shown did not come out right */
};

/* A value of what, made of a line that a run has said: its kind, its text. False: it is none. */
bool kit_value_read(struct kit_value *v, const char *kind, const char *text);

/* What more than KIT_ROWS, KIT_NOTES would hold is dropped. */
void kit_table_put(struct kit_table *t, size_t variant, size_t column, const char *what,
		   const struct kit_value *value);
void kit_table_note(struct kit_table *t, size_t variant, size_t column, const char *text);
bool kit_table_has(const struct kit_table *t, size_t variant);
/* After the last run and search: verdicts, and how often and in how many orders it went wrong. */
void kit_table_judge(struct kit_table *t);
/* Without its title. */
void kit_table_print(const struct kit_table *t, FILE *f);
void kit_table_json(const struct kit_table *t, FILE *f);
void kit_table_free(struct kit_table *t);

/* The verdict, over all runs and orders. */
bool kit_result_right(const struct kit_result *r);
void kit_result_text(const struct kit_result *r, char *text, size_t n);
/* What to type to see it again. */
void kit_found_line(const struct kit_table *t, size_t variant, size_t column,
		    const struct kit_found *found, char *line, size_t n);

/* A text in lines of at most edge characters, broken between words, each after indent blanks. */
void kit_paragraph(FILE *f, const char *text, int edge, int indent);

/* In the process of a run: where reports go; one more line; the run came to its end. */
void kit_report_begin(FILE *f, bool picture);
void kit_say(const char *kind, const char *a, const char *b);
void kit_report_end(void);
/* In a process that explores or replays: nothing is reported. */
void kit_report_explored(int model);
/* What the verdict said. */
const char *kit_said(void);
const char *kit_as_time(char buf[32], int64_t ns);

/* One run, or several in a row, of a variant in a model. */
struct kit_job {
	size_t variant, column;
	int runs;
	int patience; /* seconds without a word after which the process is killed */
	bool picture;
	const char *trace; /* file for the trace of the run that is shown; NULL: none */
};

struct kit_outcome {
	int wrong; /* runs that did not come out right */
	int err;   /* a run could not be made: its error */
};

/* The run that is shown goes into t: its rows, its notes; all are counted in its result. */
struct kit_outcome kit_run(struct kit_table *t, const struct kit_job *job);

/* A child whose reports are read: fn(arg, report) runs in it. pid -1: errno says why there is none. */
struct kit_process {
	pid_t pid;
	int fd;
};
struct kit_process kit_process_start(void (*fn)(void *arg, FILE *report), void *arg);
/* All it says, 0-terminated, for free(); *ret_hung: it had to be killed. */
char *kit_process_end(struct kit_process p, int patience, bool *ret_hung, int *ret_status);

/* Has NAME_points try every schedule of a variant in a model. */
void kit_explore(struct kit_table *t, size_t variant, size_t column, int patience);
/* In NAME_points: explores, and says what it found on stdout; or runs as
 * CIGO_SCHEDULE says. Exit status. */
int kit_explore_here(const struct kit_variant *v, int model);
int kit_replay_here(const struct kit_variant *v, int model);
/* In NAME: becomes NAME_points with the same arguments. Returns only if it cannot: status 1. */
int kit_become_points(char **argv);
/* This program is NAME_points. */
bool kit_has_points(void);

/*
 * Runs all once more, small and traced, variant NULL: all of them; writes the page timeline, with t as
 * its summary, and the traces to files named after trace. Each may be NULL. The exit status.
 */
int kit_pictures(const struct kit_table *t, const char *variant, const char *timeline,
		 const char *trace);

#endif
