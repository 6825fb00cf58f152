/* SPDX-License-Identifier: MIT
 * Wrong: between the look and the lock another one has loaded.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int get_width(cigo_ctx *ctx, struct settings *s, int *ret_width)
{
	if (s->loaded) {
		*ret_width = s->width;
		return 0;
	}
	int err = cigo_mutex_lock(ctx, s->lock);

	if (err)
		return err;
	err = load(ctx, &s->width);
	s->loaded = !err;
	*ret_width = s->width;
	cigo_mutex_unlock(s->lock);
	return err;
}
