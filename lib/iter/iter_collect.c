/* SPDX-License-Identifier: MIT
 * All items as an array.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/array.h"
#include "base/misuse.h"

/* Items in a row that own the same. */
struct run {
	struct ci_owned *owned;
	size_t from;
	struct run *before;
};

struct array {
	char *items;
	size_t n, size, item_size;
	struct run *last; /* NULL: no item owns anything */
};

/* An item has come that owns this. A chain's items may differ. */
static int note_owned(struct array *a, struct ci_owned *owned)
{
	if (owned == (a->last ? a->last->owned : NULL))
		return 0;
	struct run *run = calloc(1, sizeof *run);
	if (!run)
		return -ENOMEM;
	ci_owned_set(&run->owned, owned);
	run->from = a->n;
	run->before = a->last;
	a->last = run;
	return 0;
}

static void free_items(struct array *a)
{
	const struct run *run = a->last;

	while (run && a->n) {
		ci_owned_free(run->owned, a->items + --a->n * a->item_size);
		run = a->n == run->from ? run->before : run;
	}
	free(a->items);
}

static void free_runs(struct array *a)
{
	for (struct run *run = a->last, *before; run; run = before) {
		before = run->before;
		ci_owned_set(&run->owned, NULL);
		free(run);
	}
}

static int take_all(cigo_ctx *ctx, cigo_iter *it, struct array *a)
{
	for (;;) {
		if (!ci_array_reserve(&a->items, &a->size, a->n + 1, a->item_size))
			return -ENOMEM;
		char *item = a->items + a->n * a->item_size;
		if (!cigo_iter_next(ctx, it, item, a->item_size))
			return 0;
		int err = note_owned(a, it->owned);
		if (err) {
			ci_owned_free(it->owned, item);
			return err;
		}
		a->n++;
	}
}

ssize_t cigo_iter_collect(cigo_ctx *ctx, cigo_iter *it, void *ret_array, size_t item_size)
{
	CI_ENTRY;
	ci_expect(ret_array, "nowhere to put the array");
	struct array a = { .item_size = item_size };

	memset(ret_array, 0, sizeof(void *));
	int err = ctx ? take_all(ctx, it, &a) : -ENOMEM, closed = ci_iter_close(ctx, it);
	err = err ? err : closed;
	if (err)
		free_items(&a);
	else
		memcpy(ret_array, &a.items, sizeof a.items);
	free_runs(&a);
	return err ? err : (ssize_t)a.n;
}
