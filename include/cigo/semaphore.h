/* SPDX-License-Identifier: MIT
 *
 * A semaphore between coroutines: so many units, handed over in FIFO order.
 *
 *                     asyncio.Semaphore               here
 * release             the first waiter is woken, and  the unit is handed over in that moment
 *                     takes the unit when it runs
 * who comes between   waits, since somebody waits     waits, since there is no unit
 * cancelled while     gives the unit back             keeps it: 0, the next call has the cause;
 * being woken                                         cancelled before: gets none, the next does
 * a maximum           BoundedSemaphore; beyond it     an argument of new; beyond it is misuse
 *                     ValueError
 * locked()            of its own                      cigo_semaphore_value() == 0
 */
#ifndef CIGO_SEMAPHORE_H
#define CIGO_SEMAPHORE_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * With initial units, never more than maximum (0: no limit); more at the start is misuse.
 * Suspends: no. Owns: yours, free it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_semaphore *cigo_semaphore_new(size_t initial, size_t maximum);

/*
 * Takes one unit, waits while there is none. Suspends: yes. Fails, and then no unit is taken: ctx's
 * cause; -ENOMEM: s is NULL. A unit handed over before the cancellation came is taken: 0.
 */
CIGO_CHECK CIGO_API int cigo_semaphore_acquire(cigo_ctx *ctx, cigo_semaphore *s);

/* true: one unit is taken. Suspends: no. */
CIGO_CHECK CIGO_API bool cigo_semaphore_try_acquire(cigo_semaphore *s);

/*
 * Gives one unit, to the first who waits; by anybody, also when cancelled. Beyond the maximum is
 * misuse. Suspends: no.
 */
CIGO_API void cigo_semaphore_release(cigo_semaphore *s);

/* The units to be had now; 0 while somebody waits. Suspends: no. */
CIGO_API size_t cigo_semaphore_value(const cigo_semaphore *s);

/* NULL is fine; while somebody waits it is misuse. Suspends: no. */
CIGO_API void cigo_semaphore_free(cigo_semaphore *s);

#ifdef __cplusplus
}
#endif
#endif
