/* SPDX-License-Identifier: MIT
 * The items that a function keeps; the others are skipped.
 */
#include "iter/iter.h"
#include "base/misuse.h"

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct ci_iter_over *f = ci_container_of(it, struct ci_iter_over, it);

	while (ci_iter_pull(ctx, f->inner, ret)) {
		int kept;
		CI_OUTSIDE(kept = f->fn(ctx, ret, NULL, f->arg));

		if (kept > 0) {
			ci_owned_set(&it->owned, f->inner->owned);
			return 1;
		}
		ci_owned_free(f->inner->owned, ret);
		if (kept < 0)
			return kept;
	}
	return f->inner->err;
}

static const struct ci_iter_ops ops = { next, ci_iter_over_close };

cigo_iter *cigo_iter_filter(cigo_iter *it, cigo_map_fn *fn, void *arg)
{
	CI_ENTRY;
	ci_expect(fn, "no function");
	return ci_iter_over(&ops, it, it ? it->item_size : 0, fn, arg, 0);
}
