/* SPDX-License-Identifier: MIT
 * Wrong: nothing is lost cooperatively, but the auditor does not see all.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int deposit(cigo_ctx *ctx, struct account *a, int amount)
{
	int err = auditor(ctx, a->balance + amount);

	if (!err)
		a->balance += amount;
	return err;
}
