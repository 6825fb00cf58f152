/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int writer(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = (int)cigo_stream_printf(ctx, arg, "through the pipe\n");

	cigo_stream_close(arg);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_stream *in, *out;
	cigo_bytes line;

	cigo_must(cigo_pipe(&in, &out));
	cigo_detach(cigo_spawn(ctx, writer, 0, out));
	while (cigo_must(cigo_stream_read_line(ctx, in, &line)) > 0)
		printf("%s", line.data);
	cigo_stream_close(in);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * through the pipe
 */
