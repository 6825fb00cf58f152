/* SPDX-License-Identifier: MIT
 *
 * Where the library tells what happens: ci_trace(loop, what, ...) calls ci_trace_what(loop, ...) if
 * somebody listens, and is one branch that is never taken otherwise.
 * Invariant: all are called with the loop's baton (or lock) held; suspend and blocking before the
 * strand is away, resume after.
 */
#ifndef CI_TRACE_H
#define CI_TRACE_H

#include "cigo/trace.h"
#include "engine/coroutine.h"

/* A listener, from before the run to its end. */
struct ci_tracer {
	cigo_trace_hooks hooks;
	void *arg;
	struct ci_tracer *next;
};

#define ci_trace(loop, what, ...)                             \
	do {                                                  \
		if (ci_unlikely((loop)->tracers))             \
			ci_trace_##what((loop), __VA_ARGS__); \
	} while (0)

/* t, all zero but hooks and arg, stays until the loop is freed, or taken out. */
void ci_trace_add(cigo_loop *loop, struct ci_tracer *t);
void ci_trace_remove(cigo_loop *loop, struct ci_tracer *t);

/* "cigo_queue_get" -> "queue_get"; NULL -> "" */
const char *ci_trace_name(const char *call);

void ci_trace_spawn(cigo_loop *loop, uint64_t id, const char *name, bool worker);
/* The first step of that task is queued. */
void ci_trace_queued(cigo_loop *loop, uint64_t id);
void ci_trace_start(cigo_loop *loop, uint64_t id, const char *name, bool worker);
/* May go on. While it is not away yet nothing is told: its suspend will. */
void ci_trace_ready(cigo_loop *loop, const struct ci_coroutine *s);
void ci_trace_suspend(cigo_loop *loop, const struct ci_coroutine *me);
void ci_trace_blocking(cigo_loop *loop, const struct ci_coroutine *me);
void ci_trace_resume(cigo_loop *loop, const struct ci_coroutine *me);
void ci_trace_cancel(cigo_loop *loop, uint64_t id, const char *name, bool worker, int cause);
void ci_trace_done(cigo_loop *loop, uint64_t id, const char *name, bool worker, int err);
void ci_trace_callback(cigo_loop *loop, bool begin);
void ci_trace_poll(cigo_loop *loop, bool begin);

#endif
