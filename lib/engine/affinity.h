/* SPDX-License-Identifier: MIT
 * Which CPUs a loop's strands run on.
 *
 * To wake a thread costs 10 to 25 us on another, idle CPU (on the machines measured), and 2 us on
 * the same CPU. Only one strand of a loop runs at a time. So, while handoffs are frequent, the
 * strands of a loop share one CPU, the home CPU. Only the holder of the baton writes this. Policy:
 *
 * - Sharing begins when a window of CI_AFFINITY_WINDOW handoffs has more than one in a
 *   millisecond. It ends when a window has less than half of one in a millisecond, or handoffs
 *   cease. A program that computes and seldom hands over is left to the kernel, which can then
 *   move it off a busy CPU.
 * - The home CPU is the CPU that the loop runs on at that time: the kernel, which knows the load,
 *   has chosen it. One handoff in each window is timed. If its receiver had to wait half a
 *   millisecond, the CPU is shared with other programs: the loop unbinds its strands for a window,
 *   and then shares the CPU where the kernel has put them. It does so again after 10 ms at the
 *   earliest; this rest doubles each time that unbinding did not help, up to a second.
 * - Moving is lazy. The thread that passes the baton moves the receiver, which sleeps, if that is
 *   bound elsewhere: a system call of 1 us, and no running thread migrates.
 * - Only CPUs in the mask of the thread that called cigo_run are used, as it was at that time.
 *   That thread gets its mask back after the run. Children of fork, workers and blocking sections
 *   run anywhere in the mask. If the kernel refuses, all of this is off.
 */
#pragma once

#include <sched.h>

#include "thread/strand.h"

enum {
	CI_AFFINITY_ANY = -1,	/* anywhere in the mask */
	CI_AFFINITY_WINDOW = 16 /* handoffs between looks at the time */
};

/* Anywhere in the mask but on that CPU, for the other strand while two spin (spin.h). Less than
 * CI_AFFINITY_ANY. Applied twice it gives the CPU back. */
#define CI_AFFINITY_BESIDE(cpu) (-2 - (cpu))

struct ci_affinity {
	bool on;	   /* final after open: the option, the model, several CPUs */
	bool spins;	   /* as on, for spin.h, until the kernel refuses a second CPU */
	bool refused;	   /* by the kernel: no home CPU any more, and bound strands are unbound */
	int home;	   /* the home CPU, or CI_AFFINITY_ANY */
	unsigned handoffs; /* in this window */
	int64_t since;	   /* when it began */
	int64_t passed;	   /* when the timed handoff began; 0: none is timed now */
	int64_t moved;	   /* when the strands were last unbound */
	int64_t rest;	   /* how long after that they are not unbound again */
	cpu_set_t mask;	   /* valid if on; final after open */
};

/* On the home thread, before and after the run. */
void ci_affinity_open(cigo_loop *loop);
void ci_affinity_close(cigo_loop *loop);
/* Before a handoff, once in a window: takes the time, and begins or ends the sharing. */
void ci_affinity_review(cigo_loop *loop);
/* The driver me has looked outside: unbinds it if handoffs have ceased. */
void ci_affinity_look(cigo_loop *loop, struct ci_strand *me);
/* The receiver of a timed handoff runs. */
void ci_affinity_arrived(cigo_loop *loop);
/* Moves `to`, which sleeps. */
void ci_affinity_settle(cigo_loop *loop, struct ci_strand *to, int where);
/* Unbinds the calling strand, until a handoff binds it again. */
void ci_affinity_release(cigo_loop *loop, struct ci_strand *me);
/* Unbinds the calling thread, which a strand of the loop has made. */
void ci_affinity_roam(const cigo_loop *loop);
/* The number of threads in the system that run or are runnable; -errno. */
int ci_affinity_wanted(void);
