/* SPDX-License-Identifier: MIT
 * Exercise: two seconds, and no more (exercises.h).
 */
#include "exercises.h"

int ask(cigo_ctx *ctx, cigo_coro_fn *question, int *ret_answer)
{
	*ret_answer = 0;
	return question(ctx, NULL, ret_answer);
}
