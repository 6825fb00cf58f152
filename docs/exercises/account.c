/* SPDX-License-Identifier: MIT
 * Exercise: no deposit is lost (exercises.h).
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
