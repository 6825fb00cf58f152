/* SPDX-License-Identifier: MIT
 * Exploring: a program is run under one schedule after another, until all are tried, a limit is
 * reached, or one has failed. The program cigo-explore(1) does the same with a whole program.
 *
 *	static int transfer(cigo_ctx *ctx, void *arg, void *ret)
 *	{
 *		...
 *		cigo_check(total == 100, "the total is %ld", total);
 *		cigo_outcome("a has %ld", a);
 *		return 0;
 *	}
 *
 *	cigo_report report = { .size = sizeof report };
 *	int err = cigo_explore(NULL, transfer, NULL, &report);
 *	if (err > 0)
 *		cigo_report_print(&report, stderr);
 *	cigo_report_free(&report);
 *
 * A schedule has failed if a cigo_check is false, if main returns an error, if nothing can ever go on
 * (a deadlock), or if the process of a forked schedule ends otherwise than by main's return.
 */
#ifndef CIGO_EXPLORE_H
#define CIGO_EXPLORE_H

#include <stdio.h>

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cigo_progress;

/* Values of options.preemptions. */
enum {
	CIGO_PREEMPTIONS_DEFAULT = 0, /* at most two forced switches */
	CIGO_PREEMPTIONS_ANY = -1,    /* any number of them */
	CIGO_PREEMPTIONS_NONE = -2    /* not one */
};

/* Called now and then while a search works; false ends it. */
typedef bool cigo_progress_fn(const struct cigo_progress *p, void *arg);

typedef struct cigo_explore_options {
	size_t size;		       /* sizeof this struct; 0 is misuse */
	const cigo_loop_options *loop; /* of each run; its schedule is ignored. NULL: none */
	/*
	 * NULL or "exhaustive": every schedule, depth first, those with the fewest forced switches
	 * first; "random:SEED"; "pct:SEED:DEPTH". A forced switch takes the turn away from one that
	 * could go on; in the cooperative model there are none.
	 */
	const char *strategy;
	int preemptions; /* exhaustive: forced switches in one schedule, at most; or one of the above */
	uint64_t schedules; /* how many are tried, at most; 0: 1,000,000 */
	int64_t time_ns;    /* how long, at most, in real time; 0: 60 s */
	/* Each schedule runs in a forked child, whose crash, exit or deadlock ends only itself; it may
	 * last hang_ns of real time (0: 10 s). Otherwise in this process. */
	bool fork;
	bool all; /* go on after a failure, to count them all */
	int64_t hang_ns;
	cigo_progress_fn *progress; /* NULL: none */
	void *progress_arg;
} cigo_explore_options;

typedef struct cigo_progress {
	size_t size;	    /* bytes of the struct that the library fills */
	uint64_t schedules; /* tried so far */
	uint64_t failures;
	uint64_t outcomes; /* different ones */
	uint64_t choices;  /* of the last schedule */
	int preemptions;   /* exhaustive: the bound that is being searched */
	int64_t ns;	   /* since the search began */
} cigo_progress;

/* An outcome: the text of cigo_outcome, else how the run ended. */
typedef struct cigo_report_outcome {
	char *text;
	uint64_t count;	   /* of schedules */
	uint64_t failures; /* of those, how many failed */
	char *replay;	   /* a schedule with it: of those tried, the one with the fewest forced
			 switches, then the fewest choices of another than the first, then the
			 shortest */
} cigo_report_outcome;

/* What a search has found. The texts belong to the report. */
typedef struct cigo_report {
	size_t size;	    /* sizeof this struct; 0 is misuse */
	uint64_t schedules; /* tried */
	uint64_t pruned; /* of those, how many were not followed to all their ends, as what was left
				of them had been tried in another order of steps that commute */
	uint64_t choices;  /* of all schedules together */
	uint64_t deepest;  /* choices of the longest schedule */
	uint64_t failures; /* schedules that failed */
	bool complete;	   /* every schedule within the bound was tried */
	char *incomplete;  /* why not, in words: "the limit is 60 s"; NULL: it is complete */
	int preemptions; /* exhaustive: the bound, 0 or more; -1: there was none, or none is needed */
	size_t n_outcomes;
	cigo_report_outcome **outcomes; /* the most frequent first */
	/* A failing schedule, made as small as a search for smaller ones could, in the same order. */
	char *failure; /* in words; NULL: none failed */
	char *replay;  /* the value of CIGO_SCHEDULE that repeats it */
	char *story;   /* what happened in it, a line a step */
} cigo_report;

/*
 * Runs main under schedule after schedule, each in a loop of its own. options NULL: all defaults.
 * Without fork all schedules run in this process: main must leave behind what it found (static
 * variables, too; and as the threads of one schedule are used again for the next, what a coroutine left in
 * a __thread variable or by pthread_setspecific is there, too), a schedule that computes for ever holds up
 * the search, and one that goes on when it is cancelled (after a deadlock, say) aborts. If CIGO_SCHEDULE is replay:... or play, there is no
 * search: main runs once, under that schedule, and a failure aborts; so a debugger sees it.
 * Meanwhile the calling thread, and those that it makes, are bound to one CPU.
 * Suspends: blocks the calling thread; inside a coroutine or callback it is misuse. Owns: what
 * report points to is yours, cigo_report_free. Returns 0: none failed; 1: some failed. Fails:
 * -ENOMEM; -EINVAL: the strategy is not understood; -EBUSY: another thread of this process explores;
 * -errno of fork, or of what a loop needs. The report is empty then.
 */
CIGO_CHECK CIGO_API int cigo_explore(const cigo_explore_options *o, cigo_coro_fn *main, void *arg,
				     cigo_report *report);

/* Prints the report for people: counts, a table of outcomes, the failure and its story. Suspends: no. */
CIGO_API void cigo_report_print(const cigo_report *report, FILE *out);

/* Frees what the report points to. Suspends: no. */
CIGO_API void cigo_report_free(cigo_report *report);

#ifdef __cplusplus
}
#endif
#endif
