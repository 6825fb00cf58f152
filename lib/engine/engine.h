/* SPDX-License-Identifier: MIT
 *
 * The loop's data and its engine: the ready queue, ticks, and the driver.
 * Invariant: every field of struct cigo_loop but `door` is touched only by the thread that holds the
 * loop's baton: plain memory, no atomics, no locks. TSan is the referee that this is true.
 *
 * The driver is not a thread. Whoever holds the baton and has nothing to do drives, on its own
 * stack, until somebody else must run; then it passes the baton straight to that strand. It keeps
 * no state on the stack, so it can travel. So there is one handoff per switch, and none when the
 * next runnable is the driver's own coroutine, or a new one that can start on its empty strand.
 */
#ifndef CI_ENGINE_H
#define CI_ENGINE_H

#include "base/clock.h"
#include "engine/affinity.h"
#include "engine/inbox.h"
#include "engine/entry.h"
#include "base/heap.h"
#include "base/list.h"
#include "engine/preemptive.h"
#include "engine/spin.h"
#include "engine/poller.h"
#include "engine/coroutine.h"
#include "base/table.h"
#include "engine/timer.h"
#include "engine/trace.h"
#include "engine/fd_watcher.h"

#include "cigo/loop.h"

enum {
	CI_EVENTS = 64,	    /* events of one poll */
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

/* Who holds the baton, for those who can't ask: other threads, signal handlers. Written in passing,
 * each word by itself: a name may be torn for the moment of a switch, and then nobody hogs. */
enum { CI_CALLBACK = -1 };

struct ci_holder {
	uint64_t id;		  /* atomic; 0: the loop drives; CI_CALLBACK: home calls one */
	uint64_t label[CI_LABEL]; /* atomic; valid while lane is not 0 */
};

struct cigo_loop {
	struct ci_inbox inbox;	   /* has its own lock */
	cigo_loop_options options; /* final; written by new */
	enum ci_state state;

	/* who runs */
	struct ci_coroutine home;      /* the thread in cigo_loop_run; not in strands */
	struct ci_runnable *home_call; /* what home is to run when it gets the baton; NULL: drive */
	struct ci_coroutine *direct; /* set right before a suspension: it runs next, ahead of all */
	struct ci_list strands;	     /* all */
	struct ci_list idle, cold;   /* without a coroutine, last used first; see pool.c */
	struct ci_list ending;	     /* told to, not yet joined */
	int64_t pool_look;	     /* when the pool is looked at again, real clock */
	struct ci_preemptive preemptive; /* in the preemptive model */
	struct ci_affinity affinity;
	struct ci_spin spin;

	/* when */
	struct ci_list ready, batch;	 /* to run; to run in this tick */
	struct ci_list starved;		 /* found no thread */
	bool told_limit;		 /* a warning has said why */
	int64_t starved_look;		 /* when they were last tried, real clock */
	unsigned since_look, look_after; /* resumptions since the last look; until the next */
	int64_t last_look;		 /* real clock */
	struct ci_heap timers;
	uint64_t timer_seq;
	int64_t virtual_now;  /* valid on the virtual clock */
	int64_t silent_until; /* real time: then the virtual clock jumps; 0: no silence has begun */
	uint64_t random;      /* the shuffle's state */

	/* descriptors */
	struct ci_poller *poller; /* while running */
	struct ci_list watches;
	struct ci_table watch_keys;
	uint64_t watch_seq;
	long waits, alien_waits;
	struct ci_fd_entry **fds; /* fd.c's, by descriptor */
	size_t fds_size;

	/* what is alive; the run ends when all are 0 */
	unsigned long live;	 /* tasks not done, workers among them */
	unsigned long outside;	 /* blocking sections, workers, calls to other loops */
	unsigned long lingering; /* closed streams that still send */

	/* of the floors above; the engine only keeps them */
	struct ci_table callback_keys;
	struct ci_list callbacks; /* of callback.c: all pending */
	unsigned long calls;	  /* how many */
	struct ci_list idlers;	  /* of loop_wait_idle */
	struct ci_list futures;	  /* of future.c: all that belong here */
	struct ci_list leavers;	  /* of ci_leaver: generators that wait for their consumers */
	unsigned long parked;	  /* how many; they are alive, but nobody may come for them */
	cigo_ctx *root;		  /* of ctx.c: callbacks get it; the background before the run */
	cigo_task *main;
	struct ci_signals *signals; /* of signal.c: what is watched; NULL: nothing yet */
	bool ctrl_c;		    /* of run.c: SIGINT cancels main */
	uint64_t done_seq, search;

	/* who looks on */
	struct ci_holder holder;
	struct ci_tracer *tracers;	  /* NULL: nobody, see trace.h */
	struct ci_tracer *user_tracer;	  /* of cigo_trace_set; one of them */
	struct ci_trace_json *trace_json; /* while running, if options.trace */
	void (*stuck)(cigo_loop *loop); /* of debug.c: called once, before it sleeps for ever; NULL:
					 * not wanted, or done */
	int polled;			/* descriptors that were ready in this poll */
	uint64_t last_id;		/* tasks and workers so far; the number of the last */
	/* The name and lane of the coroutine s waits for; NULL, 0: there is none. */
	void (*awaited)(const struct ci_coroutine *s, const char **ret_name, uint64_t *ret_id);

	cigo_stats stats;
};

/* Whether this thread may touch the loop. */
static inline bool ci_holds(const cigo_loop *loop)
{
	return ci_self.held == loop;
}

/* Whether coroutines run beside each other, without the baton. */
static inline bool ci_is_preemptive(const cigo_loop *loop)
{
	return ci_unlikely(loop->options.model == CIGO_PREEMPTIVE);
}

/* Whether s, which is away or about to be, has been made ready. */
static inline bool ci_engine_may_go_on(const struct ci_coroutine *s)
{
	return ci_is_preemptive(s->loop) ? s->woken : ci_list_linked(&s->resume.link);
}

/* Publishes who runs; NULL: nobody, the loop drives. In the preemptive model nobody is told of. */
static inline void ci_engine_hold(cigo_loop *loop, const struct ci_coroutine *s)
{
	if (s && !ci_is_preemptive(loop)) {
		for (int i = 0; i < CI_LABEL; i++)
			__atomic_store_n(&loop->holder.label[i], s->label[i], __ATOMIC_RELAXED);
		__atomic_store_n(&loop->holder.id, s->id, __ATOMIC_RELAXED);
	} else {
		__atomic_store_n(&loop->holder.id, 0, __ATOMIC_RELAXED);
	}
}

/* Queues r, last. */
void ci_engine_ready(cigo_loop *loop, struct ci_runnable *r);
/* The loop's clock. */
int64_t ci_engine_now(const cigo_loop *loop);
/* The coroutine on me begins to wait, in any way; runs again. */
void ci_engine_away(struct ci_coroutine *me);
void ci_engine_back(struct ci_coroutine *me);
/* The thread of me bears the coroutine's name from here on. */
void ci_engine_name(struct ci_coroutine *me);
/* Suspends the coroutine on me; returns when it was made ready and its turn has come. */
void ci_engine_suspend(struct ci_coroutine *me);
/* Suspends the coroutine on me and passes straight to `to`, which is suspended in no queue. */
void ci_engine_switch(struct ci_coroutine *me, struct ci_coroutine *to);
/* A strand prepared to run r when it is switched to; NULL: no thread is to be had. */
struct ci_coroutine *ci_engine_start(cigo_loop *loop, struct ci_runnable *r);
/* Drives on the home thread until nothing is left. */
void ci_engine_home(cigo_loop *loop);
/* Gives the baton away without suspending: to who is next, or to home. */
void ci_engine_leave(struct ci_coroutine *me);
/* Waits for it to come back; me was made ready by a letter. */
void ci_engine_return(struct ci_coroutine *me);
/* Delivers what outsiders have posted so far. */
void ci_engine_collect(cigo_loop *loop);
/* Delivers letters with that status. */
void ci_engine_deliver(cigo_loop *loop, struct ci_list *messages, int status);

#endif
