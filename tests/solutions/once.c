/* SPDX-License-Identifier: MIT
 * A solution: looking and loading are one step, as the lock is held over both.
 */
#include "exercises.h"

int get_width(cigo_ctx *ctx, struct settings *s, int *ret_width)
{
	int err = cigo_mutex_lock(ctx, s->lock);

	if (err)
		return err;
	if (!s->loaded)
		err = load(ctx, &s->width);
	s->loaded = !err;
	*ret_width = s->width;
	cigo_mutex_unlock(s->lock);
	return err;
}
