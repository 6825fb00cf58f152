/* SPDX-License-Identifier: MIT
 * Strands whose threads are used again. Between ci_rest_keep and ci_rest_drop, by an explorer that runs
 * thousands of loops one after another, the thread of a strand of ci_rest_after does not end with
 * its body: after ci_strand_join it rests, until ci_rest_again makes another strand of it. A forked
 * child has none of them.
 */
#pragma once

#include "thread/strand.h"

void ci_rest_keep(void);
/* Ends those that rest. */
void ci_rest_drop(void);
/* Whether this is between the two, in the process of ci_rest_keep. */
bool ci_rest_kept(void);
/* Before the strand first has its baton: its thread is to rest, if threads are kept now. size: of what
 * lies in front. */
void ci_rest_after(struct ci_strand *s, size_t size);
/*
 * As ci_strand_create, with a thread that rests. One that ci_rest_asleep has put there is taken for a
 * body of the same kind only. NULL: there is none with as much stack.
 */
struct ci_strand *ci_rest_again(size_t stack_size, void (*body)(struct ci_strand *s),
				const void *front, size_t size, const void *kind);
/*
 * Instead of being ended and joined, the strand rests as it is: its thread waits for its baton, and
 * looks at nothing but the strand and its front when it has it. This spares four switches. False:
 * threads are not kept.
 */
bool ci_rest_asleep(struct ci_strand *s, const void *kind);

/* By strand.c. On the thread of s, whose body has returned: waits for another. False: it is to end. */
bool ci_rest(struct ci_strand *s);
/* Instead of the join: waits until the body has returned. False: its thread ends now, to be joined. */
bool ci_rest_take(struct ci_strand *s);
/* When its thread has ended. */
void ci_rest_free(struct ci_strand *s);
void ci_rest_in_child(void);
