/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_stream *in, *out;
	char buf[16];

	cigo_must(cigo_pipe(&in, &out));
	cigo_must(cigo_stream_write(ctx, out, "0123456789", 10));
	cigo_stream_close(out);

	printf("%zd\n", cigo_stream_read_chunk(ctx, in, buf, 4));    /* just 4 */
	printf("%zd\n", cigo_stream_read(ctx, in, buf, sizeof buf)); /* what is there */
	printf("%zd\n", cigo_stream_read(ctx, in, buf, sizeof buf)); /* the end */
	cigo_stream_close(in);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 4
 * 6
 * 0
 */
