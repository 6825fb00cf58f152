/* SPDX-License-Identifier: MIT
 * The baton: the right to touch a loop and to run its coroutines. A thread passes it by sem_post on
 * the receiver's semaphore, and takes it by sem_wait on its own.
 * Invariant: at most one thread holds a loop's baton, and no other thread touches the loop.
 *
 * Why a semaphore and not a mutex: only the owner of a mutex may unlock it. Why sem_t and not a
 * bare futex: TSan, helgrind and DRD follow every handoff by sem_t unaided, and it costs the same.
 * sem_post may still touch the semaphore when the receiver runs already. So the semaphore lies in
 * memory that outlasts both threads (a strand is joined before it is freed), and the passing thread
 * touches nothing else of the loop before its own wait.
 */
#pragma once

#include <semaphore.h>

#include "base/place.h"

struct ci_coroutine;
struct ci_thread;

struct ci_baton {
	sem_t sem; /* 0 or 1; posted by the thread that holds the baton, waited on by the owner */
};

/* What a thread knows about itself; written by that thread only. */
struct ci_self {
	cigo_loop *held;	 /* the loop of the baton that I hold; NULL: I hold none */
	struct ci_coroutine *me; /* on a strand: its record, also while empty; NULL: no strand */
	const struct ci_thread *thread; /* NULL: not a thread of the library */
	bool finishing;			/* I tell listeners of futures, see future.c */
	struct ci_place here; /* where the program makes the next future; cleared when it is made */
	bool slow;	      /* entry.h: roams, or a schedule may switch me at each call */
	cigo_loop *roams; /* preemptive model, not in a section: the loop that I run in; else NULL.
			       * `held` tells whether I am inside (entry.h) */
	cigo_loop *employer; /* on a thread of cigo_go: its loop; else NULL */
	uint64_t worker;     /* and its id there */
};

extern __thread struct ci_self ci_self __attribute__((tls_model("initial-exec")));

/* -errno. */
int ci_baton_init(struct ci_baton *b);
void ci_baton_fini(struct ci_baton *b);
/* Passes the baton that I hold to the owner of `to`. From here on I may not touch the loop. */
void ci_baton_pass(struct ci_baton *to);
/* Waits on my own semaphore, then holds the baton of loop. Preserves errno. */
void ci_baton_take(struct ci_baton *mine, cigo_loop *loop);
