/* SPDX-License-Identifier: MIT
 * The lines of a stream. Lines that are not asked for stay in the stream.
 */
#include <stdlib.h>

#include "iter/iter.h"
#include "stream/stream.h"

struct lines {
	cigo_iter it;
	cigo_stream *s;
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	ssize_t n = ci_stream_read_until(ctx, ci_container_of(it, struct lines, it)->s, '\n', ret);

	return n > 0 ? 1 : (int)n;
}

static const struct ci_iter_ops ops = { next, ci_iter_free };

cigo_iter *cigo_stream_lines(cigo_stream *s)
{
	CI_ENTRY;
	struct lines *l = s ? calloc(1, sizeof *l) : NULL;

	if (!l)
		return NULL;
	ci_iter_init(&l->it, &ops, sizeof(cigo_bytes));
	l->s = s;
	return &l->it;
}
