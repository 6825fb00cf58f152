/* SPDX-License-Identifier: MIT
 * The items that a function keeps; the others are skipped.
 */
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

struct filter {
	cigo_iter it;
	cigo_iter *inner;
	cigo_map_fn *fn;
	void *arg;
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct filter *f = ci_container_of(it, struct filter, it);

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

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	int err = ci_iter_close(ctx, ci_container_of(it, struct filter, it)->inner);

	free(it);
	return err;
}

static const struct ci_iter_ops ops = { next, close_it };

cigo_iter *cigo_iter_filter(cigo_iter *it, cigo_map_fn *fn, void *arg)
{
	CI_ENTRY;
	ci_expect(fn, "no function");
	struct filter *f = it ? calloc(1, sizeof *f) : NULL;

	if (!f)
		return ci_iter_no_memory(&it, 1);
	ci_iter_init(&f->it, &ops, it->item_size);
	f->inner = it;
	f->fn = fn;
	f->arg = arg;
	return &f->it;
}
