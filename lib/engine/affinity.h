/* SPDX-License-Identifier: MIT
 *
 * Which CPUs a loop's strands run on.
 *
 * Waking a thread on another, idle CPU costs 10 to 25 us on the machines measured, on the same CPU
 * 2 us; and of a loop's strands only one runs at a time. So, while a loop hands its baton over often,
 * its strands share one CPU, the home CPU. Policy:
 *
 * - It begins where more than one handoff falls into a millisecond, over CI_AFFINITY_WINDOW of them, and
 *   ends where less than half of one does, or nobody is left to hand over to. A program that computes
 *   and seldom hands over is left to the kernel, which would otherwise be unable to move it off a CPU
 *   that is shared.
 * - The home CPU is the one the loop is just running on: the kernel, which knows the load of all, has
 *   chosen it. A CPU that others want too shows in the baton's way: of CI_AFFINITY_WINDOW handoffs one is
 *   timed, and if its receiver had to wait for half a millisecond before it ran, the loop
 *   lets its strands go anywhere for a window, and then settles where the kernel has put them. After
 *   that it rests: 10 ms, twice as long each time it is of no use, at most a second.
 * - Moving is lazy: the thread that passes the baton settles its receiver, which sleeps, if that is not where it
 *   belongs: a system call of 1 us, and no migration of what runs.
 * - The mask is that of the thread that called cigo_run, at that time, and nothing outside it is used.
 *   That thread has its mask back after the run; children of fork, workers and blocking sections run
 *   anywhere in it. Where the kernel refuses, all of this is off, and strands that were bound are let go.
 */
#ifndef CI_AFFINITY_H
#define CI_AFFINITY_H

#include <sched.h>

#include "thread/strand.h"

enum {
	CI_AFFINITY_ANY = -1,	/* anywhere in the mask */
	CI_AFFINITY_WINDOW = 16 /* handoffs between looks at the time */
};

/* Less than CI_AFFINITY_ANY: anywhere in the mask but on that CPU, for the other one of a pair that
 * spins, see spin.h; and back. */
#define CI_AFFINITY_BESIDE(cpu) (-2 - (cpu))

struct ci_affinity {
	bool on;      /* final after open: the option, the model, several CPUs */
	bool spins;   /* as on, for spin.h, until there is no CPU to go to */
	bool refused; /* by the kernel: no home CPU any more, and strands that are bound are let go */
	int home;     /* the home CPU, or CI_AFFINITY_ANY */
	unsigned handoffs; /* in this window */
	int64_t since;	   /* when it began */
	int64_t passed;	   /* this handoff is timed: when it began; 0: it is not */
	int64_t moved;	   /* when the strands were last let go */
	int64_t rest;	   /* how long they then stay */
	cpu_set_t mask;	   /* if on; final after open */
};

/* Before the run, on the home thread; after it. */
void ci_affinity_open(cigo_loop *loop);
void ci_affinity_close(cigo_loop *loop);
/* The baton is about to be passed: a look at the time, every now and then. */
void ci_affinity_review(cigo_loop *loop);
/* me drives, and has looked outside: it does not stay bound where nothing is handed over any more. */
void ci_affinity_look(cigo_loop *loop, struct ci_strand *me);
/* A handoff that is timed has arrived. */
void ci_affinity_arrived(cigo_loop *loop);
/* `to`, asleep, is moved where it belongs. */
void ci_affinity_settle(cigo_loop *loop, struct ci_strand *to, int where);
/* The calling strand may run anywhere from here on, until it gets the baton again. */
void ci_affinity_release(cigo_loop *loop, struct ci_strand *me);
/* A thread made by a strand of the loop, which inherited its place: may run anywhere. */
void ci_affinity_roam(const cigo_loop *loop);
/* The system's number of threads that run or want to; -errno. */
int ci_affinity_wanted(void);

#endif
