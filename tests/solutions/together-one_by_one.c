/* SPDX-License-Identifier: MIT
 * Wrong: each answer is awaited before the next question is asked.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int together(cigo_ctx *ctx, const int numbers[3], int *ret_sum)
{
	int err = 0;

	*ret_sum = 0;
	for (int i = 0; i < 3 && !err; i++) {
		cigo_task *task = cigo_spawn_copy(ctx, oracle, sizeof(int), &numbers[i]);
		int answer;

		err = cigo_take(ctx, task, &answer);
		*ret_sum += answer;
	}
	return err;
}
