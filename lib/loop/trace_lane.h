/* SPDX-License-Identifier: MIT
 * The lanes of a trace: what each coroutine, worker, and the loop does now, and since when.
 */
#pragma once

#include <stddef.h>

#include "base/base.h"

enum { CI_LANE_NAME = 64, CI_LANE_BUCKETS = 1024 /* a power of 2 */ };

/* What a lane does. */
enum ci_lane_does {
	CI_DOES_NOTHING,
	CI_DOES_RUN,
	CI_DOES_WAIT,
	CI_DOES_READY,
	CI_DOES_BLOCK,
	CI_DOES_WORK,
	CI_DOES_CALL,
	CI_DOES_POLL
};

struct ci_lane {
	struct ci_lane *next; /* in its bucket, or in the free list */
	uint64_t number;
	int tid; /* the kernel's id of its thread; 0: it has none yet */
	enum ci_lane_does does;
	int64_t since;
	char name[CI_LANE_NAME];
	const char *call;	     /* CI_DOES_WAIT: the call; static */
	char on[CI_LANE_NAME];	     /* CI_DOES_WAIT */
	const char *file, *function; /* CI_DOES_WAIT: the program's, static; NULL: not known */
	int line;
	bool worker; /* of cigo_go; valid once it runs */
	bool woken;  /* by another lane, */
	uint64_t by; /* which, */
	int by_tid;  /* its thread, */
	int64_t at;  /* and when */
};

struct ci_lanes {
	struct ci_lane *buckets[CI_LANE_BUCKETS], *free;
};

/* NULL: no such lane. */
struct ci_lane *ci_lane_find(const struct ci_lanes *lanes, uint64_t number);
/* A new lane, which does nothing. NULL: no memory. */
struct ci_lane *ci_lane_add(struct ci_lanes *lanes, uint64_t number, const char *name);
/* Forgets the lane, if there is one. */
void ci_lane_drop(struct ci_lanes *lanes, uint64_t number);
void ci_lanes_fini(struct ci_lanes *lanes);
