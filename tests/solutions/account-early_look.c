/* SPDX-License-Identifier: MIT
 * Wrong: the balance is read before the lock is held.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int deposit(cigo_ctx *ctx, struct account *a, int amount)
{
	int sum = a->balance + amount;
	int err = cigo_mutex_lock(ctx, a->lock);

	if (err)
		return err;
	err = auditor(ctx, sum);
	if (!err)
		a->balance = sum;
	cigo_mutex_unlock(a->lock);
	return err;
}
