/* SPDX-License-Identifier: MIT
 * Wrong: one that was cancelled is counted still.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int meet(cigo_ctx *ctx, struct meeting *m)
{
	int err = cigo_mutex_lock(ctx, m->lock);

	if (err)
		return err;
	int round = m->round;
	if (++m->here == m->members) {
		m->here = 0;
		m->round++;
		cigo_condition_notify_all(m->complete);
	}
	while (!err && m->round == round)
		err = cigo_condition_wait(ctx, m->complete, m->lock);
	cigo_mutex_unlock(m->lock);
	return err;
}
