/* SPDX-License-Identifier: MIT
 * Wrong: what failed counts as loaded.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int get_width(cigo_ctx *ctx, struct settings *s, int *ret_width)
{
	int err = cigo_mutex_lock(ctx, s->lock);

	if (err)
		return err;
	if (!s->loaded)
		err = load(ctx, &s->width);
	s->loaded = true;
	*ret_width = s->width;
	cigo_mutex_unlock(s->lock);
	return err;
}
