/* SPDX-License-Identifier: MIT
 *
 * A pthread of the library plus its baton semaphore. What it runs is the engine's business.
 */
#ifndef CI_STRAND_H
#define CI_STRAND_H

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include "thread/baton.h"
#include "base/list.h"
#include "thread/stack.h"

/* Any thread of the library. */
struct ci_thread {
	pthread_t id;
	void *(*body)(void *arg);
	void *arg;
	struct ci_stack stack;
	sigset_t outside; /* the mask of the thread that made it, or that one's: what a forked child gets */
};

/* What each switch touches comes first, up to `over`: the head, see coroutine.h. */
struct ci_strand {
	struct ci_baton baton;
	int cpu;   /* of affinity.c: where it may run */
	bool over; /* woken without the baton, to end; written before that */

	pid_t tid;		 /* of affinity.c: the kernel's number; 0: has not run yet */
	struct ci_thread thread; /* valid once created; not home's */
	struct ci_list link;	 /* in the loop's strands, from creation to join */
	struct ci_list idle;	 /* in the loop's pool, while it has no coroutine */
	void (*body)(struct ci_strand *s);
	size_t stack_size; /* bytes asked for */
};

/*
 * A new thread that runs body(s), then ends. Asynchronous signals are blocked in it. stack_size is
 * what the body may use; thread-local storage comes on top. `front` (size bytes) is copied to right
 * in front of the strand: a record whose last member it is. Fails: -EAGAIN, -ENOMEM.
 */
int ci_strand_create(struct ci_strand **ret, size_t stack_size, void (*body)(struct ci_strand *s),
		     const void *front, size_t size);
/* Waits for its end and frees it. */
void ci_strand_join(struct ci_strand *s);
/* Names the calling thread, at most 15 bytes of name. */
void ci_strand_name(const char *name);
/* A plain thread made as strands are: stack, signal mask. t outlives it. Fails: -EAGAIN, -ENOMEM. */
int ci_strand_thread(struct ci_thread *t, size_t stack_size, void *(*body)(void *), void *arg);
/* Waits for its end, once, and gives its stack back. */
void ci_strand_thread_join(struct ci_thread *t);

#endif
