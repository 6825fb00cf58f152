/* SPDX-License-Identifier: MIT
 * The record of one schedule: its choices, what each was among, the values that the program showed,
 * and how it ended. It lies in memory that an explorer may share with the process that runs, so it
 * holds no pointers to be followed: texts are offsets into `text`.
 */
#pragma once

#include <limits.h>
#include <stdarg.h>

#include "base/base.h"

enum {
	CI_RECORD_STEPS = 1 << 18,
	CI_RECORD_OPTIONS = 1 << 20,
	CI_RECORD_SHOWN = 1 << 16,
	CI_RECORD_TEXT = 1 << 20,
	CI_RECORD_SITES = 1 << 14,
	CI_RECORD_WORDS = 1 << 13, /* places in the table of texts */
	CI_RECORD_SETS = 1 << 11,  /* places in the table of what choices were among */
	CI_RECORD_MODULES = 64
};

/* What is chosen among. */
enum ci_choice_kind {
	CI_CHOOSE_READY,  /* coroutines, callbacks and first steps of a loop */
	CI_CHOOSE_THREAD, /* threads that could go on */
	CI_CHOOSE_TIMER,  /* timers due at the same time */
	CI_CHOOSE_EVENT,  /* descriptors that are ready at once */
	CI_CHOOSE_CASE	  /* cases of cigo_select */
};

/* How a schedule ended. */
enum ci_ending {
	CI_ENDING_NONE, /* it has not ended; or its process has */
	CI_ENDING_FINE,
	CI_ENDING_CHECK,    /* cigo_check failed */
	CI_ENDING_DEADLOCK, /* nothing can ever go on */
	CI_ENDING_DIVERGED, /* a replay met other choices */
	CI_ENDING_LIMIT,    /* too many choices, or too long between two */
	CI_ENDING_STATUS    /* main's result, an exit status, a signal; set by the explorer */
};

struct ci_record_option {
	uint64_t id;
	uint64_t pc;			 /* the address of its next step; 0: not known */
	uint64_t object;		 /* what that step touches; 0: not known */
	uint32_t name, call, file, line; /* name, call, file: offsets of texts */
	uint32_t op;			 /* enum ci_op */
	uint64_t entry; /* CI_OP_START: the address of its function; 0: not known */
};

struct ci_record_step {
	uint64_t ids; /* a hash of the candidates' ids */
	uint64_t state; /* of the schedule so far, whatever the order of what commutes; 0: not known */
	uint32_t options; /* the first of n in `options` */
	uint32_t n, chosen;
	uint32_t kind;	  /* enum ci_choice_kind */
	uint32_t stays;	  /* option 0 could go on: any other is a forced switch */
	uint32_t passed;  /* accesses to memory since the step before, without a choice */
	uint64_t asker;	  /* the address that the thread had come to which asked; 0: not known */
	uint32_t waiting; /* behind those n in `options`: that cannot go on now; 0 unless `wide` */
};

struct ci_record_shown {
	uint32_t step;		  /* how many choices came before */
	uint32_t name, value, by; /* texts; by: the coroutine */
	uint32_t note;		  /* `value` is words, and there is no name */
};

/* The program, or a shared library of it, in its memory. */
struct ci_record_module {
	uint64_t begin, end; /* of its code */
	uint64_t base;	     /* what is added to the addresses in its file */
	uint32_t path;	     /* a text; empty: the program itself */
};

struct ci_record {
	uint32_t steps_n, options_n, shown_n, text_n;
	uint32_t ending;    /* enum ci_ending */
	uint32_t failed_n;  /* choices before the failure, of those that the program noted */
	int32_t result;	    /* main's, if the run ended */
	char failure[1024]; /* in words; valid from CI_ENDING_CHECK on */
	char outcome[256];  /* of cigo_outcome */
	uint64_t at;	    /* the address of the call that failed; 0: not known */
	uint64_t base;	    /* where the program was loaded, for addresses */
	/* Places in the program, less `base`, that touch memory which several threads use and one writes.
	 * Learnt while exploring: those found in one schedule are points from the next one on. */
	struct ci_record_site {
		uint64_t place; /* 0: free */
		uint32_t run;	/* the schedule that found it */
	} sites[CI_RECORD_SITES];
	uint32_t sites_n;
	uint32_t run;	       /* the number of this schedule */
	uint32_t instrumented; /* the first schedule in which the program told its accesses; 0: none yet */
	uint32_t frozen; /* no more sites are added, and `run` stays */
	uint32_t met;	 /* the process that notes, if it is not the explorer's; 0: none has come */
	uint32_t wide;	 /* the explorer also asks for those that cannot go on */
	uint32_t left, left_n; /* in `options`: those that wait when nothing can ever go on */
	uint32_t modules_n;
	struct ci_record_module modules[CI_RECORD_MODULES];
	/* The names of the candidates of choices, of all schedules so far (among.h). */
	struct ci_record_set {
		uint64_t ids;	/* a hash of the candidates' ids */
		uint32_t names; /* a text; 0: free */
	} sets[CI_RECORD_SETS];
	uint32_t sets_n;
	uint32_t words[CI_RECORD_WORDS]; /* offsets of texts, hashed by content; 0: free */
	struct ci_record_step steps[CI_RECORD_STEPS];
	struct ci_record_option options[CI_RECORD_OPTIONS];
	struct ci_record_shown shown[CI_RECORD_SHOWN];
	char text[CI_RECORD_TEXT]; /* from 1 on; 0 is the empty text */
};

enum { CI_RECORD_FORKS = -1, CI_RECORD_PRIVATE = -2 };
/* Maps a record: the memory of a descriptor, shared with those it forks, or its own. NULL: errno. */
struct ci_record *ci_record_map(int fd);
void ci_record_unmap(struct ci_record *r);
/* For the next schedule; texts and sites are kept. */
void ci_record_clear(struct ci_record *r);
/* Forgets the texts. */
void ci_record_forget(struct ci_record *r);
/* Notes how the schedule has failed, in words; replaces what was noted before. */
void ci_record_fail(struct ci_record *r, enum ci_ending ending, const char *format, ...)
	CIGO_PRINTF(3, 4);
void ci_record_fail_v(struct ci_record *r, enum ci_ending ending, const char *format, va_list ap)
	CIGO_PRINTF(3, 0);
/* Enters the calling process, and where its modules lie. False: another process has come before. */
bool ci_record_meet(struct ci_record *r);
/* The offset of the text, which is copied unless it is there already. 0: text is NULL or empty, or
 * there is no room. */
uint32_t ci_record_text(struct ci_record *r, const char *text);
