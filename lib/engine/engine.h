/* SPDX-License-Identifier: MIT
 * The loop's data and its engine: what is ready, what suspends, which thread runs what.
 *
 * Invariant: only the thread that holds the loop's baton touches the loop. cooperative.c,
 * preemptive.c and inbox.h say what the baton is, and which fields are exceptions.
 */
#pragma once

#include "base/clock.h"
#include "engine/affinity.h"
#include "engine/burst.h"
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
#include "schedule/schedule.h"

#include "cigo/loop.h"

enum {
	CI_LOOK_AFTER = 64, /* resumptions between looks at descriptors and clock, at most */
	CI_LOOK_NS = 100000 /* ns that should pass between them, at most */
};

enum ci_state {
	CI_NEW,	    /* not yet run */
	CI_RUNNING, /* main has not returned */
	CI_ENDING,  /* main has returned; the other tasks are cancelled and run to their end */
	CI_DRAINED, /* no coroutine, worker or section is left; the last callbacks are called */
	CI_ENDED
};

/* A coroutine that waits for a consumer. When the run ends and nothing else is left, no consumer
 * will come: the driver calls `leave`, which must end the wait. */
struct ci_leaver {
	struct ci_list link;
	void (*leave)(cigo_loop *loop, struct ci_leaver *l);
};

/* The coroutine that holds the baton, for other threads and signal handlers. Each word is written
 * by itself, so the name may be torn during a switch. */
enum { CI_CALLBACK = -1 };

struct ci_holder {
	uint64_t id; /* atomic; 0: a thread drives; CI_CALLBACK: home is in a callback */
	uint64_t label[CI_LABEL]; /* atomic; valid while id is not 0 */
};

/* The callback that home runs; valid if any. */
struct ci_calling {
	bool any;
	uint64_t id;	   /* 0: none */
	const void *about; /* the future that it reports; NULL: none */
};

struct cigo_loop {
	struct ci_inbox inbox;		     /* has its own lock */
	cigo_loop_options options;	     /* final; written by new */
	const struct ci_model_ops *model;    /* final; written by new */
	const struct ci_engine_hooks *hooks; /* final; written by new */
	struct ci_schedule *schedule; /* final; written by new. NULL: first come, first served */
	enum ci_state state;

	/* what each switch touches, in a few lines of the cache */
	struct ci_coroutine *direct; /* runs next, ahead of all; set right before a suspension */
	struct ci_list ready, batch; /* to run; to run in this tick */
	struct ci_list bursts;	     /* to be sent at the end of this tick, see burst.h */
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
	struct ci_runnable *home_call; /* set by the driver: what home is to run; NULL: home drives */
	struct ci_list strands;	       /* all */
	struct ci_list idle, cold;     /* without a coroutine, last used first; see pool.c */
	struct ci_list ending;	       /* told to end, not yet joined */
	int64_t pool_look;	       /* when the pool is looked at again, real clock */
	unsigned long beside; /* coroutines that run beside the driver; 0 if model->exclusive */
	void *model_data;     /* of the model; valid while running */

	/* when */
	struct ci_list starved; /* runnables that found no thread */
	bool told_limit;	/* the program was warned of the limit */
	int64_t starved_look;	/* when starved was last tried, real clock */
	int64_t last_look;	/* outside, real clock */
	struct ci_heap timers;
	uint64_t timer_seq;
	int64_t sleeps_until; /* when the first timer was due as the driver fell asleep */
	int64_t virtual_now;  /* valid on the virtual clock */
	int64_t silent_until; /* real time when the virtual clock may jump; 0: not waiting for that */
	uint64_t turns;	      /* of scheduled.c: the last number given to a runnable */
	struct ci_list yielded;		 /* of scheduled.c: yielded, and others go on first */
	struct ci_candidate *candidates; /* of scheduled.c; owned */
	size_t candidates_size;
	uint64_t cancels; /* of park.c: random state of CIGO_DEBUG_CANCEL; 0: off */

	/* descriptors */
	struct ci_poller *poller;	   /* while running */
	struct ci_event events[CI_EVENTS]; /* of the last wait; too large for a driver's stack */
	struct ci_list watches;
	struct ci_table watch_keys;
	uint64_t watch_seq;
	long waits, alien_waits;
	struct ci_fd_entry **fds; /* fd.c's, by descriptor */
	size_t fds_size;

	/* what keeps the run from its end, see pending.h */
	unsigned long live;    /* tasks not done: workers and those that are parked among them */
	unsigned long outside; /* blocking sections, workers, calls to other loops */
	unsigned long kept;    /* streams that still send */
	bool outsiders;	       /* other threads had references when the driver was about to sleep */

	/* callbacks, of callback.c */
	struct ci_table callback_keys;
	struct ci_list callbacks; /* all pending */
	unsigned long calls;	  /* how many */
	struct ci_calling calling;
	struct ci_list idlers; /* of loop_wait_idle */

	/* of the folders above; the engine only stores these */
	struct ci_list futures; /* of future.c: all futures of this loop */
	cigo_ctx *root;		/* of ctx.c: passed to callbacks; the background before the run */
	cigo_task *main;
	struct ci_signals *signals; /* of signal.c: watched signals; NULL: none yet */
	bool ctrl_c;		    /* of run.c: SIGINT cancels main */
	uint64_t done_seq, search;

	/* observers */
	struct ci_tracer *user_tracer;	  /* of cigo_trace_set; one of tracers */
	struct ci_trace_json *trace_json; /* while running, if options.trace */
	bool tell_stuck;		  /* hooks->stuck is to be called, once */
	uint64_t last_id;		  /* the id of the last task or worker made */
};

/* Whether this thread may touch the loop. */
static inline bool ci_holds(const cigo_loop *loop)
{
	return ci_self.held == loop;
}

/* Publishes the coroutine that holds the baton; NULL: none, a thread drives. Always none in a model
 * whose coroutines run beside each other. */
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

/* Queues r last. r is not CI_RESUME: for a coroutine it is ci_engine_wake. */
void ci_engine_ready(cigo_loop *loop, struct ci_runnable *r);
/* Makes ready the coroutine c, which is suspended or about to suspend. */
void ci_engine_wake(struct ci_coroutine *c);
/* The loop's clock. */
int64_t ci_engine_now(const cigo_loop *loop);
/* Gives the thread of me the coroutine's name. */
void ci_engine_name(struct ci_coroutine *me);
/* Suspends the calling coroutine me; returns when it was made ready and its turn has come. */
void ci_engine_suspend(struct ci_coroutine *me);
/* Suspends the calling coroutine me and runs `to` next, which is suspended in no queue. */
void ci_engine_switch(struct ci_coroutine *me, struct ci_coroutine *to);
/* When the running coroutine suspends or ends, `to` is next, ahead of all. */
void ci_engine_direct(struct ci_coroutine *to);
/* A strand that runs r when it is switched to; NULL: no thread can be made. */
struct ci_coroutine *ci_engine_start(cigo_loop *loop, struct ci_runnable *r);
/* Drives on the home thread until nothing is left. */
void ci_engine_home(cigo_loop *loop);
/* The record that must run r, prepared to do so; r NULL: home. Returns NULL if r was run here, or
 * starves. `empty` is the driver's record if it has no coroutine, else NULL. */
struct ci_coroutine *ci_engine_runner(cigo_loop *loop, struct ci_runnable *r,
				      struct ci_coroutine *empty);
/* The strand of the calling thread, which drives. */
struct ci_strand *ci_engine_driver(cigo_loop *loop);
/* A blocking section of the calling coroutine me: begin gives the baton up, end waits for it.
 * Beginning needs no memory and no thread. */
void ci_section_begin(struct ci_coroutine *me);
void ci_section_end(struct ci_coroutine *me);
/* Called by the model, with the baton held: the coroutine in the section becomes ready. */
void ci_section_over(struct ci_coroutine *me);
/* Delivers messages with that status. */
void ci_engine_deliver(cigo_loop *loop, struct ci_list *messages, int status);
