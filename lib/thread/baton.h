/* SPDX-License-Identifier: MIT
 *
 * The right to touch a loop and to run its coroutines. Passing it is sem_post on the receiver's
 * semaphore, taking it sem_wait on one's own.
 * Invariant: at any instant at most one thread of a loop runs: the one that holds the loop's baton.
 *
 * Why a semaphore and not a mutex: a mutex has an owner, which alone may unlock it. Why sem_t and not
 * a bare futex: TSan, helgrind and DRD follow every handoff by sem_t unaided, and it costs the same.
 * sem_post may still touch the semaphore when the waiter runs; so it lives in memory that outlasts
 * both (a strand is joined before it is freed), and nothing else is touched between the post and
 * one's own wait.
 */
#ifndef CI_BATON_H
#define CI_BATON_H

#include <semaphore.h>

#include "base/place.h"

struct ci_coroutine;
struct ci_thread;

struct ci_baton {
	sem_t sem; /* at most 1; posted by the thread that holds the loop's baton, waited on by the owner */
};

/* What a thread knows of itself; written by that thread only. */
struct ci_self {
	cigo_loop *held;	 /* whose baton I hold; NULL: none's */
	struct ci_coroutine *me; /* on a strand of a loop: what runs there; NULL: another thread */
	const struct ci_thread *thread; /* of the library, with its signals blocked; NULL: foreign */
	bool finishing;			/* futures are being completed, see future.c */
	struct ci_place here; /* of the spawn that this thread is about to make; then unknown */
	cigo_loop *roams;     /* preemptive: the loop whose coroutine or home I am, while outside
			   * sections; else NULL. Then held says whether I am inside, see entry.h */
};

extern __thread struct ci_self ci_self __attribute__((tls_model("initial-exec")));

/* -errno. */
int ci_baton_init(struct ci_baton *b);
void ci_baton_fini(struct ci_baton *b);
/* Gives the baton I hold to the owner of `to`. From here on the loop is not mine to touch. */
void ci_baton_pass(struct ci_baton *to);
/* Waits on my own semaphore; errno is preserved. */
void ci_baton_take(struct ci_baton *mine, cigo_loop *loop);

#endif
