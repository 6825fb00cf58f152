/* SPDX-License-Identifier: MIT
 * All items as an array.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

struct array {
	char *items;
	size_t n, size, item_size;
};

static bool grow(struct array *a)
{
	size_t size = a->size ? 2 * a->size : 16, bytes;

	if (a->n < a->size)
		return true;
	if (__builtin_mul_overflow(size, a->item_size, &bytes) || bytes > PTRDIFF_MAX)
		return false;
	char *items = realloc(a->items, bytes);
	if (!items)
		return false;
	a->items = items;
	a->size = size;
	return true;
}

static void free_array(struct array *a, void (*drop)(void *item))
{
	for (size_t i = 0; drop && i < a->n; i++)
		drop(a->items + i * a->item_size);
	free(a->items);
}

ssize_t cigo_iter_collect(cigo_ctx *ctx, cigo_iter *it, void *ret_array, size_t item_size)
{
	CI_ENTRY;
	ci_expect(ret_array, "nowhere to put the array");
	struct array a = { .item_size = item_size };
	int err = ctx ? 0 : -ENOMEM, closed;

	memset(ret_array, 0, sizeof(void *));
	while (!err && (grow(&a) || !(err = -ENOMEM)) &&
	       cigo_iter_next(ctx, it, a.items + a.n * item_size, item_size))
		a.n++;
	void (*drop)(void *) = it ? it->drop : NULL; /* known once an item has come */
	closed = ci_iter_close(ctx, it);
	err = err ? err : closed;
	if (err) {
		free_array(&a, drop);
		return err;
	}
	memcpy(ret_array, &a.items, sizeof a.items);
	return (ssize_t)a.n;
}
