/* SPDX-License-Identifier: MIT
 * What a function makes of every item; it may leave items out.
 */
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct ci_iter_over *m = ci_container_of(it, struct ci_iter_over, it);

	while (ci_iter_pull(ctx, m->inner, m->item)) {
		int kept;
		CI_OUTSIDE(kept = m->fn(ctx, m->item, ret, m->arg));

		if (kept)
			return kept < 0 ? kept : 1;
		memset(ret, 0, it->item_size);
	}
	return m->inner->err;
}

static const struct ci_iter_ops ops = { next, ci_iter_over_close };

cigo_iter *cigo_iter_map(cigo_iter *it, cigo_map_fn *fn, void *arg, size_t item_size)
{
	CI_ENTRY;
	ci_expect(fn, "no function");
	ci_expect(item_size, "items of 0 bytes");
	return ci_iter_over(&ops, it, item_size, fn, arg, it ? it->item_size : 0);
}
