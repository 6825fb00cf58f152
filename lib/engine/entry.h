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
/* entry.c, if ci_self.slow: enters, if this thread is not inside; pc is where the call returns to; NULL: no
 * schedule switches here. True:
 * the end is to be told. If a blocking section has begun meanwhile, the end leaves no lock. */
bool ci_entry_slow(const char *call, const void *pc);
void ci_entry_slow_end(void);
/* entry.c, if ci_self.slow: leaves, if this thread is inside. True: the end is to be told. */
bool ci_outside_slow(void);
void ci_outside_slow_end(void);

struct ci_entry {
	bool entered;	   /* to be told at the end */
	const char *outer; /* the call that this one is inside; NULL: none */
};

static inline struct ci_entry ci_entry_begin(const char *call, bool entered)
{
	struct ci_entry e = { entered, ci_call };

	ci_call = call;
	return e;
}

static inline void ci_entry_end(struct ci_entry *e)
{
	ci_call = e->outer;
	if (ci_unlikely(e->entered))
		ci_entry_slow_end();
}

#define CI_ENTRY                                                                    \
	struct ci_entry ci_entered __attribute__((cleanup(ci_entry_end), unused)) = \
		ci_entry_begin(__func__,                                            \
			       ci_unlikely(ci_self.slow) &&                         \
				       ci_entry_slow(__func__, __builtin_return_address(0)))

/* The same for calls whose order nobody can tell: a schedule does not switch here. */
#define CI_ENTRY_QUIET                                                              \
	struct ci_entry ci_entered __attribute__((cleanup(ci_entry_end), unused)) = \
		ci_entry_begin(__func__,                                            \
			       ci_unlikely(ci_self.slow) && ci_entry_slow(__func__, NULL))

#define CI_OUTSIDE(...)                                                        \
	do {                                                                   \
		bool ci_left = ci_unlikely(ci_self.slow) && ci_outside_slow(); \
		__VA_ARGS__;                                                   \
		if (ci_unlikely(ci_left))                                      \
			ci_outside_slow_end();                                 \
	} while (0)

#define CI_UNLOCKED_IF(condition, ...)                                                           \
	do {                                                                                     \
		cigo_loop *ci_left =                                                             \
			ci_unlikely(ci_self.roams != NULL) && (condition) ? ci_self.held : NULL; \
		if (ci_left)                                                                     \
			ci_entry_leave(ci_left);                                                 \
		__VA_ARGS__;                                                                     \
		if (ci_left)                                                                     \
			ci_entry_enter(ci_left);                                                 \
	} while (0)

/* Gives up the lock, if this thread has it, around a call that sleeps. */
#define CI_UNLOCKED(...) CI_UNLOCKED_IF(true, __VA_ARGS__)

/* Gives up the lock around a system call that does not sleep, but takes longer than anything that is
 * done inside the lock. Only a coroutine does: what home does for one that waits must be done before
 * that one goes on. Under a schedule (schedule/serial.h) no other thread could run meanwhile. */
#define CI_BESIDE(...) CI_UNLOCKED_IF(ci_self.me && !ci_turn, __VA_ARGS__)
