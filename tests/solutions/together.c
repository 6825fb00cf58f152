/* SPDX-License-Identifier: MIT
 * A solution: all three are asked before the first answer is waited for.
 */
#include "exercises.h"

int together(cigo_ctx *ctx, const int numbers[3], int *ret_sum)
{
	cigo_task *tasks[3];
	int err = 0;

	for (int i = 0; i < 3; i++)
		tasks[i] = cigo_spawn_copy(ctx, oracle, sizeof(int), &numbers[i]);
	*ret_sum = 0;
	for (int i = 0; i < 3; i++) {
		int answer, why = cigo_take(ctx, tasks[i], &answer);

		*ret_sum += answer;
		err = err ? err : why;
	}
	return err;
}
