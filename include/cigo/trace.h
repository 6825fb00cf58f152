/* SPDX-License-Identifier: MIT
 * Tracing: which coroutine runs, what the others wait for, which one wakes which. CIGO_TRACE=file
 * or the option `trace` writes it to a file that Perfetto and chrome://tracing open; hooks see the
 * same, one call per event.
 */
#ifndef CIGO_TRACE_H
#define CIGO_TRACE_H

#include <cigo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An event. An id is a lane of the picture: 0 is the loop (the home thread's callbacks, the polls),
 * the others are its coroutines and workers, numbered from 1 as they are spawned. Strings are lent
 * until the hook returns. A field is 0 or NULL for the hooks that its comment does not name.
 */
typedef struct cigo_trace_event {
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
	const char *value;	     /* show: as text */
} cigo_trace_event;

typedef void cigo_trace_fn(void *arg, const cigo_trace_event *e);

/*
 * The hooks are called one at a time, in order, on the thread of the loop where the event happens.
 * They may not call the library. NULL: not called. The life of an id is spawn, ready, start,
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
} cigo_trace_hooks;

/*
 * Has the hooks called in the loop's run, each with arg. Once, before the run. The struct is
 * copied; a trace file is written beside. Suspends: no. Fails: -ENOMEM: no memory, or loop is NULL.
 */
CIGO_CHECK CIGO_API int cigo_trace_set(cigo_loop *loop, const cigo_trace_hooks *hooks, void *arg);

#ifdef __cplusplus
}
#endif
#endif
