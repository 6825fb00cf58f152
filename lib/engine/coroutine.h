/* SPDX-License-Identifier: MIT
 * What runs on a strand: one coroutine after another. The record and its thread are used again for
 * the next. All fields are touched with the loop's baton, but for the exceptions noted.
 */
#pragma once

#include "base/place.h"
#include "thread/strand.h"

enum { CI_LABEL = 2 }; /* words */

struct ci_park;
struct ci_turn;

/* Where a runnable may be run. */
enum ci_where {
	CI_RESUME, /* on the strand of the suspended coroutine that it is a member of */
	CI_START,  /* on a strand without a coroutine */
	CI_HOME,   /* on the home thread: user callbacks */
	CI_HERE	   /* by the thread that drives: library code only */
};

struct ci_runnable;
struct ci_candidate;

/* What its owner knows of a runnable; all but CI_RESUME have one. */
struct ci_runnable_ops {
	void (*run)(cigo_loop *loop, struct ci_runnable *r);
	void (*give_up)(cigo_loop *loop, struct ci_runnable *r, int err); /* CI_START: no thread */
	/* Its name, id and place, for schedules; the rest of *ret is set. */
	void (*describe)(const struct ci_runnable *r, struct ci_candidate *ret);
};

/* What can be queued to run. Its owner sets where, ops and stack_size; the engine sets the rest. */
struct ci_runnable {
	struct ci_list link; /* in the loop's ready, batch, yielded or starved list, while queued */
	enum ci_where where;
	uint64_t turn; /* of scheduled.c: when it became ready */
	int64_t since; /* when it first found no thread, real clock; 0: never */
	const struct ci_runnable_ops *ops;
	size_t stack_size; /* CI_START: bytes */
};

/* The state of a coroutine. The coroutine and its waker write it, with the loop's baton held. In a
 * blocking section the coroutine's thread may read it without the baton: no other thread writes it
 * until the coroutine asks to come back. */
enum ci_coroutine_state {
	CI_CORO_EMPTY,	   /* no coroutine: the strand is idle, or about to start one, or is home */
	CI_CORO_RUNNING,   /* its code runs, or the library on its behalf */
	CI_CORO_YIELDING,  /* runs, and is ready already: when it suspends, it waits for nothing */
	CI_CORO_SUSPENDED, /* waits; is away, as in the states below */
	CI_CORO_READY,	   /* may resume when its turn comes */
	CI_CORO_IN_SECTION /* in a blocking section, until the model has made it ready */
};

/* Of cycle.c: what the last search for circles has left. */
struct ci_search_mark {
	uint64_t number; /* of the search; 0: none */
	struct ci_coroutine
		*from; /* the coroutine that waits for this one; NULL: the search began here */
	size_t at;     /* index of the next future to look at, */
	const struct ci_list *member; /* and the next member of a group */
	bool over;		      /* all were looked at; it is off the path */
};

/* A descriptor that a suspended coroutine waits for by itself, in a model that can do so. The caller
 * sets it in the record before the coroutine suspends. */
struct ci_own_wait {
	int fd;
	short events; /* of poll(2) */
	/* Called on the coroutine's own thread, with the baton: fd is ready, or has failed. Wakes it. */
	void (*ready)(struct ci_own_wait *w);
};

/*
 * A switch touches only the three cache lines from `resume` to the head of `strand`. With a
 * thousand coroutines, each of these lines is a cache miss.
 */
struct ci_coroutine {
	struct ci_place place; /* the last CIGO_AT */
	const char *name;      /* NULL: no coroutine */
	struct ci_runnable
		*start; /* what to run when woken without a coroutine; NULL: end the thread */
	void (*body)(struct ci_coroutine *c);
	struct ci_search_mark search; /* of cycle.c */
	struct ci_turn *turn;	      /* of turn.c; owned; NULL: no schedule simulates */
	struct ci_list writes;	      /* of future_write_to.c: where values are to be copied to */
	struct ci_own_wait *own;      /* NULL: the driver waits for what it waits for */
	int bell;   /* of preemptive.c: an eventfd, interrupts its poll(2); -1: none */
	bool rings; /* of preemptive.c: it is, or is about to be, in poll(2) */

	struct ci_runnable resume; /* queued while it is ready */

	cigo_loop *loop;	  /* final */
	cigo_ctx *ctx;		  /* the task's */
	struct cigo_future *task; /* NULL: no coroutine */
	struct ci_park *park;	  /* while suspended by park.c; else NULL */

	uint64_t label[CI_LABEL]; /* the name's first bytes, ended by a 0 */
	uint64_t id;		  /* its task's number; 0: no coroutine */
	const char *call;	  /* the last call that could suspend */
	int64_t since;		  /* since when it waits, on the loop's clock; valid while away */
	unsigned free_calls;	  /* calls in a row that returned without waiting */
	unsigned dead_awaits;	  /* awaits in a row that ended at once under a dead context */
	enum ci_coroutine_state state; /* written by ci_coroutine_move only */
	bool named;		       /* the thread has this name */
	bool at_pending;	       /* CIGO_AT was called, its call has not begun */
	bool at_valid;		       /* `place` is the place of `call` */

	struct ci_strand strand; /* the thread */
};

/* A new strand for coroutines of the loop that runs body(c), then ends. Fails: -EAGAIN, -ENOMEM. */
int ci_coroutine_create(struct ci_coroutine **ret, cigo_loop *loop, size_t stack_size,
			struct ci_turn *turn, void (*body)(struct ci_coroutine *c));

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

/* Whether it does not run: it waits, is ready, or is in a section. */
static inline bool ci_coroutine_is_away(const struct ci_coroutine *c)
{
	return c->state >= CI_CORO_SUSPENDED;
}

/* The record of a strand that ci_coroutine_create made. */
static inline struct ci_coroutine *ci_coroutine_on(struct ci_strand *s)
{
	return ci_container_of(s, struct ci_coroutine, strand);
}
