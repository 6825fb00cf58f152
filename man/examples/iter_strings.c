/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>
#include <stdlib.h>

/* Lines that are kept: copies, instead of bytes that are lent until the next. */
static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_stream *in, *out;
	char **lines;

	cigo_must(cigo_pipe(&in, &out));
	cigo_must(cigo_stream_printf(ctx, out, "one\ntwo\n"));
	cigo_stream_close(out);

	ssize_t n = cigo_must(cigo_collect(ctx, cigo_iter_strings(cigo_stream_lines(in)), &lines));

	for (ssize_t i = n - 1; i >= 0; i--) {
		printf("%s", lines[i]);
		free(lines[i]);
	}
	free(lines);
	cigo_stream_close(in);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * two
 * one
 */
