/* SPDX-License-Identifier: MIT
 * Counting.
 */
#include "iter/iter_count.h"

#include <string.h>

struct counting {
	cigo_iter it;
	int64_t next, end;
	bool full; /* INT64_MAX is to be given, too */
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct counting *c = ci_container_of(it, struct counting, it);

	(void)ctx;
	if (c->next >= c->end) {
		if (!c->full)
			return 0;
		c->full = false;
	}
	memcpy(ret, &c->next, sizeof c->next);
	if (c->next < c->end)
		c->next++;
	return 1;
}

static const struct ci_iter_ops ops = { next, ci_iter_free };

cigo_iter *ci_iter_counting(int64_t from, int64_t end)
{
	struct counting *c = ci_iter_new(sizeof *c, &ops, sizeof c->next);

	if (!c)
		return NULL;
	c->next = from;
	c->end = end;
	return &c->it;
}

cigo_iter *cigo_iter_count(int64_t start)
{
	CI_ENTRY;
	cigo_iter *it = ci_iter_counting(start, INT64_MAX);

	if (it)
		ci_container_of(it, struct counting, it)->full = true;
	return it;
}
