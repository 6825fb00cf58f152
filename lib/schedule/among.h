/* SPDX-License-Identifier: MIT
 * What choices were among, in words: the names of their candidates, "ann bob carl". An explorer's record
 * keeps the names of each set of candidates, so that a run which meets another set than an earlier run
 * can tell both.
 */
#pragma once

#include "schedule/schedule.h"

enum { CI_AMONG_TEXT = 256 };

/* The names of the step's candidates, in buf, which is returned. */
const char *ci_among_names(const struct ci_record *r, const struct ci_record_step *step,
			   char buf[static CI_AMONG_TEXT]);
/* Keeps them for later schedules of this record. */
void ci_among_remember(struct ci_record *r, const struct ci_record_step *step);
/* The address at which the nth step was asked for, or else one that a choice before it was asked for at, and
 * then *ret_before is set; 0: none is known. */
uint64_t ci_among_asker(const struct ci_record *r, size_t nth, bool *ret_before);
/* "at main.c:40": where the last choice of the record was asked for, or where a candidate is; or "after
 * main.c:40"; empty: not known. */
enum { CI_AMONG_PLACE = CI_PLACE_TEXT + 8 };
const char *ci_among_place(const struct ci_schedule *s, char buf[static CI_AMONG_PLACE]);

/*
 * "not deterministic: choice 17, at main.c:40, was among a b, is among a b c", in buf, which is returned. The
 * step is the nth of the record, from 0 on; `place` is "at main.c:40" or empty.
 */
const char *ci_among_diverged(const struct ci_record *r, size_t nth, const struct ci_given *g,
			      const char *place, char buf[static 1024]);
