/* SPDX-License-Identifier: MIT
 * Wrong: all take the left fork, and wait for the right one.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int eat(cigo_ctx *ctx, cigo_mutex *const forks[], int n, int me)
{
	cigo_mutex *left = forks[me], *right = forks[(me + 1) % n];
	int err = cigo_mutex_lock(ctx, left);

	if (err)
		return err;
	err = reach(ctx);
	if (!err)
		err = cigo_mutex_lock(ctx, right);
	if (!err) {
		err = dinner(ctx, me);
		cigo_mutex_unlock(right);
	}
	cigo_mutex_unlock(left);
	return err;
}
