/* SPDX-License-Identifier: MIT
 * Blocking sections: the coroutine runs without the baton, on its own stack.
 */
#include "cigo/blocking.h"

#include "base/misuse.h"
#include "schedule/serial.h"
#include "task/park.h"

void cigo_blocking_begin(cigo_ctx *ctx)
{
	CI_ENTRY;
	if (!ctx)
		return;
	ci_expect(!ci_self.me || ci_self.me->state != CI_CORO_IN_SECTION,
		  "blocking sections do not nest");
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (me)
		ci_section_begin(me);
}

void cigo_blocking_end(cigo_ctx *ctx)
{
	CI_CALLED;
	struct ci_coroutine *me = ci_self.me;

	if (!ctx || (!ctx->loop && !me))
		return;
	ci_expect(me && me->state == CI_CORO_IN_SECTION && me->loop == ctx->loop,
		  "there was no cigo_blocking_begin");
	ci_section_end(me);
	if (ci_self.roams) /* preemptive model: ci_section_end took the lock */
		ci_entry_leave(ci_self.roams);
	ci_turn_outside = ci_turn != NULL;
}

int cigo_blocking_call(cigo_ctx *ctx, int (*fn)(void *arg), void *arg)
{
	CI_CALLED;
	ci_expect(fn, "no function");
	cigo_blocking_begin(ctx);
	int result = fn(arg);
	cigo_blocking_end(ctx);
	return result;
}
