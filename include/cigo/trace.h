/* SPDX-License-Identifier: MIT
 *
 * Tracing: who runs, who waits for what, who wakes whom. CIGO_TRACE=file or the option `trace` writes
 * it as a file that Perfetto and chrome://tracing open; hooks see the same, one call an event.
 */
#ifndef CIGO_TRACE_H
#define CIGO_TRACE_H

#include <cigo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What happened. An id is a lane of the picture: 0 is the loop (the home thread's callbacks, the
 * polls), the others are its coroutines and workers, numbered from 1 as they are spawned. Strings
 * are lent until the hook returns. What a hook doesn't name below is 0 or NULL.
 */
typedef struct cigo_trace_event {
	int64_t when;	  /* CLOCK_MONOTONIC, nanoseconds, whatever the loop's clock is */
	uint64_t id;	  /* to whom it happens */
	uint64_t by;	  /* spawn, ready, cancel: the id that did it */
	const char *name; /* spawn, start, cancel, done: of the coroutine */
	bool worker;	  /* spawn, start, cancel, done: of cigo_go */
	const char *call; /* suspend: the call, without its "cigo_": "sleep", "future_await" */
	const char *on;	  /* suspend: the task awaited, the mutex's holder; NULL: no such */
	uint64_t on_id;	  /* suspend: its id; 0: none */
	const char *file,
		*function; /* suspend: where, if the call was by a macro that tells; else NULL */
	int line;	   /* suspend: the same */
	int error;	   /* cancel: the cause; done: the result */
	int events;	   /* poll_end: how many descriptors were ready */
} cigo_trace_event;

typedef void cigo_trace_fn(void *arg, const cigo_trace_event *e);

/*
 * Called one at a time, in order, on whichever thread of the loop it happens. They may not call the
 * library. NULL: not wanted. The life of an id is spawn, ready, start, (suspend or blocking, ready,
 * resume)*, done; what never ran has no start, and a worker has spawn, start, done. A coroutine that
 * yields is ready as it suspends.
 */
typedef struct cigo_trace_hooks {
	size_t size; /* sizeof this struct; 0 is misuse */
	cigo_trace_fn *spawn;
	cigo_trace_fn *ready; /* may go on, or begin */
	cigo_trace_fn *start; /* the first step; a worker's too */
	cigo_trace_fn *suspend;
	cigo_trace_fn *blocking; /* a blocking section begins; it ends with ready */
	cigo_trace_fn *resume;
	cigo_trace_fn *cancel; /* a task or worker is; it may go on for long */
	cigo_trace_fn *done;
	cigo_trace_fn *callback_begin, *callback_end; /* on id 0 */
	cigo_trace_fn *poll_begin, *poll_end;	      /* on id 0: descriptors, messages, timers */
} cigo_trace_hooks;

/*
 * Has the hooks called in the loop's run, each with arg. Once, before the run; the struct is copied,
 * and the file of the option or environment is written beside. Suspends: no. Fails: -ENOMEM.
 */
CIGO_CHECK CIGO_API int cigo_trace_set(cigo_loop *loop, const cigo_trace_hooks *hooks, void *arg);

#ifdef __cplusplus
}
#endif
#endif
