/* SPDX-License-Identifier: MIT
 *
 * The loop's data and its engine: what is ready, what suspends, which thread runs what.
 *
 * Invariant: the thread that holds the loop's baton, and no other, touches the loop. What the baton is,
 * and which fields are excepted, is said where it is true: cooperative.c, preemptive.c, inbox.h.
 */
#ifndef CI_ENGINE_H
#define CI_ENGINE_H

#include "base/clock.h"
#include "engine/affinity.h"
#include "engine/inbox.h"
#include "engine/entry.h"
#include "base/heap.h"
#include "base/list.h"
#include "engine/hooks.h"
#include "engine/model.h"
#include "engine/spin.h"
#include "engine/poller.h"
#include "engine/coroutine.h"
#include "base/table.h"
#include "engine/timer.h"
#include "engine/trace.h"
#include "engine/fd_watcher.h"

#include "cigo/loop.h"

enum {
	CI_LOOK_AFTER = 64, /* resumptions between looks at descriptors and clock, at most */
	CI_LOOK_NS = 100000 /* and the time that should pass between them, at most */
};

enum ci_state {
	CI_NEW,	    /* not yet run */
	CI_RUNNING, /* main has not returned */
	CI_ENDING,  /* main has; the others are brought to their end */
	CI_DRAINED, /* no coroutine, worker, section is left; last callbacks get their status */
	CI_ENDED
};

/* A coroutine that waits for a consumer. When the run ends and nothing else is left, none will
 * come: it is told, and must go on by itself. */
struct ci_leaver {
	struct ci_list link;
	void (*leave)(cigo_loop *loop, struct ci_leaver *l);
};

/* The coroutine that holds the baton, for other threads and signal handlers. Written in passing, each
 * word by itself: a name may be torn for the moment of a switch, and then nobody hogs. */
enum { CI_CALLBACK = -1 };

struct ci_holder {
	uint64_t id;		  /* atomic; 0: the loop drives; CI_CALLBACK: home calls one */
	uint64_t label[CI_LABEL]; /* atomic; valid while id is not 0 */
};

/* The callback that home runs. */
struct ci_calling {
	bool any;
	uint64_t id;	   /* 0: it has none */
	const void *about; /* the future it is about; NULL: none */
};

struct cigo_loop {
	struct ci_inbox inbox;		     /* has its own lock */
	cigo_loop_options options;	     /* final; written by new */
	const struct ci_model_ops *model;    /* final; written by new */
	const struct ci_engine_hooks *hooks; /* final; written by new */
	enum ci_state state;

	/* what each switch touches, in a few lines of the cache */
	struct ci_coroutine *direct; /* set right before a suspension: it runs next, ahead of all */
	struct ci_list ready, batch; /* to run; to run in this tick */
	unsigned since_look, look_after; /* resumptions since the last look; until the next */
	struct ci_tracer *tracers;	 /* NULL: none, see trace.h */
	struct ci_holder holder;
	unsigned long parked;	/* coroutines that wait for a consumer, which may not come */
	struct ci_list leavers; /* the same, as ci_leaver */
	cigo_stats stats;
	struct ci_spin spin;
	struct ci_affinity affinity;

	/* threads */
	struct ci_coroutine home;      /* the thread in cigo_loop_run; not in strands */
	struct ci_runnable *home_call; /* what home is to run when it gets the baton; NULL: drive */
	struct ci_list strands;	       /* all */
	struct ci_list idle, cold;     /* without a coroutine, last used first; see pool.c */
	struct ci_list ending;	       /* told to, not yet joined */
	int64_t pool_look;	       /* when the pool is looked at again, real clock */
	unsigned long beside; /* coroutines that run beside the driver; 0 if model->exclusive */
	void *model_data;     /* the model's own, while running */

	/* when */
	struct ci_list starved; /* found no thread */
	bool told_limit;	/* a warning has said why */
	int64_t starved_look;	/* when they were last tried, real clock */
	int64_t last_look;	/* outside, real clock */
	struct ci_heap timers;
	uint64_t timer_seq;
	int64_t sleeps_until; /* the driver sleeps: the timer it would wake for */
	int64_t virtual_now;  /* valid on the virtual clock */
	int64_t silent_until; /* real time: then the virtual clock jumps; 0: no silence has begun */
	uint64_t random;      /* the shuffle's state */
	uint64_t cancels;     /* of park.c: the state of the cancellations at random; 0: none */

	/* descriptors */
	struct ci_poller *poller;	   /* while running */
	struct ci_event events[CI_EVENTS]; /* of the last wait; here, not on the stack of a driver */
	struct ci_list watches;
	struct ci_table watch_keys;
	uint64_t watch_seq;
	long waits, alien_waits;
	struct ci_fd_entry **fds; /* fd.c's, by descriptor */
	size_t fds_size;

	/* what keeps the run from its end, see pending.h */
	unsigned long live;    /* tasks not done: workers and those that are parked among them */
	unsigned long outside; /* blocking sections, workers, calls to other loops */
	unsigned long kept;    /* whatever else: streams that still send */
	bool outsiders;	       /* other threads had references when the driver was about to sleep */

	/* callbacks, of callback.c */
	struct ci_table callback_keys;
	struct ci_list callbacks; /* all pending */
	unsigned long calls;	  /* how many */
	struct ci_calling calling;
	struct ci_list idlers; /* of loop_wait_idle */

	/* of the floors above; the engine only keeps them */
	struct ci_list futures; /* of future.c: all that belong here */
	cigo_ctx *root;		/* of ctx.c: callbacks get it; the background before the run */
	cigo_task *main;
	struct ci_signals *signals; /* of signal.c: what is watched; NULL: nothing yet */
	bool ctrl_c;		    /* of run.c: SIGINT cancels main */
	uint64_t done_seq, search;

	/* observers */
	struct ci_tracer *user_tracer;	  /* of cigo_trace_set; one of them */
	struct ci_trace_json *trace_json; /* while running, if options.trace */
	bool tell_stuck;		  /* hooks->stuck is to be called, once */
	int polled;			  /* descriptors that were ready in this poll */
	uint64_t last_id;		  /* tasks and workers so far; the number of the last */
};

/* Whether this thread may touch the loop. */
static inline bool ci_holds(const cigo_loop *loop)
{
	return ci_self.held == loop;
}

/* Publishes the coroutine that holds the baton; NULL: none, the loop drives. None is told of where they
 * run beside each other. */
static inline void ci_engine_hold(cigo_loop *loop, const struct ci_coroutine *s)
{
	if (s && loop->model->exclusive) {
		for (int i = 0; i < CI_LABEL; i++)
			__atomic_store_n(&loop->holder.label[i], s->label[i], __ATOMIC_RELAXED);
		__atomic_store_n(&loop->holder.id, s->id, __ATOMIC_RELAXED);
	} else {
		__atomic_store_n(&loop->holder.id, 0, __ATOMIC_RELAXED);
	}
}

/* Queues r, last. It is not CI_RESUME. */
void ci_engine_ready(cigo_loop *loop, struct ci_runnable *r);
/* The coroutine c, which is suspended or about to be, may go on. */
void ci_engine_wake(struct ci_coroutine *c);
/* The loop's clock. */
int64_t ci_engine_now(const cigo_loop *loop);
/* The thread of me bears the coroutine's name from here on. */
void ci_engine_name(struct ci_coroutine *me);
/* Suspends the coroutine on me; returns when it was made ready and its turn has come. */
void ci_engine_suspend(struct ci_coroutine *me);
/* Suspends the coroutine on me and passes straight to `to`, which is suspended in no queue. */
void ci_engine_switch(struct ci_coroutine *me, struct ci_coroutine *to);
/* As that, once the coroutine that runs suspends or ends: `to` is next, ahead of all. */
void ci_engine_direct(struct ci_coroutine *to);
/* A strand prepared to run r when it is switched to; NULL: no thread is to be had. */
struct ci_coroutine *ci_engine_start(cigo_loop *loop, struct ci_runnable *r);
/* Drives on the home thread until nothing is left. */
void ci_engine_home(cigo_loop *loop);
/* What must run r, prepared to do so; r NULL: home. NULL: r was run here, or starves. `empty` is the
 * driver's record, if it has no coroutine; else NULL. */
struct ci_coroutine *ci_engine_runner(cigo_loop *loop, struct ci_runnable *r,
				      struct ci_coroutine *empty);
/* The strand of the calling thread, which drives. */
struct ci_strand *ci_engine_driver(cigo_loop *loop);
/* A blocking section of the coroutine me: it goes on without the baton, which it held; it waits for
 * the baton again. Beginning needs no memory and no thread. */
void ci_section_begin(struct ci_coroutine *me);
void ci_section_end(struct ci_coroutine *me);
/* By the model: the section's end has been heard, with the baton held. */
void ci_section_over(struct ci_coroutine *me);
/* Delivers messages with that status. */
void ci_engine_deliver(cigo_loop *loop, struct ci_list *messages, int status);

#endif
