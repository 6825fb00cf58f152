/* SPDX-License-Identifier: MIT
 *
 * An event: a flag coroutines wait for; set until it is cleared.
 *
 *                     asyncio.Event                   here
 * set, then clear     those who waited are woken      the same
 * before they run
 * cancelled while     CancelledError                  0 if set came first, the next call has the
 * being woken                                         cause; else the cause
 * order of waking     first come, first served        the same
 */
#ifndef CIGO_EVENT_H
#define CIGO_EVENT_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Not set. Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_event *cigo_event_new(void);

/* Wakes all who wait now; nobody waits from here on. Suspends: no. */
CIGO_API void cigo_event_set(cigo_event *e);

/* From here on those who come wait; who was woken stays so. Suspends: no. */
CIGO_API void cigo_event_clear(cigo_event *e);

/* Suspends: no. NULL is not set. */
CIGO_API bool cigo_event_is_set(const cigo_event *e);

/* Waits until e is set. Suspends: yes. Fails: ctx's cause; -ENOMEM: e is NULL. */
CIGO_CHECK CIGO_API int cigo_event_wait(cigo_ctx *ctx, cigo_event *e);

/* NULL is fine; while somebody waits it is misuse. Suspends: no. */
CIGO_API void cigo_event_free(cigo_event *e);

#ifdef __cplusplus
}
#endif
#endif
