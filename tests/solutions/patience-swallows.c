/* SPDX-License-Identifier: MIT
 * Wrong: every error counts as no answer, a cancellation, too.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"
#include <errno.h>

int ask(cigo_ctx *ctx, cigo_coro_fn *question, int *ret_answer)
{
	int err = cigo_call_timeout(ctx, CIGO_S(2), question, NULL, ret_answer);

	if (err)
		*ret_answer = -1;
	return 0;
}
