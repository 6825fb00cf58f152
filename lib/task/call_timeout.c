/* SPDX-License-Identifier: MIT
 * cigo_call_timeout: calls a function with a context that has a deadline.
 */
#include <errno.h>

#include "task/ctx.h"
#include "engine/entry.h"
#include "base/misuse.h"

int cigo_call_timeout(cigo_ctx *ctx, int64_t ns, cigo_coro_fn *fn, void *arg, void *ret)
{
	CI_ENTRY;
	ci_expect(fn, "no function");
	cigo_ctx *timed = ctx ? ci_ctx_with_timeout(ctx, ns) : NULL;
	if (!timed)
		return -ENOMEM;
	int result;
	CI_OUTSIDE(result = fn(timed, arg, ret));
	ci_ctx_unref(timed);
	return result;
}
