/* SPDX-License-Identifier: MIT
 * Tickers: something to do at each full period. Ticks come at start + n * period, however long the
 * work between two takes. Ticks that pass meanwhile are not made up for, but counted: Go's
 * time.Ticker drops them in silence.
 */
#ifndef CIGO_TICKER_H
#define CIGO_TICKER_H

#include <cigo/base.h>
#include <cigo/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Its first tick is one period of period_ns nanoseconds from now, on cigo_now's clock. A period
 * that is zero or negative is misuse. Suspends: no. Owns: yours, free it. Fails: NULL, no memory.
 */
CIGO_CHECK CIGO_API cigo_ticker *cigo_ticker_new(const cigo_ctx *ctx, int64_t period_ns);

/*
 * Waits for the next tick; if it has passed already, only gives the others a turn. Returns how many
 * further ticks have passed, 0 if none: they are left out, and the next one is in the future. All
 * that wait at the same time are woken by the same tick, and the first of them gets the number.
 * Suspends: yes. Fails: the context's error (the tick is still to come); -ENOMEM: t is NULL.
 */
CIGO_CHECK CIGO_API int64_t cigo_ticker_wait(cigo_ctx *ctx, cigo_ticker *t);

/* The next tick is one period from now. Suspends: no. */
CIGO_API void cigo_ticker_reset(const cigo_ctx *ctx, cigo_ticker *t);

/* NULL is fine; while a coroutine waits it is misuse. Suspends: no. */
CIGO_API void cigo_ticker_free(cigo_ticker *t);

#ifdef __cplusplus
}
#endif
#endif
