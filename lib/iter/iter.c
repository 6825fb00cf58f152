/* SPDX-License-Identifier: MIT
 * What all iterators share.
 */
#include "iter/iter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "task/park.h"

void ci_iter_init(cigo_iter *it, const struct ci_iter_ops *ops, size_t item_size)
{
	*it = (cigo_iter){ .ops = ops, .item_size = item_size };
}

void *ci_iter_new(size_t size, const struct ci_iter_ops *ops, size_t item_size)
{
	cigo_iter *it = calloc(1, size);

	if (it)
		ci_iter_init(it, ops, item_size);
	return it;
}

static int never(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	(void)ctx, (void)ret;
	return it->err;
}

int ci_iter_free(cigo_ctx *ctx, cigo_iter *it)
{
	(void)ctx;
	free(it);
	return 0;
}

static const struct ci_iter_ops failed = { never, ci_iter_free };

cigo_iter *ci_iter_failed(int err, size_t item_size)
{
	cigo_iter *it = ci_iter_new(sizeof *it, &failed, item_size);

	if (it) {
		it->err = err;
		it->ended = true;
	}
	return it;
}

cigo_iter *ci_iter_no_memory(cigo_iter *const *its, size_t n)
{
	cigo_iter *first = NULL;

	for (size_t i = 0; i < n; i++) {
		cigo_iter *it = its[i];

		if (!it)
			continue;
		it->ended = true;
		it->err = -ENOMEM;
		it->item_size = 0; /* any size may be asked for */
		if (first) {
			while (it->also)
				it = it->also;
			it->also = first->also;
			first->also = its[i];
		} else {
			first = it;
		}
	}
	return first;
}

static bool next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	ci_expect(!it->busy, "two consumers of one iterator at the same moment");
	if (it->ended)
		return false;
	it->busy = true;
	int more = it->ops->next(ctx, it, ret);
	it->busy = false;
	if (more > 0) {
		if (ci_self.me && ctx->loop && ci_holds(ctx->loop))
			ci_park_pass(ci_self.me);
		return true;
	}
	it->ended = true;
	it->err = more;
	return false;
}

bool ci_iter_pull(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	if (!it)
		return false;
	if (it->item_size)
		memset(ret, 0, it->item_size);
	return next(ctx, it, ret);
}

bool cigo_iter_next(cigo_ctx *ctx, cigo_iter *it, void *ret, size_t size)
{
	CI_ENTRY;
	if (ret && size)
		memset(ret, 0, size);
	if (!it)
		return false;
	if (!ctx && !it->ended) {
		it->ended = true;
		it->err = -ENOMEM;
	}
	ci_expect(size == it->item_size || it->ended, "items have %zu bytes, not %zu",
		  it->item_size, size);
	ci_expect(ret || !size, "nowhere to put the item");
	bool more = next(ctx, it, ret);
	if (!more && ret && size)
		memset(ret, 0, size);
	return more;
}

int cigo_iter_error(const cigo_iter *it)
{
	CI_ENTRY;
	return it ? it->err : -ENOMEM;
}

int ci_iter_close(cigo_ctx *ctx, cigo_iter *it)
{
	if (!it)
		return -ENOMEM;
	if (!ctx)
		ctx = cigo_ctx_background();
	ci_expect(!it->busy, "somebody is inside its next");
	int err = it->err;
	while (it) {
		cigo_iter *also = it->also;
		ci_owned_set(&it->owned, NULL);
		int other = it->ops->close(ctx, it);

		err = err ? err : other;
		it = also;
	}
	return err;
}

int cigo_iter_close(cigo_ctx *ctx, cigo_iter *it)
{
	CI_ENTRY;
	return ci_iter_close(ctx, it);
}

int ci_iter_close_both(cigo_ctx *ctx, cigo_iter *a, cigo_iter *b)
{
	int err = ci_iter_close(ctx, a), other = ci_iter_close(ctx, b);

	return err ? err : other;
}

/* --- over another one ------------------------------------------------------------------------ */

cigo_iter *ci_iter_over(const struct ci_iter_ops *ops, cigo_iter *inner, size_t item_size,
			cigo_map_fn *fn, void *arg, size_t room)
{
	struct ci_iter_over *o = inner ? ci_iter_new(sizeof *o + room, ops, item_size) : NULL;

	if (!o)
		return ci_iter_no_memory(&inner, 1);
	o->inner = inner;
	o->fn = fn;
	o->arg = arg;
	return &o->it;
}

int ci_iter_over_close(cigo_ctx *ctx, cigo_iter *it)
{
	int err = ci_iter_close(ctx, ci_container_of(it, struct ci_iter_over, it)->inner);

	free(it);
	return err;
}
