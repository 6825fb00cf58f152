/* SPDX-License-Identifier: MIT
 * Handles that are given back at the end of their block, by the cleanup attribute of gcc and clang:
 *
 *	CIGO_AUTO(cigo_queue) q = cigo_queue_new(sizeof(int), 8);
 *
 * is a cigo_queue *q that is freed however the block is left: at its end, by return, break or goto
 * (not by longjmp or exit). NULL is fine. Handles end in the reverse order of their declarations. To
 * keep one, return cigo_steal(cigo_queue, &q): q is NULL then, and the queue lives on.
 *
 * A task is unreferenced, not stopped; a stream is closed as by cigo_stream_close. Groups, iterators
 * and generators have none, as their end may suspend and needs a context. C++: <cigo/cigo.hpp>.
 */
#ifndef CIGO_AUTO_H
#define CIGO_AUTO_H

#include <cigo/barrier.h>
#include <cigo/base.h>
#include <cigo/channel.h>
#include <cigo/condition.h>
#include <cigo/ctx.h>
#include <cigo/event.h>
#include <cigo/future.h>
#include <cigo/listener.h>
#include <cigo/loop.h>
#include <cigo/mutex.h>
#include <cigo/queue.h>
#include <cigo/semaphore.h>
#include <cigo/stream.h>
#include <cigo/ticker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a handle of a type ends; a program may add types of its own. give_back gets the handle. */
#define CIGO_AUTO_TYPE(type, give_back)                        \
	static inline void type##_auto_end(type **variable)    \
	{                                                      \
		if (*variable)                                 \
			(void)give_back(*variable);            \
	}                                                      \
	static inline type *type##_auto_steal(type **variable) \
	{                                                      \
		type *kept = *variable;                        \
		*variable = NULL;                              \
		return kept;                                   \
	}                                                      \
	typedef type *type##_auto

CIGO_AUTO_TYPE(cigo_barrier, cigo_barrier_free);
CIGO_AUTO_TYPE(cigo_channel, cigo_channel_free);
CIGO_AUTO_TYPE(cigo_condition, cigo_condition_free);
CIGO_AUTO_TYPE(cigo_ctx, cigo_ctx_unref);
CIGO_AUTO_TYPE(cigo_event, cigo_event_free);
CIGO_AUTO_TYPE(cigo_future, cigo_future_unref);
CIGO_AUTO_TYPE(cigo_listener, cigo_listener_close);
CIGO_AUTO_TYPE(cigo_loop, cigo_loop_unref);
CIGO_AUTO_TYPE(cigo_mutex, cigo_mutex_free);
CIGO_AUTO_TYPE(cigo_queue, cigo_queue_free);
CIGO_AUTO_TYPE(cigo_semaphore, cigo_semaphore_free);
CIGO_AUTO_TYPE(cigo_stream, cigo_stream_close);
CIGO_AUTO_TYPE(cigo_task, cigo_future_unref);
CIGO_AUTO_TYPE(cigo_ticker, cigo_ticker_free);

/* A variable for a handle of that type, which is given back at the end of the block. */
#define CIGO_AUTO(type) __attribute__((cleanup(type##_auto_end))) type##_auto

/* The handle, which is the caller's from now on; the variable is NULL: return cigo_steal(cigo_queue, &q). */
#define cigo_steal(type, variable) type##_auto_steal(variable)

#ifdef __cplusplus
}
#endif
#endif
