/* SPDX-License-Identifier: MIT
 * cigo_yield.
 */
#include <errno.h>
#include <sched.h>

#include "cigo/task.h"
#include "task/park.h"

int cigo_yield(cigo_ctx *ctx)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (!me) {
		sched_yield();
		return ci_ctx_cause(ctx);
	}
	int cause = ci_park_refuse(ctx, me);
	if (cause)
		return cause;
	ci_park_yield(me);
	return ci_park_cause(ctx, me);
}
