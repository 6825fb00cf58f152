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

enum { CI_LABEL = 2 }; /* words */

struct ci_park;
struct ci_members;

/* Where a thing that is ready may be run. */
enum ci_where {
	CI_RESUME, /* on the strand it lies in, which is suspended */
	CI_START,  /* on a strand without a coroutine */
	CI_HOME,   /* on the home thread: user callbacks */
	CI_HERE	   /* by whoever drives: the library's own, never foreign code */
};

/* A thing that can be queued as ready. The first word of who owns it says how it is run. */
struct ci_runnable {
	struct ci_list link; /* in the loop's ready, batch or starved list, while queued */
	enum ci_where where;
	uint64_t key;  /* engine's: order of the shuffle */
	int64_t since; /* engine's: when it was first found starved, real clock; 0: was not */
	void (*run)(cigo_loop *loop, struct ci_runnable *r);		  /* all but CI_RESUME */
	void (*give_up)(cigo_loop *loop, struct ci_runnable *r, int err); /* CI_START: no thread */
	size_t stack_size;						  /* CI_START: bytes */
};

/* Any thread of the library. */
struct ci_thread {
	pthread_t id;
	void *(*body)(void *arg);
	void *arg;
	struct ci_stack stack;
	sigset_t outside; /* the mask of who made it, or its maker: what a forked child gets */
};

/* What each switch touches comes first, in three or four lines of the cache: with a thousand strands,
 * none is still there when its turn comes. */
struct ci_strand {
	struct ci_runnable resume; /* queued while the coroutine is to go on */

	struct ci_baton baton;
	cigo_loop *loop;	  /* whose */
	cigo_ctx *ctx;		  /* of the coroutine on it: the task's */
	struct cigo_future *task; /* NULL: it has no coroutine */
	struct ci_park *park;	  /* suspended: in it; NULL: otherwise than by park.c */

	uint64_t label[CI_LABEL]; /* the name's first bytes, ended by a 0 */
	uint64_t id;		  /* its task's number; 0: no coroutine */
	const char *call;	  /* the last call that could suspend */
	int64_t since;		  /* away, and not just to yield: from when, on the loop's clock */
	unsigned free_calls;	  /* calls in a row that did not have to wait */
	unsigned dead_awaits;	  /* awaits in a row that ended at once under a dead context */
	int cpu;		  /* of cpu.c: where it may run */
	bool away;		  /* suspended, or in a blocking section */
	bool woken;	    /* preemptive: may go on, but has not got the lock yet. Where resume is
		     * linked tells nobody there: those who wake unlink it without the lock */
	bool over;	    /* woken without the baton, to end; written before that */
	bool named;	    /* the thread bears the name */
	bool fresh, placed; /* CIGO_AT was for the call to come; was for that call */
	bool blocking;	    /* inside a blocking section */
	bool section;	    /* in one; as blocking, but written with the baton */
	bool within;	    /* blocking, in the preemptive model: the library itself entered it */

	const char *place_function; /* the last CIGO_AT; NULL: none */
	int place_line;

	struct ci_thread thread;   /* valid once created; not home's */
	pid_t tid;		   /* of cpu.c: the kernel's number; 0: has not run yet */
	struct ci_list link;	   /* in the loop's strands, from creation to join */
	struct ci_list idle;	   /* in the loop's pool, while it has no coroutine */
	struct ci_runnable *start; /* what to run next; NULL when woken: quit */
	void (*body)(struct ci_strand *);
	size_t stack_size; /* bytes asked for */

	/* the coroutine on it; written by the strand itself and, in passing, by who wakes it */
	const char *name;
	struct cigo_future *awaits; /* what it waits for, to find cycles: just this one, */
	struct cigo_future *const *awaits_all; /* all of these, */
	size_t awaits_count;
	struct ci_members *awaits_members; /* or all of this group */
	struct ci_strand *search_next;	   /* of cycle.c */
	uint64_t searched;		   /* the last search that saw it */
	struct ci_list writes;		   /* of future.c: where values are to be copied to */
};

/*
 * A new thread that runs body(s), then ends. Asynchronous signals are blocked in it. stack_size is
 * what the body may use; thread-local storage comes on top. Fails: -EAGAIN, -ENOMEM.
 */
int ci_strand_create(struct ci_strand **ret, cigo_loop *loop, size_t stack_size,
		     void (*body)(struct ci_strand *));
/* Waits for its end and frees it. */
void ci_strand_join(struct ci_strand *s);
/* Names the calling thread, at most 15 bytes of name. */
void ci_strand_name(const char *name);
/* A plain thread made as strands are: stack, signal mask. t outlives it. Fails: -EAGAIN, -ENOMEM. */
int ci_strand_thread(struct ci_thread *t, size_t stack_size, void *(*body)(void *), void *arg);
/* Waits for its end, once, and gives its stack back. */
void ci_strand_thread_join(struct ci_thread *t);

#endif
