/* SPDX-License-Identifier: MIT
 * Wrong: what was read before the await is written after it.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int deposit(cigo_ctx *ctx, struct account *a, int amount)
{
	int sum = a->balance + amount;
	int err = auditor(ctx, sum);

	if (!err)
		a->balance = sum;
	return err;
}
