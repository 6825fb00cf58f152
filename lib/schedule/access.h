/* SPDX-License-Identifier: MIT
 * Accesses of an instrumented program to its memory. Only those to memory that several threads use
 * and one of them writes are worth a choice. Which these are is learnt by the place in the program:
 * places found in one schedule are points from the next one on (struct ci_record). By the thread that
 * has the turn.
 */
#pragma once

#include "schedule/schedule.h"

struct ci_access_table;

void ci_access_free(struct ci_access_table *t);
/* Notes that `thread` accesses the bytes, at the place pc. */
void ci_access_note(struct ci_schedule *s, uint64_t thread, const void *pc, const void *address,
		    size_t size, bool write);
/* The hashes of what was last written and read at the object; NULL: no room for more objects. */
struct ci_access_history {
	uint64_t written, read;
} * ci_access_history(struct ci_schedule *s, const void *object);
