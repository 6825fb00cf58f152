/* SPDX-License-Identifier: MIT
 * Wrong: it leaves at the first error, and the other questions are open.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int together(cigo_ctx *ctx, const int numbers[3], int *ret_sum)
{
	cigo_task *tasks[3];
	int err = 0;

	for (int i = 0; i < 3; i++)
		tasks[i] = cigo_spawn_copy(ctx, oracle, sizeof(int), &numbers[i]);
	*ret_sum = 0;
	for (int i = 0; i < 3 && !err; i++) {
		int answer, why = cigo_take(ctx, tasks[i], &answer);

		*ret_sum += answer;
		err = why;
	}
	return err;
}
