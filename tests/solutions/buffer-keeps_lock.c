/* SPDX-License-Identifier: MIT
 * Wrong: who is cancelled keeps the lock, which the wait has taken again.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int put(cigo_ctx *ctx, struct shelf *s, int item)
{
	int err = cigo_mutex_lock(ctx, s->lock);

	if (err)
		return err;
	while (!err && s->full)
		err = cigo_condition_wait(ctx, s->emptied, s->lock);
	if (!err) {
		s->item = item;
		s->full = true;
		cigo_condition_notify(s->filled, 1);
	}
	cigo_mutex_unlock(s->lock);
	return err;
}

int get(cigo_ctx *ctx, struct shelf *s, int *ret_item)
{
	int err = cigo_mutex_lock(ctx, s->lock);

	if (err)
		return err;
	while (!err && !s->full)
		err = cigo_condition_wait(ctx, s->filled, s->lock);
	if (err)
		return err;
	*ret_item = s->item;
	s->full = false;
	cigo_condition_notify(s->emptied, 1);
	cigo_mutex_unlock(s->lock);
	return 0;
}
