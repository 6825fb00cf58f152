/* SPDX-License-Identifier: MIT
 * Wrong: who is refused or cancelled keeps the lock.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int deposit(cigo_ctx *ctx, struct account *a, int amount)
{
	int err = cigo_mutex_lock(ctx, a->lock);

	if (err)
		return err;
	int sum = a->balance + amount;
	err = auditor(ctx, sum);
	if (err)
		return err;
	a->balance = sum;
	cigo_mutex_unlock(a->lock);
	return 0;
}
