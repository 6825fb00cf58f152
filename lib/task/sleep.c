/* SPDX-License-Identifier: MIT
 * cigo_sleep, cigo_sleep_until.
 */
#include <errno.h>

#include "cigo/task.h"
#include "task/park.h"

/* me NULL: ctx has no loop. */
static int sleep_until(cigo_ctx *ctx, struct ci_coroutine *me, int64_t when)
{
	if (!me)
		return ci_ctx_block(ctx, NULL, 0, when);
	int cause = ci_park_refuse(ctx, me);
	if (cause)
		return cause;
	struct ci_park p = { .describe = NULL };
	cause = ci_park_in(ctx, me, NULL, when, &p);
	return p.state == CI_PARK_EXPIRED ? 0 : cause;
}

int cigo_sleep(cigo_ctx *ctx, int64_t ns)
{
	CI_ENTRY;
	if (ns <= 0)
		return cigo_yield(ctx);
	if (!ctx)
		return -ENOMEM;
	struct ci_coroutine *me = ci_park_enter(ctx);
	return sleep_until(ctx, me, ci_clock_add(ci_ctx_now(ctx), ns));
}

int cigo_sleep_until(cigo_ctx *ctx, int64_t when)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (when <= ci_ctx_now(ctx))
		return cigo_yield(ctx);
	return sleep_until(ctx, me, when);
}
