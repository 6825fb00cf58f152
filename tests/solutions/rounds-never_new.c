/* SPDX-License-Identifier: MIT
 * Wrong: the second round is complete before it begins.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int meet(cigo_ctx *ctx, struct meeting *m)
{
	int err = cigo_mutex_lock(ctx, m->lock);

	if (err)
		return err;
	if (++m->here == m->members)
		cigo_condition_notify_all(m->complete);
	while (!err && m->here < m->members)
		err = cigo_condition_wait(ctx, m->complete, m->lock);
	cigo_mutex_unlock(m->lock);
	return err;
}
