/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_stream *in, *out;
	cigo_iter *it;
	cigo_bytes bytes;

	cigo_must(cigo_pipe(&in, &out));
	cigo_must(cigo_stream_printf(ctx, out, "a title\n0123456789"));
	cigo_stream_close(out);

	it = cigo_stream_lines(in);
	if (cigo_next(ctx, it, &bytes))
		printf("%s", bytes.data);
	cigo_must(cigo_iter_close(ctx, it)); /* early: no byte is lost */

	it = cigo_stream_chunks(in, 4);
	while (cigo_next(ctx, it, &bytes))
		printf("%s\n", bytes.data);
	cigo_must(cigo_iter_close(ctx, it));
	cigo_stream_close(in);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * a title
 * 0123
 * 4567
 * 89
 */
