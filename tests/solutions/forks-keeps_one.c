/* SPDX-License-Identifier: MIT
 * Wrong: who is cancelled over the table keeps a fork.
 * Fails: cooperative, preemptive.
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
	if (err)
		return err;
	err = cigo_mutex_lock(ctx, second);
	if (!err) {
		err = dinner(ctx, me);
		cigo_mutex_unlock(second);
	}
	cigo_mutex_unlock(first);
	return err;
}
