/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int greet(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	return (int)cigo_stream_printf(ctx, s, "hello\nbye\n");
}

static int server(cigo_ctx *ctx, void *arg, void *ret)
{
	return cigo_serve(ctx, arg, greet, NULL, NULL);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_listener *l;
	cigo_stream *s;
	cigo_bytes line;
	cigo_iter *lines;

	cigo_must(cigo_listen(ctx, "tcp", "localhost:0", NULL, &l));
	cigo_task *t = cigo_spawn(ctx, server, 0, l);

	cigo_must(cigo_dial(ctx, "tcp", cigo_listener_address(l), &s));
	cigo_must(cigo_stream_read_line(ctx, s, &line));
	printf("%s", line.data);
	cigo_stream_close(s);

	/* all lines, as an iterator */
	lines = cigo_dial_lines("tcp", cigo_listener_address(l));
	while (cigo_next(ctx, lines, &line))
		printf("%s", line.data);
	cigo_must(cigo_iter_close(ctx, lines));

	cigo_listener_stop(l);
	cigo_must(cigo_future_take(ctx, t, NULL, 0));
	cigo_listener_close(l);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * hello
 * hello
 * bye
 */
