/* SPDX-License-Identifier: MIT
 * Wrong: it leaves, and the question goes on.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int ask(cigo_ctx *ctx, cigo_coro_fn *question, int *ret_answer)
{
	cigo_ctx *patient = cigo_ctx_with_timeout(ctx, CIGO_S(2));
	cigo_task *task = cigo_task_spawn(ctx, "question", question, sizeof(int), NULL);
	cigo_future *answer = cigo_future_shield(task);
	int err = cigo_take(patient, answer, ret_answer);

	cigo_future_unref(task);
	cigo_ctx_unref(patient);
	if (err != -ETIMEDOUT)
		return err;
	*ret_answer = -1;
	return 0;
}
