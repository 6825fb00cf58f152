/* SPDX-License-Identifier: MIT
 *
 * What runs on a strand: a coroutine, and between two coroutines nothing. The record is used for one
 * coroutine after the other, as its thread is.
 */
#ifndef CI_COROUTINE_H
#define CI_COROUTINE_H

#include "base/place.h"
#include "thread/strand.h"

enum { CI_LABEL = 2 }; /* words */

struct ci_park;

/* Where a thing that is ready may be run. */
enum ci_where {
	CI_RESUME, /* on the strand of the coroutine it lies in, which is suspended */
	CI_START,  /* on a strand without a coroutine */
	CI_HOME,   /* on the home thread: user callbacks */
	CI_HERE	   /* by whichever thread drives: the library's own, never foreign code */
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

/*
 * What a switch touches are the three lines of the cache that begin with `resume` and end with the
 * head of `strand`: with a thousand coroutines, none is still there when its turn comes.
 */
struct ci_coroutine {
	struct ci_place place;	   /* the last CIGO_AT */
	const char *name;	   /* NULL: no coroutine */
	struct ci_runnable *start; /* what to run next; NULL when woken: quit */
	void (*body)(struct ci_coroutine *c);
	struct ci_coroutine *search_next; /* of cycle.c */
	uint64_t searched;		  /* the last search that saw it */
	struct ci_list writes;		  /* of future.c: where values are to be copied to */

	struct ci_runnable resume; /* queued while it is to go on */

	cigo_loop *loop;	  /* whose */
	cigo_ctx *ctx;		  /* the task's */
	struct cigo_future *task; /* NULL: no coroutine */
	struct ci_park *park;	  /* suspended: in it; NULL: otherwise than by park.c */

	uint64_t label[CI_LABEL]; /* the name's first bytes, ended by a 0 */
	uint64_t id;		  /* its task's number; 0: no coroutine */
	const char *call;	  /* the last call that could suspend */
	int64_t since;		  /* away, and not just to yield: from when, on the loop's clock */
	unsigned free_calls;	  /* calls in a row that did not have to wait */
	unsigned dead_awaits;	  /* awaits in a row that ended at once under a dead context */
	bool away;		  /* suspended, or in a blocking section */
	bool woken;	    /* preemptive: may go on, but has not got the lock yet. Where resume is
		     * linked tells nobody there: those who wake unlink it without the lock */
	bool named;	    /* the thread bears the name */
	bool fresh, placed; /* CIGO_AT was for the call to come; was for that call */
	bool blocking;	    /* inside a blocking section */
	bool section;	    /* in one; as blocking, but written with the baton */
	bool within;	    /* blocking, in the preemptive model: the library itself entered it */

	struct ci_strand strand; /* the thread */
};

/* A new strand for coroutines of the loop that runs body(c), then ends. Fails: -EAGAIN, -ENOMEM. */
int ci_coroutine_create(struct ci_coroutine **ret, cigo_loop *loop, size_t stack_size,
			void (*body)(struct ci_coroutine *c));

/* That of a strand which ci_coroutine_create made. */
static inline struct ci_coroutine *ci_coroutine_on(struct ci_strand *s)
{
	return ci_container_of(s, struct ci_coroutine, strand);
}

#endif
