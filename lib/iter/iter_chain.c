/* SPDX-License-Identifier: MIT
 * One iterator after the other. An error of one ends the whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "iter/iter.h"
#include "base/misuse.h"

struct chain {
	cigo_iter it;
	size_t n, at;
	cigo_iter *its[]; /* those before `at` are closed */
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct chain *c = ci_container_of(it, struct chain, it);

	for (; c->at < c->n; c->at++) {
		if (ci_iter_pull(ctx, c->its[c->at], ret)) {
			ci_owned_set(&it->owned, c->its[c->at]->owned);
			return 1;
		}
		int err = ci_iter_close(ctx, c->its[c->at]);
		if (err) {
			c->at++;
			return err;
		}
	}
	return 0;
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	struct chain *c = ci_container_of(it, struct chain, it);
	int err = 0;

	for (; c->at < c->n; c->at++) {
		int other = ci_iter_close(ctx, c->its[c->at]);
		err = err ? err : other;
	}
	free(c);
	return err;
}

static const struct ci_iter_ops ops = { next, close_it };

/* The item size of all iterators that have not failed. */
static size_t common_size(cigo_iter *const *its, size_t n)
{
	const cigo_iter *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!its[i] || !its[i]->item_size)
			continue;
		ci_expect(!first || its[i]->item_size == first->item_size,
			  "iterators of %zu and of %zu bytes", first->item_size, its[i]->item_size);
		first = its[i];
	}
	return first ? first->item_size : 0;
}

cigo_iter *cigo_iter_chain(cigo_iter *const *its, size_t n)
{
	CI_ENTRY;
	ci_expect(its || !n, "no iterators");
	size_t size = common_size(its, n);
	struct chain *c = ci_iter_new(sizeof *c + n * sizeof *c->its, &ops, size);

	if (!c)
		return ci_iter_no_memory(its, n);
	if (!size)
		c->it.ended = true; /* no item will come: any size may be asked for */
	for (size_t i = 0; i < n; i++) {
		c->its[i] = its[i];
		if (!its[i] && !size)
			c->it.err = -ENOMEM;
	}
	c->n = n;
	return &c->it;
}
