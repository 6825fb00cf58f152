/* SPDX-License-Identifier: MIT
 * A solution: the lock is held over the await, and given back on every way out.
 */
#include "exercises.h"

int deposit(cigo_ctx *ctx, struct account *a, int amount)
{
	int err = cigo_mutex_lock(ctx, a->lock);

	if (err)
		return err;
	int sum = a->balance + amount;
	err = auditor(ctx, sum);
	if (!err)
		a->balance = sum;
	cigo_mutex_unlock(a->lock);
	return err;
}
