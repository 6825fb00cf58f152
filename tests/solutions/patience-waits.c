/* SPDX-License-Identifier: MIT
 * Wrong: it waits for ever.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int ask(cigo_ctx *ctx, cigo_coro_fn *question, int *ret_answer)
{
	*ret_answer = 0;
	return question(ctx, NULL, ret_answer);
}
