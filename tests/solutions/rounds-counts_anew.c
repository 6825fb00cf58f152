/* SPDX-License-Identifier: MIT
 * Wrong: who is slow to leave takes the next round for the last one.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int meet(cigo_ctx *ctx, struct meeting *m)
{
	int err = cigo_mutex_lock(ctx, m->lock);

	if (err)
		return err;
	if (++m->here == m->members) {
		m->here = 0;
		cigo_condition_notify_all(m->complete);
	}
	while (!err && m->here > 0)
		err = cigo_condition_wait(ctx, m->complete, m->lock);
	if (err)
		m->here--;
	cigo_mutex_unlock(m->lock);
	return err;
}
