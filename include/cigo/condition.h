/* SPDX-License-Identifier: MIT
 * A condition: coroutines that hold a mutex wait until another one, which has changed what the
 * mutex guards, notifies them. Wait in a loop that tests what is waited for:
 *
 * 	while (!err && !there_is_work)
 * 		err = cigo_condition_wait(ctx, c, m);
 *
 *                     asyncio.Condition               here
 * its lock            given when it is made           given with each wait; all give the same
 * notify              needs the lock, else            needs no lock (the baton orders all); with
 *                     RuntimeError                    the lock held it acts as asyncio's
 * wait without it     RuntimeError                    misuse
 * cancelled           takes the lock again, and       the same; taking it again cannot be
 *                     remembers cancellations         cancelled
 * cancelled in the    CancelledError; 3.11 loses the  notified first: 0, the next call fails;
 * moment of a notify  notification                    cancelled first: the next waiter gets the
 *                                                     notification
 * wait_for            a method                        the loop above
 */
#ifndef CIGO_CONDITION_H
#define CIGO_CONDITION_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/mutex.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A condition without waiters. Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_condition *cigo_condition_new(void);

/*
 * Unlocks m, waits to be notified, and locks m again before it returns, in every case, however long
 * that takes. Calling it without holding m, or with another mutex than the present waiters, is
 * misuse. Suspends: yes. Fails: the context's error (at once, and m stays locked, if it has ended
 * before); -ENOMEM: c or m is NULL.
 */
CIGO_CHECK CIGO_API int cigo_condition_wait(cigo_ctx *ctx, cigo_condition *c, cigo_mutex *m);

/* Wakes the n longest waiters, or as many as there are. Suspends: no. */
CIGO_API void cigo_condition_notify(cigo_condition *c, size_t n);

/* Wakes all waiters. Suspends: no. */
CIGO_API void cigo_condition_notify_all(cigo_condition *c);

/* NULL is fine; while a coroutine waits it is misuse. Suspends: no. */
CIGO_API void cigo_condition_free(cigo_condition *c);

#ifdef __cplusplus
}
#endif
#endif
