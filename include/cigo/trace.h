/* SPDX-License-Identifier: MIT
 * Tracing: which coroutine runs, what the others wait for, which one wakes which. CIGO_TRACE=file
 * or the option `trace` writes it to a file that Perfetto and chrome://tracing open; hooks see the
 * same, one call per event. cigo_trace_note adds words of the program's.
 */
/*
 * The file. pid and tid of its events are the kernel's: the process, and the thread of the
 * coroutine or worker. So Perfetto can show it together with a trace of perf or ftrace. A thread
 * serves one coroutine after another, and Perfetto names it after the last one; the args of a run
 * name its task. Each event also has "lane", the id below: coroutine by coroutine, as the pages of
 * cigo-timeline draw it. Polls and callbacks are on the thread that runs the loop, although a coroutine's
 * thread may poll. Before its first step a coroutine has no thread: it is ready in an asynchronous
 * pair ("b", "e"), of which "b" has "dur", too.
 *
 * With ",kernel" behind the file's name ("t.json,kernel"), there is what the kernel did with each
 * thread while it served a lane: spans of category "kernel", named "on CPU" (args.cpu), "preempted"
 * (it could go on and had no CPU; sched_yield, too) and "blocked" (args.in: the system call it is
 * blocked in and the name of the lock, if it is blocked for a few milliseconds in the program's own code).
 * args.tid is the thread. As they overlap with the other spans, and Perfetto wants spans of a thread
 * to lie in each other, they stand in a process of their own: to pid and tid 4194304 is added.
 * The metadata "kernel_source" says where they are from: "perf", records of each context switch
 * (perf_event_open, which needs no privilege if perf_event_paranoid is at most 2); "sampled", a look
 * at /proc/self/task each millisecond, where perf is refused, or by ",kernel=sampled"; or "none".
 * "kernel_lost" says how many switches found no room. A thread of the library's own collects this
 * once a millisecond.
 */
#ifndef CIGO_TRACE_H
#define CIGO_TRACE_H

#include <cigo/base.h>
#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An event. An id is a lane of the picture: 0 is the loop (the home thread's callbacks, the polls),
 * the others are its coroutines and workers, numbered from 1 as they are spawned. Strings are lent
 * until the hook returns. A field is 0 or NULL for the hooks that its comment does not name.
 */
typedef struct cigo_trace_event {
	size_t size;	  /* bytes of the struct that the library fills */
	int64_t when;	  /* CLOCK_MONOTONIC, nanoseconds, whatever the loop's clock is */
	uint64_t id;	  /* the lane that it happens to */
	uint64_t by;	  /* spawn, ready, cancel: the id that did it */
	const char *name; /* spawn, start, cancel, done: of the coroutine; show: of the value */
	bool worker;	  /* spawn, start, cancel, done: of cigo_go */
	const char *call; /* suspend: the call, without its "cigo_": "sleep", "future_await" */
	const char *on;	  /* suspend: the task awaited, the mutex's holder; NULL: none */
	uint64_t on_id;	  /* suspend: its id; 0: none */
	const char *file, *function; /* suspend: its place, if a macro recorded it; else NULL */
	int line;		     /* suspend: of its place; 0: none */
	int error;		     /* cancel: the reason; done: the error or 0 */
	int events;		     /* poll_end: how many descriptors were ready */
	const char *value;	     /* show: as text; note: the words */
} cigo_trace_event;

typedef void cigo_trace_fn(void *arg, const cigo_trace_event *e);

/*
 * The hooks are called one at a time, in order, on the thread of the loop where the event happens;
 * note is the exception, for it is called on the thread that notes, at once, perhaps beside another
 * hook, and in the preemptive model perhaps beside itself. They may not call the library. NULL: not called. The life of an id is spawn, ready, start,
 * (suspend or blocking, ready, resume)*, done; a body that never ran has no start, and a worker has
 * spawn, start, done. A coroutine that yields is ready when it suspends.
 */
typedef struct cigo_trace_hooks {
	size_t size; /* sizeof this struct; 0 is misuse */
	cigo_trace_fn *spawn;
	cigo_trace_fn *ready; /* it may go on, or begin */
	cigo_trace_fn *start; /* the first step, of workers too */
	cigo_trace_fn *suspend;
	cigo_trace_fn *blocking; /* a blocking section begins; it ends with ready */
	cigo_trace_fn *resume;
	cigo_trace_fn *cancel; /* a task or worker is cancelled; it may run on for long */
	cigo_trace_fn *done;
	cigo_trace_fn *callback_begin, *callback_end; /* on id 0 */
	cigo_trace_fn *poll_begin, *poll_end;	      /* on id 0: descriptors, messages, timers */
	cigo_trace_fn *show;			      /* cigo_show, on the id that shows */
	cigo_trace_fn *note;			      /* cigo_trace_note, on the id that notes */
} cigo_trace_hooks;

/*
 * Has the hooks called in the loop's run, each with arg. Once, before the run. The struct is
 * copied; a trace file is written beside. Suspends: no. Fails: -ENOMEM: no memory, or loop is NULL.
 */
CIGO_CHECK CIGO_API int cigo_trace_set(cigo_loop *loop, const cigo_trace_hooks *hooks, void *arg);

/*
 * Notes the program's own words, as printf does, on the lane of what calls it: a coroutine, in a
 * blocking section too, a worker of cigo_go, or, in a callback, the loop. They stand in traces, on
 * timelines, and in the story of a failing schedule. Nothing is formatted, and no lock is taken,
 * unless one of these is asked for. Text is cut at 200 bytes. On a thread that the program made by
 * itself it does nothing, for that has no lane. Suspends: no. Any thread.
 */
CIGO_API void cigo_trace_note(const cigo_ctx *ctx, const char *format, ...) CIGO_PRINTF(2, 3);
/* As cigo_trace_note, with the arguments in a list. Suspends: no. Any thread. */
CIGO_API void cigo_trace_note_v(const cigo_ctx *ctx, const char *format, va_list ap)
	CIGO_PRINTF(2, 0);

/*
 * Names size bytes at object, as printf does: a pthread lock, a semaphore, a condition. A trace with
 * what the kernel does then says that a thread is blocked in "sem_wait on fork 3" instead of "futex". The
 * call is known of a mutex, a semaphore and a condition of their own size, of the GNU C library; else it is
 * "futex on fork 3".
 * A new name replaces the names of all that lay there; format NULL takes them away. Names last as
 * long as the loop's run; they are cut at 47 bytes, and there are at most 4096. Does nothing unless
 * the run is traced so, or on a thread that the program made by itself. Suspends: no. Any thread.
 */
CIGO_API void cigo_trace_name(const cigo_ctx *ctx, const void *object, size_t size,
			      const char *format, ...) CIGO_PRINTF(4, 5);
/* As cigo_trace_name, with the arguments in a list. Suspends: no. Any thread. */
CIGO_API void cigo_trace_name_v(const cigo_ctx *ctx, const void *object, size_t size,
				const char *format, va_list ap) CIGO_PRINTF(4, 0);

#ifdef __cplusplus
}
#endif
#endif
