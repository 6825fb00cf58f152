/* SPDX-License-Identifier: MIT
 *
 * Event loops. The thread that calls cigo_run is the loop's home thread: it runs the callbacks,
 * never a coroutine. A callback may spawn, but not suspend: its context is const.
 */
#ifndef CIGO_LOOP_H
#define CIGO_LOOP_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Values of the options below. 0 means the environment's choice, else the first of them. */
typedef enum cigo_model {
	CIGO_COOPERATIVE = 1,
	CIGO_PREEMPTIVE
} cigo_model; /* CIGO_MODEL=cooperative|preemptive */
typedef enum cigo_clock {
	CIGO_CLOCK_REAL = 1,
	CIGO_CLOCK_VIRTUAL
} cigo_clock; /* CIGO_CLOCK=real|virtual */
typedef enum cigo_poller {
	CIGO_POLLER_EPOLL = 1,
	CIGO_POLLER_POLL
} cigo_poller; /* CIGO_POLLER=epoll|poll */
typedef enum cigo_debug { CIGO_DEBUG_OFF = 1, CIGO_DEBUG_ON } cigo_debug; /* CIGO_DEBUG=0|1 */
typedef enum cigo_home { CIGO_HOME_ON = 1, CIGO_HOME_OFF } cigo_home;	  /* CIGO_HOME=1|0 */
typedef enum cigo_spin { CIGO_SPIN_ON = 1, CIGO_SPIN_OFF } cigo_spin;	  /* CIGO_SPIN=1|0 */

/* Zero means the default, everywhere. */
typedef struct cigo_loop_options {
	size_t size;	  /* sizeof this struct; 0 is misuse */
	cigo_model model; /* preemptive: coroutines run beside each other, as threads do, and only the
		      * library's calls take turns; what rests on cooperation is void: docs/design.md */
	cigo_clock clock;   /* virtual: time jumps to the next timer when nothing else can happen */
	cigo_poller poller; /* how descriptors are waited for */
	cigo_debug
		debug; /* abort where otherwise a warning is printed; warn of more: coroutines that hold
		      * the baton for long, errors nobody asked for, a loop that nothing can wake */
	uint64_t shuffle_seed; /* CIGO_SEED=n; permutes what is ready, reproducibly; 0: FIFO */
	size_t stack_size;     /* bytes of a coroutine's stack beside thread-locals; 0: 256 KiB */
	int64_t patience_ns;   /* how long a task waits for a thread; 0: 1 s */
	int64_t silence_ns;    /* how long descriptors must be silent before the virtual clock
				* jumps; 0: 10 ms */
	cigo_home home; /* while coroutines hand over often, they share one CPU of the thread's mask */
	cigo_spin spin; /* two that only pass to each other use two CPUs, if one is idle; needs home */
	int64_t slow_ns;   /* debug: how long the baton may be held without a warning; 0: 100 ms */
	int dump_signal;   /* a dump on stderr when it comes; CIGO_DUMP=1: SIGUSR1; 0: none; see
				* <cigo/dump.h> */
	const char *trace; /* CIGO_TRACE=file; writes the run to it, as Perfetto reads it; %p: the
				* process's number. Copied; see <cigo/trace.h> */
} cigo_loop_options;

/* Exact counts since the loop was made. */
typedef struct cigo_stats {
	size_t size;	    /* sizeof this struct; 0 is misuse */
	uint64_t handoffs;  /* the baton passed from one thread to another */
	uint64_t avoided;   /* switches that needed no handoff */
	uint64_t ticks;	    /* batches of the ready queue */
	uint64_t polls;	    /* calls of epoll_wait or poll */
	uint64_t strands;   /* threads created for coroutines */
	uint64_t tasks;	    /* tasks spawned */
	uint64_t callbacks; /* callbacks called */
	uint64_t wakes;	    /* writes to the eventfd by outsiders */
	uint64_t moves;	    /* threads moved to another set of CPUs, see option home */
	uint64_t spins;	    /* handoffs waited for without sleeping at first, see option spin */
} cigo_stats;

/* status < 0: dropped at the loop's end, free what arg owns. Runs on the home thread. */
typedef void cigo_callback_fn(const cigo_ctx *ctx, int status, void *arg);

/*
 * Makes a loop, runs main as its first coroutine, and ends the loop when main returns: the other
 * tasks are cancelled, run until they have returned, and joined.
 *
 * Ctrl-C: if SIGINT has its default action when the run begins, the first SIGINT cancels main with
 * -EINTR (of all runs there are in this process), and the second kills the process, as ever. While a
 * loop waits for SIGINT (cigo_signal_wait), it gets them instead.
 *
 * Suspends: blocks the calling thread; inside a coroutine or callback it is misuse. Fails: main's
 * error; -EINTR: Ctrl-C; -ENOMEM, -EMFILE, -EAGAIN when the loop cannot be set up.
 */
CIGO_API int cigo_run(cigo_coro_fn *main, void *arg);

/* As cigo_run, with options (NULL: none) and a parent context without a loop. */
CIGO_API int cigo_run_with(const cigo_loop_options *o, cigo_ctx *outer, cigo_coro_fn *main,
			   void *arg);

/* A loop to be run later; allocates only. Suspends: no. Owns: yours. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_loop *cigo_loop_new(const cigo_loop_options *o);

/* Runs it, once; a second run is misuse. As cigo_run, but SIGINT stays as it is. */
CIGO_API int cigo_loop_run(cigo_loop *loop, cigo_ctx *outer, cigo_coro_fn *main, void *arg);

/* One more reference; who posts from another thread holds one. Suspends: no. Any thread. */
CIGO_API cigo_loop *cigo_loop_ref(cigo_loop *loop);

/* Gives a reference back; NULL is fine. Suspends: no. Any thread. */
CIGO_API void cigo_loop_unref(cigo_loop *loop);

/*
 * Cancels main with reason (0: -ECANCELED). Before the run: main's body never runs. Suspends: no.
 * Fails: CIGO_ECLOSED: has ended; -ENOMEM. Any thread.
 */
CIGO_API int cigo_loop_stop(cigo_loop *loop, int reason);

/*
 * Has fn called on the loop's home thread, in the order of posting per thread. Never blocks.
 * Suspends: no. Fails: CIGO_ECLOSED: has ended, not taken; -ENOMEM. Any thread.
 */
CIGO_CHECK CIGO_API int cigo_loop_call_threadsafe(cigo_loop *loop, cigo_callback_fn *fn, void *arg);

/*
 * Runs fn as a task of the loop `to` and waits for its result here: in a coroutine of another loop
 * (or the same), or in a plain thread with a context without a loop. If ctx ends, the task is
 * cancelled and still waited for. Suspends: yes. Fails: the task's error; CIGO_ECLOSED: the loop
 * has ended; -ENOMEM. Any thread.
 */
CIGO_CHECK CIGO_API int cigo_loop_submit(cigo_ctx *ctx, cigo_loop *to, cigo_coro_fn *fn, void *arg,
					 void *ret, size_t size);

/*
 * Has fn called soon, or after ns nanoseconds (ties: in order of the calls). Suspends: no. Owns:
 * an id > 0, for cigo_callback_cancel; it cannot dangle. Fails: -ENOMEM; CIGO_ECLOSED.
 */
CIGO_API int64_t cigo_loop_call_soon(cigo_loop *loop, cigo_callback_fn *fn, void *arg);
/* As call_soon, after ns nanoseconds. Suspends: no. Fails: -ENOMEM; CIGO_ECLOSED. */
CIGO_API int64_t cigo_loop_call_later(cigo_loop *loop, int64_t ns, cigo_callback_fn *fn, void *arg);

/* true: it was still queued and will not be called. Suspends: no, but in the preemptive model it waits
 * for a callback that is running. */
CIGO_API bool cigo_callback_cancel(cigo_loop *loop, int64_t id);

/* Waits until no callback is queued, also none for later. Suspends: yes. Fails: ctx's cause. */
CIGO_CHECK CIGO_API int cigo_loop_wait_idle(cigo_ctx *ctx);

/* The loop's counters. Suspends: no. Fails: -ENOMEM: loop is NULL. */
CIGO_API int cigo_loop_stats(const cigo_loop *loop, cigo_stats *ret);

#ifdef __cplusplus
}
#endif
#endif
