/* SPDX-License-Identifier: MIT
 *
 * cigo: asyncio-style event loops where every coroutine is a pthread.
 *
 * At any instant at most one thread of a loop runs: the one that holds the loop's baton.
 *
 * Rules that hold for every line of the public headers:
 * Colour   cigo_ctx *: may suspend (without a loop: block). const cigo_ctx *, or no context: never
 *          suspends. cigo_ctx_with_*, _without_cancel, _ref and _at do not suspend either, but hand
 *          the right on, so they need it.
 * Errors   < 0; 0 or a count is success. Outputs are always written: zeros or NULL on failure.
 *          Misuse aborts, with the function and the reason on stderr.
 * Owns     what a call returns is yours: unref/free/close it once. What you pass stays yours, except
 *          that iterators take over the iterators given to them. "Lent" results are not yours.
 * NULL     an object that could not be made acts as one that failed with -ENOMEM, in every call;
 *          closing it is fine. Makers return NULL for want of memory only; whatever else went
 *          wrong is the error of the object returned.
 * Sizes    in bytes; every value travels with its size, and a wrong size is misuse. The short
 *          macros take it from the pointer's type.
 * Time     int64_t nanoseconds. Negative means now, CIGO_NEVER means never.
 * Threads  a loop's objects belong to its coroutines and callbacks; "any thread" says where
 *          others may call.
 */
#ifndef CIGO_H
#define CIGO_H

#include <cigo/address.h>
#include <cigo/barrier.h>
#include <cigo/base.h>
#include <cigo/blocking.h>
#include <cigo/channel.h>
#include <cigo/condition.h>
#include <cigo/ctx.h>
#include <cigo/dial.h>
#include <cigo/dump.h>
#include <cigo/error.h>
#include <cigo/event.h>
#include <cigo/fd.h>
#include <cigo/future.h>
#include <cigo/gen.h>
#include <cigo/go.h>
#include <cigo/group.h>
#include <cigo/iter.h>
#include <cigo/limit.h>
#include <cigo/listener.h>
#include <cigo/loop.h>
#include <cigo/mutex.h>
#include <cigo/pipe.h>
#include <cigo/queue.h>
#include <cigo/semaphore.h>
#include <cigo/serve.h>
#include <cigo/signal.h>
#include <cigo/stream.h>
#include <cigo/task.h>
#include <cigo/trace.h>
#include <cigo/version.h>
#include <cigo/wait.h>

#endif
