/* SPDX-License-Identifier: MIT
 *
 * A barrier: so many coroutines, its parties, wait for each other, again and again.
 *
 *                     asyncio.Barrier                 here
 * the index           in order of coming              the same
 * a waiter cancelled  leaves, the others wait on      breaks it, as threading.Barrier's timeout
 *                                                     does: the others would wait for a party
 *                                                     that may never come
 * broken              BrokenBarrierError              CIGO_EBROKEN
 * who comes while     waits until they are gone       belongs to the next round; nobody has to
 * the last round                                      wait for those who are on their way out
 * leaves
 * abort after the     may still break those on        they passed: 0 and above
 * last has come       their way out
 */
#ifndef CIGO_BARRIER_H
#define CIGO_BARRIER_H

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* For so many, at least 1. Suspends: no. Owns: yours, free it. Fails: NULL, no memory. */
CIGO_CHECK CIGO_API cigo_barrier *cigo_barrier_new(int parties);

/*
 * Waits until all parties have come; the last lets all go on. Returns the index in this round, in
 * order of coming, 0 to parties - 1. Suspends: yes. Fails: CIGO_EBROKEN: it is broken, or was
 * broken or reset meanwhile; ctx's cause, and that breaks it, also when ctx was dead before;
 * -ENOMEM: b is NULL.
 */
CIGO_CHECK CIGO_API int cigo_barrier_wait(cigo_ctx *ctx, cigo_barrier *b);

/* Breaks it: those who wait, and who come, get CIGO_EBROKEN, until reset. Suspends: no. */
CIGO_API void cigo_barrier_abort(cigo_barrier *b);

/* Makes it whole and empty again; those who wait get CIGO_EBROKEN. Suspends: no. */
CIGO_API void cigo_barrier_reset(cigo_barrier *b);

/* Suspends: no. NULL is broken. */
CIGO_API bool cigo_barrier_is_broken(const cigo_barrier *b);

/* How many wait now. Suspends: no. */
CIGO_API int cigo_barrier_waiting(const cigo_barrier *b);

/* NULL is fine; while somebody waits it is misuse. Suspends: no. */
CIGO_API void cigo_barrier_free(cigo_barrier *b);

#ifdef __cplusplus
}
#endif
#endif
