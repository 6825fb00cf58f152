/* SPDX-License-Identifier: MIT
 * Where a thread enters the library, and where the library calls a function of the program. In the
 * cooperative model both only read a thread-local: the thread keeps the baton.
 * In the preemptive model the baton is an ordinary lock. Every public function takes it on entry and
 * gives it up on return. The library also gives it up around every call of a program's function.
 *
 *	int cigo_noun_verb(...)
 *	{
 *		CI_ENTRY;			    the first statement
 *		...
 *		CI_OUTSIDE(result = fn(ctx, arg));  calls the program
 *	}
 *
 * Invariant: a thread of the preemptive model is inside (holds the lock) or outside (runs the
 * program's code, or waits). Only the outermost entry takes the lock, so it is never taken twice.
 */
#pragma once

#include "base/misuse.h"
#include "thread/baton.h"

/* preemptive.c: take and give up the lock of the loop. */
void ci_entry_enter(cigo_loop *loop);
void ci_entry_leave(cigo_loop *loop);
/* preemptive.c: enters, if this thread is not inside. Returns the loop to leave again, or NULL. */
cigo_loop *ci_entry_roaming(void);

struct ci_entry {
	cigo_loop *entered; /* the loop to leave again; NULL: none */
	const char *outer;  /* the call that this one is inside; NULL: none */
};

static inline struct ci_entry ci_entry_begin(const char *call)
{
	struct ci_entry e = { ci_likely(!ci_self.roams) ? NULL : ci_entry_roaming(), ci_call };

	ci_call = call;
	return e;
}

/* If a blocking section has begun meanwhile, this thread has left already. */
static inline void ci_entry_end(struct ci_entry *e)
{
	ci_call = e->outer;
	if (ci_unlikely(e->entered != NULL) && ci_self.held)
		ci_entry_leave(e->entered);
}

static inline cigo_loop *ci_outside_begin(void)
{
	cigo_loop *loop = ci_self.roams;

	if (ci_likely(!loop) || !ci_self.held)
		return NULL;
	ci_entry_leave(loop);
	return loop;
}

static inline void ci_outside_end(cigo_loop *left)
{
	if (ci_unlikely(left != NULL))
		ci_entry_enter(left);
}

#define CI_ENTRY                   \
	struct ci_entry ci_entered \
		__attribute__((cleanup(ci_entry_end), unused)) = ci_entry_begin(__func__)

#define CI_OUTSIDE(...)                                  \
	do {                                             \
		cigo_loop *ci_left = ci_outside_begin(); \
		__VA_ARGS__;                             \
		ci_outside_end(ci_left);                 \
	} while (0)
