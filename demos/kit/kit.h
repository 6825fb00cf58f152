/* SPDX-License-Identifier: MIT
 * The kit of the teaching demos. A demo is a list of variants of one small program. kit_main runs each
 * of them in each model, several times, in processes of their own, so that their switches, time and
 * memory are counted alone, and a deadlock or a crash takes nothing else along. What the runs report
 * becomes one table that compares the models.
 *
 * There are two kinds of evidence. What is met by chance: so many of N real runs came out wrong. What
 * is found by exploring: the same source, compiled with points as demos/NAME_points, is run small under
 * every schedule, and a schedule that fails can be replayed. Of the N runs the table shows the one of
 * median time among those that came out as most did.
 *
 * Every demo takes --model, --variant, --runs, --json, --timeline, --trace, ...; see NAME --help.
 *
 * --json prints it all as one object, on one line:
 *
 *	{"demo":"race","title":"...","lesson":"...",
 *	 "models":["cooperative","preemptive"],		the columns, in the table's order
 *	 "variants":[{"name":"call","title":"...","see":"..."},...],
 *	 "rows":[{"variant":"call","what":"money lost","unit":"pence",
 *		  "numbers":[0,1500],"values":["0 pence","1,500 pence"]},...],
 *	 "results":[{"name":"call","model":"preemptive","runs":80,"wrong":1,
 *		     "rows":[{"name":"money lost","value":1500,"unit":"pence"},...],
 *		     "verdict":{"ok":false,"text":"..."},
 *		     "explored":{"schedules":13,"wrong":3,"complete":true,"bound":"..."},
 *		     "found":[{"what":"...","ok":false,"schedule":"0x4.1","line":"..."},...]},...],
 *	 "notes":[{"variant":"call","model":"preemptive","text":"..."},...]}
 *
 * numbers and value are numbers, true, false, or a text where the row is one; times are in ns. A value
 * that is so many of a total has "of", too. values are the same as people read them, "" where that run
 * said nothing of it. line is what to type to see found's schedule again; explored is null where nothing
 * was explored. lesson says in a sentence what the demo is about; see says what is seen in that
 * variant, and why. A note is a line of text that came with the run shown: the cycle of a deadlock, a
 * line of a dump. All texts are UTF-8.
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
	cigo_coro_fn *explored; /* what is run under every schedule; NULL: nothing */
	int runs;		/* unless --runs says otherwise; 0: one */
	bool alone; /* each schedule in a process of its own: a deadlock leaves threads behind */
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
	const char *also; /* what else the program is, for --help; NULL: nothing */
	const struct kit_variant *variants;
	const struct kit_column *columns; /* NULL: cooperative, preemptive */
	const struct kit_option *options; /* NULL: none */
};

/* The whole program. The exit status: 0, also if a run failed as it should; 1: one could not run. */
int kit_main(const struct kit_demo *demo, int argc, char **argv);

/* --- what a lesson reports, from any thread of its process -------------------------------------- */

/* A line of the table: what, and this run's text. The same what again replaces it, here and below. */
CIGO_PRINTF(2, 3) void kit_row(const char *what, const char *format, ...);

/* As row, with a number: 1,234,567. What it counts is its unit. */
void kit_count(const char *what, int64_t n, const char *unit);
/* So many of a total: 12 of 20. */
void kit_of(const char *what, int64_t n, int64_t total, const char *unit);
/* With two digits behind the point. */
void kit_ratio(const char *what, double n, const char *unit);
void kit_yes(const char *what, bool yes);

/* As row, with a time: 12.3 ms. */
void kit_time(const char *what, int64_t ns);

/* Three rows: the median, the 99th percentile and the longest of n times, which it sorts. */
void kit_percentiles(const char *what, int64_t *ns, size_t n);

/*
 * kit_verdict(right, format, ...): whether the run came out right, and what came out, in words. While
 * schedules are explored, the words are the outcome, and a wrong one fails.
 */
#define kit_verdict(right, ...) kit_verdict_at(right, #right, __FILE__, __LINE__, __VA_ARGS__)
CIGO_PRINTF(5, 6)
void kit_verdict_at(bool right, const char *condition, const char *file, int line,
		    const char *format, ...);

/* Lines to stand below the table. */
CIGO_PRINTF(1, 2) void kit_note(const char *format, ...);

/* True in a run that is made for the picture of --timeline: a few events are enough. */
bool kit_picture(void);
/* True while every schedule is tried, or one is replayed: as few steps as show the matter. */
bool kit_explored(void);
int kit_explored_model(void); /* while so: in which model */
/* How much there is to do: in a run for the table, for a picture, for exploring. */
int kit_size(int table, int picture, int explored);

/* --- tools of several lessons -------------------------------------------------------------------- */

/* CLOCK_MONOTONIC, in ns. */
int64_t kit_now(void);

/* Computes for so long, in CPU time of the thread; nothing in it could switch. */
void kit_crunch(int64_t ns);

/* 1234567 as "1,234,567", in buf. */
const char *kit_with_commas(char buf[32], int64_t n);

#endif
