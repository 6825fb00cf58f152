/* SPDX-License-Identifier: MIT
 * The items of the iterators that an iterator gives. Each is closed before the next is asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

struct flatten {
	cigo_iter it;
	cigo_iter *its;
	cigo_iter *current; /* NULL: none yet, or it has ended */
};

static int close_current(cigo_ctx *ctx, struct flatten *f)
{
	cigo_iter *current = f->current;

	f->current = NULL;
	return current ? ci_iter_close(ctx, current) : 0;
}

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct flatten *f = ci_container_of(it, struct flatten, it);

	for (;;) {
		if (f->current) {
			ci_expect(f->current->ended || f->current->item_size == it->item_size,
				  "an iterator of %zu bytes, not %zu", f->current->item_size,
				  it->item_size);
			if (ci_iter_pull(ctx, f->current, ret)) {
				ci_owned_set(&it->owned, f->current->owned);
				return 1;
			}
			int err = close_current(ctx, f);
			if (err)
				return err;
		}
		if (!ci_iter_pull(ctx, f->its, &f->current))
			return f->its->err;
		if (!f->current)
			return cigo_iter_error(NULL);
	}
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	struct flatten *f = ci_container_of(it, struct flatten, it);
	int err = close_current(ctx, f), other = ci_iter_close(ctx, f->its);

	free(f);
	return err ? err : other;
}

static const struct ci_iter_ops ops = { next, close_it };

cigo_iter *cigo_iter_flatten(cigo_iter *its, size_t item_size)
{
	CI_ENTRY;
	ci_expect(item_size, "items of 0 bytes");
	ci_expect(!its || its->ended || its->item_size == sizeof(cigo_iter *),
		  "its items are no iterators");
	struct flatten *f = its ? ci_iter_new(sizeof *f, &ops, item_size) : NULL;

	if (!f)
		return ci_iter_no_memory(&its, 1);
	f->its = its;
	return &f->it;
}
