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

/* A thing that can be queued as ready. Its owner says how it is run. */
struct ci_runnable {
	struct ci_list link; /* in the loop's ready, batch or starved list, while queued */
	enum ci_where where;
	uint64_t key;  /* engine's: order of the shuffle */
	int64_t since; /* engine's: when it was first found starved, real clock; 0: was not */
	void (*run)(cigo_loop *loop, struct ci_runnable *r);		  /* all but CI_RESUME */
	void (*give_up)(cigo_loop *loop, struct ci_runnable *r, int err); /* CI_START: no thread */
	size_t stack_size;						  /* CI_START: bytes */
};

/* What a coroutine is about. Written with the loop's baton held: by the coroutine, and by the one
 * that wakes it. Its thread may read it without the baton inside a section of its own: nobody else
 * writes it until it has asked to come back. */
enum ci_coroutine_state {
	CI_CORO_EMPTY,	   /* there is none: the strand is idle, or begins, or is home */
	CI_CORO_RUNNING,   /* it runs, or the library on its behalf */
	CI_CORO_YIELDING,  /* runs, and was made ready already: its suspension waits for nothing */
	CI_CORO_SUSPENDED, /* waits; from here on it is away */
	CI_CORO_READY,	   /* may go on, but it is not its turn yet */
	CI_CORO_IN_SECTION /* in a blocking section, until it has asked to come back and that was heard */
};

/* What a search for circles leaves behind, and the next one overwrites. */
struct ci_search_mark {
	uint64_t number;	      /* which one; 0: none */
	struct ci_coroutine *from;    /* whose wait led here; NULL: the search began here */
	size_t at;		      /* the next to look at, of those it waits for; */
	const struct ci_list *member; /* of the members of a group */
	bool over;		      /* all were; it is off the path */
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
	struct ci_search_mark search; /* of cycle.c */
	struct ci_list writes;	      /* of future.c: where values are to be copied to */

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
	enum ci_coroutine_state state; /* by ci_coroutine_move */
	bool named;		       /* the thread bears the name */
	bool at_pending;	       /* CIGO_AT was called, its call has not begun */
	bool at_valid;		       /* `place` is of `call` */

	struct ci_strand strand; /* the thread */
};

/* A new strand for coroutines of the loop that runs body(c), then ends. Fails: -EAGAIN, -ENOMEM. */
int ci_coroutine_create(struct ci_coroutine **ret, cigo_loop *loop, size_t stack_size,
			void (*body)(struct ci_coroutine *c));

_Noreturn void ci_coroutine_illegal(enum ci_coroutine_state from, enum ci_coroutine_state to);

/* The one place that writes the state. It knows the legal moves. */
static inline void ci_coroutine_move(struct ci_coroutine *c, enum ci_coroutine_state to)
{
	unsigned from = 0; /* a bit for each state that `to` may follow */

	switch (to) {
	case CI_CORO_EMPTY: from = 1 << CI_CORO_RUNNING; break;
	case CI_CORO_RUNNING: from = 1 << CI_CORO_EMPTY | 1 << CI_CORO_READY; break;
	case CI_CORO_YIELDING: from = 1 << CI_CORO_RUNNING; break;
	case CI_CORO_SUSPENDED: from = 1 << CI_CORO_RUNNING; break;
	case CI_CORO_READY:
		from = 1 << CI_CORO_YIELDING | 1 << CI_CORO_SUSPENDED | 1 << CI_CORO_IN_SECTION;
		break;
	case CI_CORO_IN_SECTION: from = 1 << CI_CORO_RUNNING; break;
	}
	if (ci_unlikely(!(from >> c->state & 1)))
		ci_coroutine_illegal(c->state, to);
	c->state = to;
}

/* Whether it neither runs nor is about to wait. */
static inline bool ci_coroutine_is_away(const struct ci_coroutine *c)
{
	return c->state >= CI_CORO_SUSPENDED;
}

/* Whether it has been made ready and has not gone on yet. */
static inline bool ci_coroutine_may_go_on(const struct ci_coroutine *c)
{
	return c->state == CI_CORO_READY || c->state == CI_CORO_YIELDING;
}

/* That of a strand which ci_coroutine_create made. */
static inline struct ci_coroutine *ci_coroutine_on(struct ci_strand *s)
{
	return ci_container_of(s, struct ci_coroutine, strand);
}

#endif
