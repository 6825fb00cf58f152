/* SPDX-License-Identifier: MIT
 * One thread at a time. Under a simulated schedule a thread runs only when it has the turn. It gives
 * the turn away at points and where it waits; then the schedule chooses the next one among those that
 * can go on. A thread says beforehand what its next step is, so the choice is among steps.
 *
 * A loop of the cooperative model takes part as one thread, whichever of its threads holds the baton.
 *
 * Invariant: only the thread that has the turn touches struct ci_serial and the records of others.
 */
#pragma once

#include <poll.h>
#include <semaphore.h>

#include "base/clock.h"
#include "base/list.h"
#include "schedule/schedule.h"

/* Ids of threads that the program makes are above this; those of coroutines and workers are below. */
#define CI_TURN_THREADS (UINT64_C(1) << 32)
/* The id of a loop's own thread. */
#define CI_TURN_LOOP	UINT64_MAX

/* A thread's next step. */
struct ci_step {
	enum ci_op op;
	const char *call;	 /* the function that it is in or begins; NULL: not known */
	const void *pc, *object; /* NULL: not known */
	size_t size;		 /* of the object, if it is memory */
	struct ci_place place;
};

/* A thread that a schedule orders. */
struct ci_turn {
	struct ci_list link; /* in the schedule's threads */
	sem_t sem;	     /* posted when its turn comes */
	struct ci_schedule *schedule;
	/* Its id, name and place, for choices; NULL: `name` and `id` say all. */
	void (*describe)(const struct ci_turn *t, struct ci_candidate *ret);
	const void *owner; /* for describe */
	const char *name;
	uint64_t id;
	struct ci_step step;
	bool (*ready)(
		void *arg); /* whether what it waits for has come; NULL: it waits for nothing */
	void *arg;
	int64_t until; /* when it stops waiting, on the schedule's clock; CIGO_NEVER */
	bool expired;  /* that time has come */
	bool urgent;   /* goes on as soon as it can: its steps are of the library alone */
	const struct pollfd *world; /* while it waits for the world outside: the descriptors */
	nfds_t world_n;
	bool drives;		     /* in ci_turn_wait: it is told of a deadlock, once */
	bool stuck;		     /* it was told */
	bool dismissed;		     /* it goes on without the turn, to its end */
	bool yielded;		     /* others go first */
	bool accesses;		     /* its next step is an access to memory that may pass */
	uint64_t ran_at, yielded_at; /* numbers of turns */
	uint64_t clock;		     /* a hash of all its steps and of what came before them */
};

/* The calling thread's turn, as a thread of its own or as the loop whose baton it holds; NULL: no
 * schedule orders it. */
extern __thread struct ci_turn *ci_turn __attribute__((tls_model("initial-exec")));
/* Whether the calling thread, which has a turn, runs the program's code. */
extern __thread bool ci_turn_outside __attribute__((tls_model("initial-exec")));
/* The calling thread was forked from one that had the turn. */
extern __thread bool ci_turn_lost __attribute__((tls_model("initial-exec")));

/* A build with CI_SELF explores the library itself, in the preemptive model: its own accesses, locks and
 * semaphores are points, too. So it counts as the program's code. */
#ifdef CI_SELF
enum { CI_TURN_SELF = true };
#else
enum { CI_TURN_SELF = false };
#endif
/* The library's code runs from here on. */
static inline void ci_turn_inside(void)
{
	ci_turn_outside = CI_TURN_SELF && ci_turn;
}

/* Prepares t. Fails: -errno. */
int ci_turn_init(struct ci_turn *t, struct ci_schedule *s);
void ci_turn_fini(struct ci_turn *t);
/* The calling thread, which no schedule orders yet, becomes t and has the turn. It is misuse if
 * another thread has it. */
void ci_turn_enter(struct ci_turn *t);
/* By a thread that has the turn: adds t, a thread that is about to begin. It can when ready(arg). */
void ci_turn_add(struct ci_turn *t, bool (*ready)(void *arg), void *arg);
/* By that thread: waits for its first turn. */
void ci_turn_begin(struct ci_turn *t);
/* Takes t out, which has not begun. */
void ci_turn_remove(struct ci_turn *t);
/* Takes t out, which is about to end. Its thread goes on without the turn, and touches nothing that
 * others use. */
void ci_turn_dismiss(struct ci_turn *t);
/* The calling thread has the turn and gives it up for good: it takes part no more. */
void ci_turn_end(struct ci_turn *t);

/* The calling thread could switch here, before its next step. */
void ci_turn_point(struct ci_turn *t, const struct ci_step *step);
/* Lets all others that can go on now do so. */
void ci_turn_yield(struct ci_turn *t, const struct ci_step *step);
/* Waits until ready(arg), or until `until` on the schedule's clock (CIGO_NEVER: no end). Returns 0,
 * -ETIMEDOUT, or -EDEADLK: t drives, and no thread can ever go on. */
int ci_turn_wait(struct ci_turn *t, const struct ci_step *step, bool (*ready)(void *arg), void *arg,
		 int64_t until);
/* By an instrumented program: t is about to read or write memory. */
void ci_turn_access(struct ci_turn *t, const struct ci_step *step);
/* state.c: a step of t happens now. */
void ci_turn_happen(struct ci_turn *t);
/* The same: a step that touches the object, without a choice. */
void ci_turn_note(struct ci_turn *t, const void *object);
/* The running thread, if it is one of s, has chosen. */
void ci_turn_chose(struct ci_schedule *s, enum ci_choice_kind kind, int chosen);
/* A hash of the schedule's state while me (NULL: none) has the turn; 0: not known. */
uint64_t ci_turn_state(const struct ci_schedule *s, const struct ci_turn *me);
/* A function of the program, which the library has called, returns: t could switch here. */
void ci_turn_returns(struct ci_turn *t);
/* The id that t has in choices now. */
uint64_t ci_turn_id(const struct ci_turn *t);
/* The schedule's clock. */
int64_t ci_turn_now(const struct ci_schedule *s);
/* The clock of a thread without a loop: its schedule's, else the real one. */
static inline int64_t ci_turn_clock(void)
{
	return ci_unlikely(ci_turn != NULL) ? ci_turn_now(ci_turn->schedule) : ci_clock_now();
}
