/* SPDX-License-Identifier: MIT
 * cigo: asyncio-style event loops where every coroutine is a pthread.
 *
 * At any instant at most one thread of a loop runs: the one that holds the loop's baton.
 *
 * Rules that hold for every line of the public headers:
 *
 * Colour   A call that takes a cigo_ctx * may suspend: its coroutine waits, others of the loop run.
 *          With a context without a loop it blocks the thread instead; a wait that only a coroutine
 *          can end (a pending future, a full queue, a locked mutex) is misuse there. A call that
 *          takes a const cigo_ctx *, or no context, never suspends. cigo_ctx_with_*,
 *          cigo_ctx_without_cancel, _ref and _at do not suspend either; they take a non-const
 *          context because the context they return can be used to suspend.
 * Errors   < 0; 0 or a count is success. Outputs are always written: zeros or NULL on failure.
 *          "The context's error" is -ECANCELED, or -ETIMEDOUT when its deadline has passed, or the
 *          reason given by the call that cancelled it. A suspending call heeds the context it is
 *          given and that of the running task (but the latter not under cigo_ctx_without_cancel).
 *          It fails with that error as soon as either ends, or at once if one has ended before;
 *          exceptions are stated. -ETIMEDOUT may also come from the timeout of a stream or queue,
 *          or from TCP: cigo_ctx_error tells.
 *          Misuse aborts, with the function and the reason on stderr.
 * Owns     What a call returns is yours: unref, free or close it once. What you pass stays yours,
 *          except that iterators take over the iterators given to them. "Lent" results are not
 *          yours.
 * NULL     An object that could not be made acts as one that failed with -ENOMEM, in every call,
 *          and so does a NULL context: -ENOMEM, or NULL or false where a call returns no error.
 *          NULL may be given to free, unref and close.
 * Makers   A call that only needs memory returns the object it makes, NULL for want of memory; what
 *          else goes wrong is the error of the object (a future, a task, an iterator, a stream over
 *          a bad descriptor). A call that needs the system or a peer to make it (cigo_dial,
 *          cigo_listen, cigo_accept, cigo_pipe) returns 0 or an error and fills *ret, NULL on
 *          failure. Makers must be checked: CIGO_CHECK. Exceptions are stated: iterators made of
 *          iterators, and cigo_group_spawn.
 * Sizes    In bytes. Every value travels with its size, and a wrong size is misuse.
 * Time     int64_t nanoseconds. Zero or negative means now, CIGO_NEVER means never; but zero in an
 *          option means its default.
 * Threads  A loop's objects belong to its coroutines and callbacks. "Any thread" says where others
 *          may call. Other calls from outside are misuse; not each of them is noticed.
 * Order    FIFO, where a comment promises an order. With a shuffle seed, and in the preemptive
 *          model, what is ready at the same time has no order; waiters are served first come, first
 *          served even then.
 * Macros   A short macro drops the noun of its function and takes the size from the pointer's type;
 *          those with a + tell their place too, for dumps, traces and the debug mode:
 *
 *          cigo_await+ _take+ _set _result _write_to     cigo_future_*
 *          cigo_join+                                    cigo_future_await, the value is dropped
 *          cigo_spawn+ _spawn_copy+ _spawn_with+         cigo_task_*
 *          cigo_spawn_in+ _spawn_copy_in+                cigo_group_spawn, _spawn_copy
 *          cigo_detach                                   cigo_future_unref
 *          cigo_put+ _get+                               cigo_queue_*
 *          cigo_send+ _recv+                             cigo_channel_*
 *          cigo_next+ _collect _generate _zip _chain     cigo_iter_*
 *          cigo_enumerate                                cigo_iter_zip with cigo_iter_count
 *          cigo_yield_item+                              cigo_gen_yield_item
 *          cigo_wait_all+ _wait_any+                     cigo_wait, CIGO_WAIT_ALL, _FIRST_RESULT
 *          cigo_must _must_await+                        cigo_must_at
 */
#ifndef CIGO_H
#define CIGO_H

#include <cigo/address.h>
#include <cigo/auto.h>
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
#include <cigo/explore.h>
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
#include <cigo/points.h>
#include <cigo/queue.h>
#include <cigo/retry.h>
#include <cigo/schedule.h>
#include <cigo/semaphore.h>
#include <cigo/serve.h>
#include <cigo/signal.h>
#include <cigo/stream.h>
#include <cigo/task.h>
#include <cigo/ticker.h>
#include <cigo/trace.h>
#include <cigo/version.h>
#include <cigo/wait.h>

#endif
