/* SPDX-License-Identifier: MIT
 * The lines that a server sends. The first next dials. The iterator owns the stream.
 */
#include <stdlib.h>
#include <string.h>

#include "cigo/dial.h"
#include "iter/iter.h"
#include "stream/stream.h"

struct dial_lines {
	cigo_iter it;
	cigo_stream *s; /* NULL: not yet dialled */
	char *address;
	char network[]; /* and, behind its 0, the address */
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct dial_lines *d = ci_container_of(it, struct dial_lines, it);
	int err = d->s ? 0 : ci_dial(ctx, d->network, d->address, NULL, &d->s);

	if (err)
		return err;
	ssize_t n = ci_stream_read_until(ctx, d->s, '\n', ret);
	return n > 0 ? 1 : (int)n;
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	struct dial_lines *d = ci_container_of(it, struct dial_lines, it);

	(void)ctx;
	ci_stream_close(d->s);
	free(d);
	return 0;
}

static const struct ci_iter_ops ops = { next, close_it };

cigo_iter *cigo_dial_lines(const char *network, const char *address)
{
	CI_ENTRY;
	size_t n = strlen(network ? network : "") + 1, m = strlen(address ? address : "") + 1;
	struct dial_lines *d = calloc(1, sizeof *d + n + m);

	if (!d)
		return NULL;
	ci_iter_init(&d->it, &ops, sizeof(cigo_bytes));
	memcpy(d->network, network ? network : "", n);
	d->address = memcpy(d->network + n, address ? address : "", m);
	return &d->it;
}
