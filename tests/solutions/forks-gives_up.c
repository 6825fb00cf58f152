/* SPDX-License-Identifier: MIT
 * Wrong: who does not get the second fork goes without a meal.
 * Fails: cooperative (the preemptive trial has two forks, and two cannot come into each other's way so).
 */
#include "exercises.h"

int eat(cigo_ctx *ctx, cigo_mutex *const forks[], int n, int me)
{
	int other = (me + 1) % n;
	cigo_mutex *first = forks[me < other ? me : other],
		   *second = forks[me < other ? other : me];
	int err = cigo_mutex_lock(ctx, first);

	if (err)
		return err;
	err = reach(ctx);
	if (!err && !cigo_mutex_try_lock(second))
		err = -EAGAIN;
	if (!err) {
		err = dinner(ctx, me);
		cigo_mutex_unlock(second);
	}
	cigo_mutex_unlock(first);
	return err;
}
