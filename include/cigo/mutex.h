/* SPDX-License-Identifier: MIT
 *
 * A mutex between coroutines, for critical sections with an await inside. Handed over in FIFO
 * order; the owner is checked.
 *
 *                     asyncio.Lock                    here
 * release             the first waiter is woken, and  the lock is handed over in that moment
 *                     takes the lock when it runs
 * by somebody else    allowed                         misuse
 * locked twice        waits for ever                  -EDEADLK
 * cancelled while     CancelledError, the next is     0 if the lock came first, the next call has
 * being woken         woken                           the cause; else the cause
 */
#ifndef CIGO_MUTEX_H
#define CIGO_MUTEX_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_mutex *cigo_mutex_new(void);

/*
 * Suspends: yes. Fails, and then it is not locked: ctx's cause; -EDEADLK: the caller holds it;
 * -ENOMEM: m is NULL. A lock handed over before the cancellation came is held and returns 0.
 */
CIGO_CHECK CIGO_API int cigo_mutex_lock(cigo_ctx *ctx, cigo_mutex *m);

/* true: locked. Suspends: no. */
CIGO_CHECK CIGO_API bool cigo_mutex_try_lock(cigo_mutex *m);

/* By the owner, also when cancelled; anybody else is misuse. Suspends: no. */
CIGO_API void cigo_mutex_unlock(cigo_mutex *m);

/* NULL is fine; locked or waited for is misuse. Suspends: no. */
CIGO_API void cigo_mutex_free(cigo_mutex *m);

#ifdef __cplusplus
}
#endif
#endif
