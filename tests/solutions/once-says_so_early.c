/* SPDX-License-Identifier: MIT
 * Wrong: it says that it has loaded before it has.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int get_width(cigo_ctx *ctx, struct settings *s, int *ret_width)
{
	int err = 0;

	if (!s->loaded) {
		s->loaded = true;
		err = load(ctx, &s->width);
		s->loaded = !err;
	}
	*ret_width = s->width;
	return err;
}
