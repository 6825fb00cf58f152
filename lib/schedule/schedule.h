/* SPDX-License-Identifier: MIT
 * A schedule: the one that decides which of several goes on. Whatever picks among several that could
 * go on asks ci_schedule_choose. Without a schedule (NULL) the first that was ready goes on.
 *
 * A schedule is written as a text: fifo, random:SEED, pct:SEED:DEPTH, replay:CHOICES, replay:@FILE,
 * play, play:CHOICES. CHOICES are numbers with dots between; 0xN stands for N zeros in a row; from their end on
 * every choice is 0; but from the end of those of play:CHOICES on a person chooses. So the choices of
 * any run, written like this, replay it.
 *
 * Invariant: of all threads that a schedule orders, one runs at a time, and only that one touches
 * the schedule.
 */
#pragma once

#include <stddef.h>

#include "base/list.h"
#include "base/place.h"
#include "schedule/record.h"

/* What a candidate will do next. */
enum ci_op {
	CI_OP_START,	/* its first step */
	CI_OP_RESUME,	/* returns from `call` */
	CI_OP_CALLBACK, /* runs a callback */
	CI_OP_CALL,	/* begins `call` */
	CI_OP_READ,	/* of `object` */
	CI_OP_WRITE,
	CI_OP_RETURN, /* returns from a function that the library has called */
	CI_OP_OTHER
};

struct ci_candidate {
	uint64_t id;	  /* the same in each run */
	const char *name; /* NULL: it has none */
	const char *call; /* NULL: not known */
	struct ci_place place;
	const void *pc, *object;
	enum ci_op op;
	void (*entry)(void); /* CI_OP_START: its function; NULL: not known */
};

struct ci_choice {
	enum ci_choice_kind kind;
	bool stays;	/* the first candidate runs now, and could go on */
	uint64_t state; /* as in struct ci_record_step */
	bool access;	/* it is about an access to memory: noted only if another goes on */
	int n;		/* two or more */
	int waiting;	/* behind them in `among`: that cannot go on, if the record is wide */
	const struct ci_candidate *among;
};

/* A choice that is given beforehand. */
struct ci_given {
	uint32_t chosen;
	uint32_t skip; /* accesses that pass before it without a choice */
	uint32_t n;    /* of candidates, 0: not known */
	uint64_t ids;  /* a hash of their ids; valid if n is known */
};

struct ci_schedule;

struct ci_strategy {
	const char *name;
	/* After the choices that were given. */
	int (*choose)(struct ci_schedule *s, const struct ci_choice *c);
	/* The run is over, or has failed: s->record says how. NULL: no call. */
	void (*ended)(struct ci_schedule *s);
};

enum { CI_PCT_DEPTH = 16 };

struct ci_schedule {
	unsigned refs;
	bool simulated;	   /* the clock is virtual by default, and threads run one at a time */
	bool of_process;   /* all loops of the process go on with it, one after the other */
	bool explored;	   /* an explorer reads the record: failures are noted there */
	bool ends_process; /* explored, in a process of its own: a failure ends it */
	/* Explored in a process that goes on: called at each choice beyond the limit, to end the run. */
	void (*give_up)(struct ci_schedule *s);
	struct ci_record *record; /* owned unless explored; NULL: nothing is noted */
	bool unrecorded;	  /* the record has no room for all */
	const struct ci_strategy *strategy;
	struct ci_given *given; /* owned unless explored */
	size_t given_n, given_met;
	uint64_t random; /* of random, pct */
	uint64_t seed;
	uint64_t base; /* of pct: what all priorities are made of */
	unsigned depth;
	uint64_t change_at[CI_PCT_DEPTH]; /* of pct: the choices at which a priority falls */
	uint64_t fallen[CI_PCT_DEPTH];	  /* the ids whose priority has fallen, in that order */
	unsigned fallen_n;
	uint64_t choices; /* so far */

	/* of serial.c and access.c */
	struct ci_list threads; /* of struct ci_turn: all that take part */
	uint64_t turns_given;
	uint64_t made;			  /* threads that the program has made */
	bool clock_real;		  /* waits last as long as they say */
	int64_t now;			  /* of the simulated clock */
	uint32_t passed;		  /* accesses since the last choice that was noted */
	struct ci_access_table *accesses; /* owned; NULL: none yet */
	bool lost;	/* a step was not noted whole: `state` says nothing any more */
	uint64_t state; /* a hash of all steps, whatever the order of those that commute */
};

extern const struct ci_strategy ci_strategy_first, ci_strategy_random, ci_strategy_pct,
	ci_strategy_play;

/*
 * A schedule by its text. *ret NULL and 0: fifo. On failure `why` has the reason in words. Fails:
 * -EINVAL: the text is not understood; -ENOMEM; -errno: of the file.
 */
int ci_schedule_new(struct ci_schedule **ret, const char *text, char why[static 256]);
/* Random choices of coroutines; all else is as without a schedule. NULL: no memory. */
struct ci_schedule *ci_schedule_shuffle(uint64_t seed);
/* One whose record an explorer reads; given is the caller's. NULL: no memory. */
struct ci_schedule *ci_schedule_explored(struct ci_record *record, const struct ci_given *given,
					 size_t n);
/* Makes s what the text says. Fails as ci_schedule_new. */
int ci_schedule_parse(struct ci_schedule *s, const char *text, char why[static 256]);
/* A number at *text, which is moved behind it; false: there is none. */
bool ci_schedule_number(const char **text, uint64_t *ret);
struct ci_schedule *ci_schedule_ref(struct ci_schedule *s);
void ci_schedule_unref(struct ci_schedule *s);
/* Sets the strategy, its seed and depth; for pct, `length` choices are expected (0: 100). */
void ci_schedule_seed(struct ci_schedule *s, const struct ci_strategy *strategy, uint64_t seed,
		      unsigned depth, uint64_t length);

/* Chooses, and records the choice: from 0 to c->n - 1. */
int ci_schedule_choose(struct ci_schedule *s, const struct ci_choice *c);
/* Mixes the bits of z: splitmix64 (Steele, Lea, Flood 2014). */
uint64_t ci_schedule_mix(uint64_t z);
/* The run of a loop under s is over. Fails the schedule if given choices are left. */
void ci_schedule_end(struct ci_schedule *s, int result);
/*
 * The schedule has failed. Explored: notes the first failure, and ends the process if it is one of
 * its own. Else: tells it on stderr, with the text that replays it, and aborts.
 */
void ci_schedule_fail(struct ci_schedule *s, enum ci_ending ending, const char *format, ...)
	CIGO_PRINTF(3, 4);

/* The last choice of the record is another than g, which was given: fails the schedule. */
void ci_schedule_diverged(struct ci_schedule *s, const struct ci_given *g);
/* On stderr: how to get this schedule again. */
void ci_schedule_tell_replay(const struct ci_schedule *s);
/* Fails the schedule if given choices are left. */
void ci_schedule_expect_all_met(struct ci_schedule *s);

/* Whether those are asked for that cannot go on. */
bool ci_schedule_is_wide(const struct ci_schedule *s);
/* Nothing can ever go on: notes those that wait. */
void ci_schedule_note_left(struct ci_schedule *s, const struct ci_candidate *waiting, int n);
/* Notes the address of the call that is about to fail the schedule. */
void ci_schedule_note_at(struct ci_schedule *s, const void *pc);
/* Notes a value that the coroutine `by` (NULL: none) shows. */
void ci_schedule_show(struct ci_schedule *s, const char *by, const char *name, const char *value);
/* The program says something. */
void ci_schedule_say(struct ci_schedule *s, const char *by, const char *text);

/* Whether an access at pc is a choice: explored, if memory is shared there, as learnt; replayed, if the
 * text says so; else always. */
bool ci_schedule_stops_here(const struct ci_schedule *s, const void *pc);

/* Parses the CHOICES of a replay. *ret is the caller's to free. Fails: -EINVAL, -ENOMEM. */
int ci_replay_parse(const char *text, struct ci_given **ret, size_t *ret_n, char why[static 256]);
/* Reads @FILE likewise. */
int ci_replay_read(const char *path, struct ci_given **ret, size_t *ret_n, char why[static 256]);
/* "replay:..." of the first n steps, for the caller to free. NULL: no memory. */
char *ci_replay_text(const struct ci_record_step *steps, size_t n);
/* `before`, then all n choices; ci_replay_text leaves out the zeros at the end. NULL: no memory. */
char *ci_replay_choices(const char *before, const struct ci_record_step *steps, size_t n);

/* The schedule that loops of this process run under, if their options name none: set by an
 * explorer, or else by CIGO_SCHEDULE. NULL: none. A new reference. */
struct ci_schedule *ci_schedule_current(void);
/* By an explorer: what ci_schedule_current returns from now on; NULL: as the environment says. */
void ci_schedule_set_current(struct ci_schedule *s);
