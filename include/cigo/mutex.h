/* SPDX-License-Identifier: MIT
 * A mutex between coroutines, for critical sections with an await inside. It is handed over in FIFO
 * order; the owner is checked.
 *
 *                     asyncio.Lock                    here
 * release             the first waiter is woken, and  the first waiter owns the lock in that moment
 *                     takes the lock when it runs
 * unlocked by another allowed                         misuse
 * locked twice        waits for ever                  -EDEADLK
 * cancelled while     CancelledError, the next is     0 if the lock came first, the next call fails
 * being woken         woken                           with the context's error; else that error
 */
#ifndef CIGO_MUTEX_H
#define CIGO_MUTEX_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A mutex that is not locked. Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_mutex *cigo_mutex_new(void);

/*
 * Waits until the caller owns the lock. A lock that was handed over before a cancellation came is
 * held: 0. Suspends: yes. Fails, and then the caller does not get it: the context's error;
 * -EDEADLK: the caller holds it already; -ENOMEM: m is NULL.
 * A circle of several that wait for each other's mutexes is not refused, as a deadline may free it:
 * dumps name it.
 */
CIGO_CHECK CIGO_API int cigo_mutex_lock(cigo_ctx *ctx, cigo_mutex *m);

/* Locks it if it is free; true: locked. Suspends: no. */
CIGO_CHECK CIGO_API bool cigo_mutex_try_lock(cigo_mutex *m);

/*
 * Hands the lock to the first waiter, or frees it. Only the owner may, also when cancelled; else it
 * is misuse. Suspends: no.
 */
CIGO_API void cigo_mutex_unlock(cigo_mutex *m);

/* NULL is fine; freeing a locked mutex is misuse. Suspends: no. */
CIGO_API void cigo_mutex_free(cigo_mutex *m);

#ifdef __cplusplus
}
#endif
#endif
