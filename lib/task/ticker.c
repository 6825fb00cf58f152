/* SPDX-License-Identifier: MIT
 * Tickers. The next tick is reckoned from the one before, never from the clock: so they don't drift.
 */
#include "cigo/ticker.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/misuse.h"
#include "cigo/task.h"
#include "engine/entry.h"

struct cigo_ticker {
	int64_t period;
	int64_t next;
};

cigo_ticker *cigo_ticker_new(const cigo_ctx *ctx, int64_t period_ns)
{
	CI_ENTRY;
	if (!ctx)
		return NULL;
	ci_expect(period_ns > 0, "a period of %lld ns", (long long)period_ns);
	cigo_ticker *t = malloc(sizeof *t);

	if (t)
		*t = (cigo_ticker){ period_ns, ci_clock_add(cigo_now(ctx), period_ns) };
	return t;
}

void cigo_ticker_free(cigo_ticker *t)
{
	CI_ENTRY;
	free(t);
}

void cigo_ticker_reset(const cigo_ctx *ctx, cigo_ticker *t)
{
	CI_ENTRY;
	if (ctx && t)
		t->next = ci_clock_add(cigo_now(ctx), t->period);
}

/* The tick has come: the number of those after it that have gone by too. */
static int64_t advance(const cigo_ctx *ctx, cigo_ticker *t)
{
	int64_t missed = (cigo_now(ctx) - t->next) / t->period;

	t->next = ci_clock_add(t->next + missed * t->period, t->period);
	return missed;
}

int64_t cigo_ticker_wait(cigo_ctx *ctx, cigo_ticker *t)
{
	CI_ENTRY;
	if (!ctx || !t)
		return -ENOMEM;
	int64_t tick = t->next;
	int err = cigo_sleep_until(ctx, tick);
	if (err)
		return err;
	return t->next == tick ? advance(ctx, t) : 0; /* else another that waited has counted */
}
