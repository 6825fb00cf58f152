/* SPDX-License-Identifier: MIT
 * Two iterators, item by item. a is asked first: if b ends earlier, zip drops a's last item.
 */
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

struct zip {
	cigo_iter it; /* `owned` is of items that have both of the two below */
	cigo_iter *a, *b;
	struct ci_owned *of_a, *of_b;
	size_t a_at, b_at;
	bool longest;
};

/* What a and b have given last is freed with the items of this. */
static int take_over(struct zip *z)
{
	if (z->of_a == z->a->owned && z->of_b == z->b->owned)
		return 0;
	ci_owned_set(&z->of_a, z->a->owned);
	ci_owned_set(&z->of_b, z->b->owned);
	return ci_owned_join(&z->it.owned, z->of_a, z->a_at, z->of_b, z->b_at);
}

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct zip *z = ci_container_of(it, struct zip, it);
	char *a = (char *)ret + z->a_at, *b = (char *)ret + z->b_at;
	bool more_a = ci_iter_pull(ctx, z->a, a);

	if (!more_a && (z->a->err || !z->longest))
		return z->a->err;
	bool more_b = ci_iter_pull(ctx, z->b, b);
	int err = z->b->err ? z->b->err : take_over(z);
	if (!err && (more_b || more_a) && (z->longest || (more_a && more_b)))
		return 1;
	if (more_a)
		ci_owned_free(z->a->owned, a);
	if (more_b)
		ci_owned_free(z->b->owned, b);
	return err;
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	struct zip *z = ci_container_of(it, struct zip, it);
	int err = ci_iter_close_both(ctx, z->a, z->b);

	ci_owned_set(&z->of_a, NULL);
	ci_owned_set(&z->of_b, NULL);
	free(z);
	return err;
}

static const struct ci_iter_ops ops = { next, close_it };

static void check_part(size_t item_size, const cigo_zip_part *p)
{
	ci_expect(p->at <= item_size && p->size <= item_size - p->at,
		  "a part of %zu bytes at %zu, in an item of %zu", p->size, p->at, item_size);
	ci_expect(!p->it || p->it->ended || p->it->item_size == p->size,
		  "an iterator of %zu bytes for a part of %zu", p->it->item_size, p->size);
}

static cigo_iter *make(size_t item_size, const cigo_zip_part *a, const cigo_zip_part *b,
		       bool longest)
{
	check_part(item_size, a);
	check_part(item_size, b);
	struct zip *z = a->it && b->it ? ci_iter_new(sizeof *z, &ops, item_size) : NULL;

	if (!z)
		return ci_iter_no_memory((cigo_iter *[]){ a->it, b->it }, 2);
	z->a = a->it;
	z->b = b->it;
	z->a_at = a->at;
	z->b_at = b->at;
	z->longest = longest;
	return &z->it;
}

cigo_iter *cigo_iter_zip(size_t item_size, cigo_zip_part a, cigo_zip_part b)
{
	CI_ENTRY;
	return make(item_size, &a, &b, false);
}

cigo_iter *cigo_iter_zip_longest(size_t item_size, cigo_zip_part a, cigo_zip_part b)
{
	CI_ENTRY;
	return make(item_size, &a, &b, true);
}
