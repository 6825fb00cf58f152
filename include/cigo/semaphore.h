/* SPDX-License-Identifier: MIT
 * A semaphore between coroutines: a number of units, handed over in FIFO order.
 *
 *                     asyncio.Semaphore               here
 * release             the first waiter is woken, and  the first waiter has the unit in that moment
 *                     takes the unit when it runs
 * acquire in between  waits, since there is a waiter  waits, since there is no unit
 * cancelled while     gives the unit back             keeps it: 0, the next call fails; cancelled
 * being woken                                         first: the next waiter gets the unit
 * a maximum           BoundedSemaphore; beyond it     an argument of new; beyond it is misuse
 *                     ValueError
 * locked()            a method                        cigo_semaphore_value() == 0
 */
#ifndef CIGO_SEMAPHORE_H
#define CIGO_SEMAPHORE_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * With initial units, never more than maximum (0: no limit); initial > maximum is misuse. Suspends:
 * no. Owns: yours, free it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_semaphore *cigo_semaphore_new(size_t initial, size_t maximum);

/*
 * Takes one unit; waits while there is none. A unit that was handed over before a cancellation came
 * is taken: 0. Suspends: yes. Fails, and takes no unit: the context's error; -ENOMEM: s is NULL.
 */
CIGO_CHECK CIGO_API int cigo_semaphore_acquire(cigo_ctx *ctx, cigo_semaphore *s);

/* Takes one unit if there is one; true: taken. Suspends: no. */
CIGO_CHECK CIGO_API bool cigo_semaphore_try_acquire(cigo_semaphore *s);

/*
 * Gives one unit to the first waiter, or back. Every coroutine or callback may, also when
 * cancelled. Beyond the maximum it is misuse. Suspends: no.
 */
CIGO_API void cigo_semaphore_release(cigo_semaphore *s);

/* The number of free units; 0 while a coroutine waits. Suspends: no. */
CIGO_API size_t cigo_semaphore_value(const cigo_semaphore *s);

/* NULL is fine; while a coroutine waits it is misuse. Suspends: no. */
CIGO_API void cigo_semaphore_free(cigo_semaphore *s);

#ifdef __cplusplus
}
#endif
#endif
