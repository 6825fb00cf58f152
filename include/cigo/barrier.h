/* SPDX-License-Identifier: MIT
 * A barrier: a fixed number of coroutines, its parties, wait for each other, round after round.
 *
 *                     asyncio.Barrier                 here
 * the index           in order of arrival             the same
 * a waiter cancelled  leaves, the others wait on      breaks it, as threading.Barrier's timeout
 *                                                     does: the others would wait for a party
 *                                                     that may never come
 * broken              BrokenBarrierError              CIGO_EBROKEN
 * arrival while the   waits until the last round      belongs to the next round at once
 * last round leaves   has left
 * abort after the     may still break those that      that round has passed: 0 and above
 * last has come       are leaving
 */
#ifndef CIGO_BARRIER_H
#define CIGO_BARRIER_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* For that many parties; < 1 is misuse. Suspends: no. Owns: yours. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_barrier *cigo_barrier_new(int parties);

/*
 * Waits until all parties have come; the last one wakes the others and goes on. Returns the
 * caller's index in this round, in order of arrival, 0 to parties - 1. Suspends: yes. Fails:
 * CIGO_EBROKEN: the barrier is broken, or was broken or reset meanwhile; the context's error, and
 * that breaks the barrier, also when ctx had ended before; -ENOMEM: b is NULL.
 */
CIGO_CHECK CIGO_API int cigo_barrier_wait(cigo_ctx *ctx, cigo_barrier *b);

/* Breaks it: present and later waiters get CIGO_EBROKEN, until a reset. Suspends: no. */
CIGO_API void cigo_barrier_abort(cigo_barrier *b);

/* Makes the barrier whole and empty again; waiters get CIGO_EBROKEN. Suspends: no. */
CIGO_API void cigo_barrier_reset(cigo_barrier *b);

/* Whether it is broken; NULL is. Suspends: no. */
CIGO_API bool cigo_barrier_is_broken(const cigo_barrier *b);

/* The number of waiters. Suspends: no. */
CIGO_API int cigo_barrier_waiting(const cigo_barrier *b);

/* NULL is fine; while a coroutine waits it is misuse. Suspends: no. */
CIGO_API void cigo_barrier_free(cigo_barrier *b);

#ifdef __cplusplus
}
#endif
#endif
