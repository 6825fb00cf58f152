/* SPDX-License-Identifier: MIT
 * cigo_sleep.
 */
#include <errno.h>

#include "cigo/task.h"
#include "task/park.h"
#include "schedule/serial.h"

int cigo_sleep(cigo_ctx *ctx, int64_t ns)
{
	CI_ENTRY;
	if (ns <= 0)
		return cigo_yield(ctx);
	if (!ctx)
		return -ENOMEM;
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (!me)
		return ci_ctx_block(ctx, NULL, 0, ci_clock_add(ci_turn_clock(), ns));
	int cause = ci_park_refuse(ctx, me);
	if (cause)
		return cause;
	struct ci_park p = { .describe = NULL };
	cause = ci_park_in(ctx, me, NULL, ci_park_until(me, ns), &p);
	return p.state == CI_PARK_EXPIRED ? 0 : cause;
}
