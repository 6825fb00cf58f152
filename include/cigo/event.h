/* SPDX-License-Identifier: MIT
 * An event: a flag that coroutines wait for; it stays set until it is cleared.
 *
 *                     asyncio.Event                   here
 * set, then clear     the waiters are woken           the same
 * before they run
 * cancelled while     CancelledError                  0 if set came first, the next call fails with
 * being woken                                         the context's error; else the context's error
 * order of waking     first come, first served        the same
 */
#ifndef CIGO_EVENT_H
#define CIGO_EVENT_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An event that is not set. Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_event *cigo_event_new(void);

/* Sets it and wakes all waiters; until a clear, wait returns at once. Suspends: no. */
CIGO_API void cigo_event_set(cigo_event *e);

/* Clears it: later callers of wait do wait. Waiters that were woken stay so. Suspends: no. */
CIGO_API void cigo_event_clear(cigo_event *e);

/* Whether it is set; NULL is not. Suspends: no. */
CIGO_API bool cigo_event_is_set(const cigo_event *e);

/* Waits until e is set. Suspends: yes. Fails: the context's error; -ENOMEM: e is NULL. */
CIGO_CHECK CIGO_API int cigo_event_wait(cigo_ctx *ctx, cigo_event *e);

/* NULL is fine; while a coroutine waits it is misuse. Suspends: no. */
CIGO_API void cigo_event_free(cigo_event *e);

#ifdef __cplusplus
}
#endif
#endif
