/* SPDX-License-Identifier: MIT
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

/* Values of the options below. 0 means what the environment says, else the first value. */
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

/*
 * Zero means the default in every field but size. A default is what the environment says, else as
 * stated; setuid programs ignore the environment.
 */
typedef struct cigo_loop_options {
	size_t size; /* sizeof this struct; 0 is misuse */
	/* preemptive: coroutines run in parallel, as threads do; only the library's calls take
	 * turns. docs/design.md lists the guarantees that are lost then. */
	int model; /* CIGO_COOPERATIVE, CIGO_PREEMPTIVE */
	int clock; /* CIGO_CLOCK_...; virtual: time jumps to the next timer when nothing else can happen */
	int poller; /* CIGO_POLLER_...; how descriptors are waited for */
	/* on: abort where otherwise a warning is printed; warn of more: coroutines that hold the
	 * baton for long, errors that were never asked for, a loop that nothing can wake. */
	int debug; /* CIGO_DEBUG_... */
	/* CIGO_SEED=n. What is ready goes on in a random order, the same for the same n; 0: FIFO. As
	 * the schedule random:n, but the clock and the threads beside the loop are the real ones. */
	uint64_t shuffle_seed;
	size_t stack_size;   /* bytes of a coroutine's stack, without thread-locals; 0: 256 KiB */
	int64_t patience_ns; /* how long a task waits for a thread before it fails; 0: 1 s */
	/* How long descriptors must be silent before the virtual clock jumps; 0: 10 ms. */
	int64_t silence_ns;
	int home; /* CIGO_HOME_...; on: while the baton passes often, the coroutines share one CPU */
	/* on: two coroutines that pass the baton only to each other use two CPUs, if one is idle,
	 * and spin briefly before they sleep; needs home. */
	int spin;	 /* CIGO_SPIN_... */
	int64_t slow_ns; /* debug: how long a coroutine may hold the baton unwarned; 0: 100 ms */
	/* This signal prints a dump on stderr, see <cigo/dump.h>; 0: SIGUSR1 with CIGO_DUMP=1, else
	 * none. */
	int dump_signal;
	/* The run is written to this file, as Perfetto reads it, see <cigo/trace.h>. %p is the
	 * process's number; ",kernel" behind it adds what the kernel does. Copied. NULL: CIGO_TRACE=file, else none; "": none. */
	const char *trace;
	/* Which of several that could go on does; NULL: CIGO_SCHEDULE, else fifo. See
	 * <cigo/schedule.h>. */
	const char *schedule;
} cigo_loop_options;

/* Exact counts since the loop was made. */
typedef struct cigo_stats {
	size_t size;	    /* sizeof this struct; 0 is misuse */
	uint64_t handoffs;  /* the baton passed from one thread to another */
	uint64_t avoided;   /* switches that needed no handoff */
	uint64_t ticks;	    /* batches taken from the ready queue */
	uint64_t polls;	    /* calls of epoll_wait or poll */
	uint64_t strands;   /* threads created for coroutines */
	uint64_t tasks;	    /* tasks spawned */
	uint64_t callbacks; /* callbacks called */
	uint64_t wakes;	    /* writes to the eventfd by threads without the baton */
	uint64_t moves;	    /* threads moved to another set of CPUs: option home */
	uint64_t spins;	    /* handoffs whose receiver spun at first: option spin */
} cigo_stats;

/*
 * Runs on the home thread. status < 0: the run ends (main has returned), and the callback should
 * only free what arg owns.
 */
typedef void cigo_callback_fn(const cigo_ctx *ctx, int status, void *arg);

/*
 * Makes a loop, runs main as its first coroutine, and ends the loop when main returns. Then the
 * other tasks are cancelled with -ECANCELED, run until they have returned, and joined; callbacks
 * that are still queued, or come due meanwhile, are called once with a negative status; generators
 * that are still open are ended last, one after another. A task that is spawned meanwhile runs only
 * under cigo_ctx_without_cancel.
 *
 * Ctrl-C: if SIGINT has its default action when the run begins, the first SIGINT cancels main with
 * -EINTR (the main of every run in this process), and the second kills the process. While a loop
 * waits for SIGINT (cigo_signal_wait), that loop gets them instead.
 *
 * Suspends: blocks the calling thread; inside a coroutine or callback it is misuse. Fails: main's
 * error; -EINTR: Ctrl-C; -ENOMEM, -EMFILE, -EAGAIN: the loop cannot be set up.
 */
CIGO_API int cigo_run(cigo_coro_fn *main, void *arg);

/*
 * As cigo_run, with options (NULL: none) and a parent context without a loop, whose end cancels
 * main. Suspends, Fails: as cigo_run.
 */
CIGO_API int cigo_run_with(const cigo_loop_options *o, cigo_ctx *outer, cigo_coro_fn *main,
			   void *arg);

/*
 * A loop to be run later; only allocates. o NULL: no options. Suspends: no. Owns: yours, unref it.
 * Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_loop *cigo_loop_new(const cigo_loop_options *o);

/*
 * Runs the loop, once; a second run is misuse. As cigo_run_with, but SIGINT keeps its action.
 * Suspends, Fails: as cigo_run.
 */
CIGO_API int cigo_loop_run(cigo_loop *loop, cigo_ctx *outer, cigo_coro_fn *main, void *arg);

/*
 * One more reference; a thread that posts to the loop holds one. Suspends: no. Owns: the new
 * reference is yours. Any thread.
 */
CIGO_API cigo_loop *cigo_loop_ref(cigo_loop *loop);

/* Gives a reference back; NULL is fine. Suspends: no. Any thread. */
CIGO_API void cigo_loop_unref(cigo_loop *loop);

/*
 * Cancels main with reason (0: -ECANCELED). Before the run: main's body never runs, and the run
 * returns the reason. Suspends: no. Fails: CIGO_ECLOSED: the loop has ended; -ENOMEM. Any thread.
 */
CIGO_API int cigo_loop_stop(cigo_loop *loop, int reason);

/*
 * Has fn called on the loop's home thread; calls of one thread stay in order. Never blocks. A post
 * before the run waits for it. Suspends: no. Fails: CIGO_ECLOSED: the loop has ended, fn is not
 * called; -ENOMEM. Any thread.
 */
CIGO_CHECK CIGO_API int cigo_loop_call_threadsafe(cigo_loop *loop, cigo_callback_fn *fn, void *arg);

/*
 * Runs fn as a task of the loop `to` and waits for its result here: in a coroutine of another loop
 * (or the same), or in a plain thread with a context without a loop. If the context ends, the task
 * is cancelled and still waited for; what that loop has not taken yet, since it does not run or is
 * busy, is taken back. Suspends: yes. Fails: the task's error; the context's error,
 * if it has ended before; CIGO_ECLOSED: the loop has ended; -ENOMEM; -EMFILE (plain threads only).
 * Any thread.
 */
CIGO_CHECK CIGO_API int cigo_loop_submit(cigo_ctx *ctx, cigo_loop *to, cigo_coro_fn *fn, void *arg,
					 void *ret, size_t size);

/*
 * Has fn called soon, in order of the calls. Only in coroutines and callbacks of the loop.
 * Suspends: no. Owns: returns an id > 0 for cigo_callback_cancel, harmless after the call. Fails:
 * -ENOMEM; CIGO_ECLOSED: every coroutine of the loop has ended.
 */
CIGO_API int64_t cigo_loop_call_soon(cigo_loop *loop, cigo_callback_fn *fn, void *arg);
/*
 * As cigo_loop_call_soon, after ns nanoseconds; zero or negative: soon. Timers due at the same time
 * keep the order of the calls. Suspends: no. Fails: as cigo_loop_call_soon.
 */
CIGO_API int64_t cigo_loop_call_later(cigo_loop *loop, int64_t ns, cigo_callback_fn *fn, void *arg);

/*
 * Cancels a callback by its id. Returns true if it was still queued; it will not be called.
 * Suspends: no; in the preemptive model it waits for a callback that is running.
 */
CIGO_API bool cigo_callback_cancel(cigo_loop *loop, int64_t id);

/*
 * Waits until no callback is queued, also none for later. Suspends: yes. Fails: the context's
 * error; CIGO_ENOLOOP: ctx has no loop.
 */
CIGO_CHECK CIGO_API int cigo_loop_wait_idle(cigo_ctx *ctx);

/*
 * The loop's counters. While it runs, only in its coroutines and callbacks. Suspends: no. Fails:
 * -ENOMEM: loop is NULL.
 */
CIGO_API int cigo_loop_stats(const cigo_loop *loop, cigo_stats *ret);

#ifdef __cplusplus
}
#endif
#endif
