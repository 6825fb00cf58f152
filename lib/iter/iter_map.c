/* SPDX-License-Identifier: MIT
 * What a function makes of every item; it may leave items out.
 */
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

struct map {
	cigo_iter it;
	cigo_iter *inner;
	cigo_map_fn *fn;
	void *arg;
	char item[] __attribute__((aligned(CI_ALIGN))); /* of inner */
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct map *m = ci_container_of(it, struct map, it);

	while (ci_iter_pull(ctx, m->inner, m->item)) {
		int kept;
		CI_OUTSIDE(kept = m->fn(ctx, m->item, ret, m->arg));

		if (kept)
			return kept < 0 ? kept : 1;
		memset(ret, 0, it->item_size);
	}
	return m->inner->err;
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	int err = ci_iter_close(ctx, ci_container_of(it, struct map, it)->inner);

	free(it);
	return err;
}

static const struct ci_iter_ops ops = { next, close_it };

cigo_iter *cigo_iter_map(cigo_iter *it, cigo_map_fn *fn, void *arg, size_t item_size)
{
	CI_ENTRY;
	ci_expect(fn, "no function");
	ci_expect(item_size, "items of 0 bytes");
	struct map *m = it ? calloc(1, sizeof *m + it->item_size) : NULL;

	if (!m)
		return ci_iter_no_memory(&it, 1);
	ci_iter_init(&m->it, &ops, item_size);
	m->inner = it;
	m->fn = fn;
	m->arg = arg;
	return &m->it;
}
