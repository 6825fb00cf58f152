/* SPDX-License-Identifier: MIT
 * The kit of the teaching demos. A demo is a list of variants of one small program. kit_main runs each
 * of them once per model, every run in a process of its own, so that its switches, its time and its
 * memory are counted alone, and a deadlock or a crash takes nothing else along. What the runs report
 * becomes one table that compares the models.
 *
 * Every demo takes --model, --variant, --runs, --json, --timeline, --trace, ...; see NAME --help.
 *
 * --json prints the table as one object, on one line:
 *
 *	{"demo":"race","title":"...","lesson":"...",
 *	 "models":["cooperative","preemptive"],		the columns, in the table's order
 *	 "variants":[{"name":"call","title":"...","see":"..."},...],
 *	 "rows":[{"variant":"call","what":"money lost","values":["0","1,234"]},...],
 *	 "notes":[{"variant":"call","model":"preemptive","text":"..."},...]}
 *
 * values has one text for each of models, "" where that run said nothing of it. lesson says in a
 * sentence what the demo is about; see says what is seen in that variant, and why. A note is a line of
 * text that came with one run: the cycle of a deadlock, a line of a dump. All texts are UTF-8.
 */
#ifndef CIGO_DEMOS_KIT_H
#define CIGO_DEMOS_KIT_H

#include <cigo.h>
#include <stdio.h>

/* --- what a demo consists of; lists end with an entry whose name is NULL ----------------------- */

struct kit_variant {
	const char *name;   /* for --variant */
	const char *title;  /* above its rows */
	const char *see;    /* below the table: what is to be seen, and why */
	cigo_coro_fn *main; /* the lesson, run by a loop of the model; or, if that is NULL, */
	int (*plain)(int model, void *arg); /* a function that makes its own loops */
	void *arg;
};

struct kit_column {
	const char *name; /* for --model, and above the column */
	int model;	  /* CIGO_COOPERATIVE, CIGO_PREEMPTIVE; others are the demo's own */
};

struct kit_option { /* --name N */
	const char *name, *what;
	int *value, least, most; /* most 0: a thousand million */
};

struct kit_demo {
	const char *name, *title, *lesson;
	const struct kit_variant *variants;
	const struct kit_column *columns; /* NULL: cooperative, preemptive */
	const struct kit_option *options; /* NULL: none */
};

/* The whole program. The exit status: 0, also if a run failed as it should; 1: one could not run. */
int kit_main(const struct kit_demo *demo, int argc, char **argv);

/* --- what a lesson reports, from any thread of its process -------------------------------------- */

/* A line of the table: what, and this run's value. The same what again replaces it. */
CIGO_PRINTF(2, 3) void kit_row(const char *what, const char *format, ...);

/* As row, with a number: 1,234,567. */
void kit_count(const char *what, int64_t n);

/* As row, with a time: 12.3 ms. */
void kit_time(const char *what, int64_t ns);

/* Three rows: the median, the 99th percentile and the worst of n times, which it sorts. */
void kit_percentiles(const char *what, int64_t *ns, size_t n);

/* Whether the run came out right; --runs counts those that did not. */
void kit_right(bool right);

/* Lines to stand below the table. */
CIGO_PRINTF(1, 2) void kit_note(const char *format, ...);

/* True in a run that is made for the picture of --timeline: a few events are enough. */
bool kit_picture(void);

/* --- tools of several lessons -------------------------------------------------------------------- */

/* CLOCK_MONOTONIC, in ns. */
int64_t kit_now(void);

/* Computes for so long, in CPU time of the thread; nothing in it could switch. */
void kit_crunch(int64_t ns);

#endif
