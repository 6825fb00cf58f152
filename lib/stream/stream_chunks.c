/* SPDX-License-Identifier: MIT
 * Chunks of exactly n bytes, but for the last.
 */
#include "stream/stream_chunks.h"

#include <errno.h>
#include <stdlib.h>

#include "stream/stream.h"

struct pieces {
	cigo_iter it;
	cigo_stream *s;
	ci_read_fn *read;
	size_t n;
	char buffer[]; /* n + 1 bytes */
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct pieces *p = ci_container_of(it, struct pieces, it);
	ssize_t n = p->read(ctx, p->s, p->buffer, p->n);

	if (n <= 0)
		return (int)n;
	p->buffer[n] = '\0';
	*(cigo_bytes *)ret = (cigo_bytes){ p->buffer, (size_t)n };
	return 1;
}

static const struct ci_iter_ops ops = { next, ci_iter_free };

cigo_iter *ci_stream_pieces(cigo_stream *s, size_t n, ci_read_fn *read)
{
	if (!s)
		return NULL;
	if (!n)
		return ci_iter_failed(-EINVAL, sizeof(cigo_bytes));
	struct pieces *p = n > PTRDIFF_MAX / 2 ? NULL : calloc(1, sizeof *p + n + 1);
	if (!p)
		return NULL;
	ci_iter_init(&p->it, &ops, sizeof(cigo_bytes));
	p->s = s;
	p->n = n;
	p->read = read;
	return &p->it;
}

cigo_iter *cigo_stream_chunks(cigo_stream *s, size_t n)
{
	CI_ENTRY;
	return ci_stream_pieces(s, n, ci_stream_read_chunk);
}
