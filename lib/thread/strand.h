/* SPDX-License-Identifier: MIT
 * A pthread of the library with its baton semaphore. The engine decides what it runs.
 */
#pragma once

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include "thread/baton.h"
#include "base/list.h"
#include "thread/stack.h"

struct ci_resting;

/* Any thread of the library. */
struct ci_thread {
	pthread_t id;
	void *(*body)(void *arg);
	void *arg;
	struct ci_stack stack;
	sigset_t outside; /* mask of the program's thread that it descends from; a forked child gets it */
};

/* The head, up to `over`, is what each switch touches; see coroutine.h. */
struct ci_strand {
	struct ci_baton baton;
	int cpu;   /* where it may run; written by affinity.c */
	bool over; /* the thread is to end; written by pool.c before it posts the semaphore */

	pid_t tid;		 /* the kernel's id, for affinity.c; 0: has not run yet */
	struct ci_thread thread; /* valid once created; not for home */
	struct ci_list link;	 /* in the loop's strands, from creation to join */
	struct ci_list idle;	 /* in the loop's pool, while it has no coroutine */
	void (*body)(struct ci_strand *s);
	size_t stack_size;	 /* bytes asked for */
	struct ci_resting *rest; /* of rest.c; owned; NULL: its thread ends with the body */
};

/*
 * A new thread that runs body(s), then ends. Asynchronous signals are blocked in it. The body may
 * use stack_size bytes of stack. `front` (size bytes) is copied to just before the strand: the
 * first part of a record that ends with the strand. Fails: -EAGAIN, -ENOMEM.
 */
int ci_strand_create(struct ci_strand **ret, size_t stack_size, void (*body)(struct ci_strand *s),
		     const void *front, size_t size);
/* Waits until its thread has ended, and frees it. */
void ci_strand_join(struct ci_strand *s);
/* Names the calling thread, at most 15 bytes of name. */
void ci_strand_name(const char *name);
/* A thread with a stack and signal mask as a strand has. t outlives it. Fails: -EAGAIN, -ENOMEM. */
int ci_strand_thread(struct ci_thread *t, size_t stack_size, void *(*body)(void *), void *arg);
/* Waits until the thread has ended, and gives its stack back. Called once. */
void ci_strand_thread_join(struct ci_thread *t);
