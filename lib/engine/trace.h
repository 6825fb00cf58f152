/* SPDX-License-Identifier: MIT
 * Events for tracers: ci_trace_event(loop, hook, .id = id, ...) tells an event, and
 * ci_trace(loop, what, ...) calls ci_trace_what(loop, ...), if the loop has a tracer. Otherwise
 * either is one branch that is never taken. Invariant: all are called with the loop's
 * baton held; suspend and blocking before the coroutine is away, resume when it no longer is.
 */
#pragma once

#include "cigo/trace.h"
#include "engine/coroutine.h"

/* Hooks, added before the run. */
struct ci_tracer {
	cigo_trace_hooks hooks;
	void *arg;
	/* The calling thread serves the lane id from now on (begins), or no more. NULL: not called. Without
	 * the baton, perhaps. */
	void (*thread)(void *arg, uint64_t id, bool begins);
	/* size bytes at object have a name; NULL: have none any more. By any thread of the run. */
	void (*object)(void *arg, const void *object, size_t size, const char *name);
	struct ci_tracer *next;
};

#define ci_trace_event(loop, hook, ...)                                         \
	do {                                                                    \
		if (ci_unlikely((loop)->tracers))                               \
			ci_trace_tell((loop), offsetof(cigo_trace_hooks, hook), \
				      &(cigo_trace_event){ __VA_ARGS__ });      \
	} while (0)
#define ci_trace(loop, what, ...)                             \
	do {                                                  \
		if (ci_unlikely((loop)->tracers))             \
			ci_trace_##what((loop), __VA_ARGS__); \
	} while (0)

/* t, all zeros but hooks and arg, must live until it is removed or the loop is freed. */
void ci_trace_add(cigo_loop *loop, struct ci_tracer *t);
void ci_trace_remove(cigo_loop *loop, struct ci_tracer *t);

/* "cigo_queue_get" -> "queue_get"; NULL -> "" */
const char *ci_trace_name(const char *call);

/* Sets the time of e, and calls the hook that lies there in cigo_trace_hooks. */
void ci_trace_tell(cigo_loop *loop, size_t hook, cigo_trace_event *e);
/* The id of the coroutine that runs; 0: the loop, also if a coroutine's thread drives. */
uint64_t ci_trace_here(const cigo_loop *loop);
/* The first step of that task is queued. */
void ci_trace_queued(cigo_loop *loop, uint64_t id);
/* The loop that the calling thread works for, and its lane there. NULL: none. */
cigo_loop *ci_trace_loop(uint64_t *ret_id);
void ci_trace_thread(cigo_loop *loop, uint64_t id, bool begins);
void ci_trace_object(cigo_loop *loop, const void *object, size_t size, const char *name);
/* s is ready. If s is not away yet, there is no event now: its suspend causes it. */
void ci_trace_ready(cigo_loop *loop, const struct ci_coroutine *s);
void ci_trace_suspend(cigo_loop *loop, const struct ci_coroutine *me);
