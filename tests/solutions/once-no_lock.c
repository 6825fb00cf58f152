/* SPDX-License-Identifier: MIT
 * Wrong: others look while the first one loads.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int get_width(cigo_ctx *ctx, struct settings *s, int *ret_width)
{
	int err = 0;

	if (!s->loaded)
		err = load(ctx, &s->width);
	s->loaded = !err;
	*ret_width = s->width;
	return err;
}
