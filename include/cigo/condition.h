/* SPDX-License-Identifier: MIT
 *
 * A condition: coroutines that hold a mutex wait until another one, which has changed what the
 * mutex guards, notifies them. Wait in a loop that looks at what is waited for:
 *
 *	while (!err && !there_is_work)
 *		err = cigo_condition_wait(ctx, c, m);
 *
 *                     asyncio.Condition               here
 * its lock            given when it is made           given with each wait, one at a time
 * notify              needs the lock, else            needs it not (the baton orders all); with
 *                     RuntimeError                    the lock held is the same as there
 * wait without it     RuntimeError                    misuse
 * cancelled           takes the lock again, and       the same; taking it again cannot be
 *                     remembers cancellations         cancelled
 * cancelled in the    CancelledError; 3.11 loses the  notified first: 0, the next call has the
 * moment of a notify  notification                    cause; cancelled first: the notification
 *                                                     goes to the next who waits
 * wait_for            of its own                      the loop above
 */
#ifndef CIGO_CONDITION_H
#define CIGO_CONDITION_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/mutex.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_condition *cigo_condition_new(void);

/*
 * Unlocks m, which the caller holds, waits to be notified, and locks m again before it returns, in
 * every case, however long that takes. All who wait at one time do so with the same m; another is
 * misuse, and so is one the caller does not hold. Suspends: yes. Fails: ctx's cause; -ENOMEM: c or
 * m is NULL.
 */
CIGO_CHECK CIGO_API int cigo_condition_wait(cigo_ctx *ctx, cigo_condition *c, cigo_mutex *m);

/* Wakes the first n who wait now, or as many as there are. Suspends: no. */
CIGO_API void cigo_condition_notify(cigo_condition *c, size_t n);

/* Wakes all who wait now. Suspends: no. */
CIGO_API void cigo_condition_notify_all(cigo_condition *c);

/* NULL is fine; while somebody waits it is misuse. Suspends: no. */
CIGO_API void cigo_condition_free(cigo_condition *c);

#ifdef __cplusplus
}
#endif
#endif
