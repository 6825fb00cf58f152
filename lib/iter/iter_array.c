/* SPDX-License-Identifier: MIT
 * The items of an array, which still belongs to the caller.
 */
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

struct array {
	cigo_iter it;
	const char *items;
	size_t n;
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct array *a = ci_container_of(it, struct array, it);

	(void)ctx;
	if (!a->n)
		return 0;
	memcpy(ret, a->items, it->item_size);
	a->items += it->item_size;
	a->n--;
	return 1;
}

static const struct ci_iter_ops ops = { next, ci_iter_free };

cigo_iter *cigo_iter_array(const void *items, size_t n, size_t item_size)
{
	CI_ENTRY;
	ci_expect(item_size, "items of 0 bytes");
	ci_expect(items || !n, "no items");
	struct array *a = ci_iter_new(sizeof *a, &ops, item_size);

	if (!a)
		return NULL;
	a->items = items;
	a->n = n;
	return &a->it;
}
