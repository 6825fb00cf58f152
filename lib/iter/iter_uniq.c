/* SPDX-License-Identifier: MIT
 * Each item the first time only. The items seen so far are kept in libc's search tree.
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"

struct uniq {
	cigo_iter it;
	cigo_iter *inner;
	void *seen; /* a tree of struct item */
};

struct item {
	size_t size;
	char bytes[];
};

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return memcmp(x->bytes, y->bytes, x->size);
}

/* 1: the item is new; 0: it is not; -ENOMEM. */
static int remember(struct uniq *u, const void *bytes)
{
	size_t size = u->it.item_size;
	struct item *item = malloc(sizeof *item + size);

	if (!item)
		return -ENOMEM;
	item->size = size;
	memcpy(item->bytes, bytes, size);
	struct item **found = tsearch(item, &u->seen, compare);
	if (found && *found == item)
		return 1;
	free(item);
	return found ? 0 : -ENOMEM;
}

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct uniq *u = ci_container_of(it, struct uniq, it);

	while (ci_iter_pull(ctx, u->inner, ret)) {
		int new = remember(u, ret);

		if (new > 0) {
			ci_owned_set(&it->owned, u->inner->owned);
			return new;
		}
		ci_owned_free(u->inner->owned, ret);
		if (new < 0)
			return new;
	}
	return u->inner->err;
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	struct uniq *u = ci_container_of(it, struct uniq, it);
	int err = ci_iter_close(ctx, u->inner);

	tdestroy(u->seen, free);
	free(u);
	return err;
}

static const struct ci_iter_ops ops = { next, close_it };

cigo_iter *cigo_iter_uniq(cigo_iter *it)
{
	CI_ENTRY;
	struct uniq *u = it ? ci_iter_new(sizeof *u, &ops, it->item_size) : NULL;

	if (!u)
		return ci_iter_no_memory(&it, 1);
	u->inner = it;
	return &u->it;
}
