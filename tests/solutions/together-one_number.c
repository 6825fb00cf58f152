/* SPDX-License-Identifier: MIT
 * Wrong: all three are given the address of one variable.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int together(cigo_ctx *ctx, const int numbers[3], int *ret_sum)
{
	cigo_task *tasks[3];
	int err = 0, number;

	for (int i = 0; i < 3; i++) {
		number = numbers[i];
		tasks[i] = cigo_spawn(ctx, oracle, sizeof(int), &number);
	}
	*ret_sum = 0;
	for (int i = 0; i < 3; i++) {
		int answer, why = cigo_take(ctx, tasks[i], &answer);

		*ret_sum += answer;
		err = err ? err : why;
	}
	return err;
}
