/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* Sends each line back. */
static int echo(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	cigo_bytes line;
	ssize_t n;

	while ((n = cigo_stream_read_line(ctx, s, &line)) > 0)
		n = cigo_stream_write(ctx, s, line.data, line.size);
	return (int)n;
}

static int server(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_serve_options options = { .size = sizeof options,
				       .limit = 100,
				       .idle_ns = CIGO_S(60) };

	return cigo_serve(ctx, arg, echo, NULL, &options);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_listener *l;
	cigo_stream *s;
	cigo_bytes line;

	cigo_must(cigo_listen(ctx, "tcp", "127.0.0.1:0", NULL, &l));
	cigo_task *t = cigo_spawn(ctx, server, 0, l);

	cigo_must(cigo_dial(ctx, "tcp", cigo_listener_address(l), &s));
	cigo_must(cigo_stream_printf(ctx, s, "hello\n"));
	cigo_must(cigo_stream_read_line(ctx, s, &line));
	printf("%s", line.data);
	cigo_stream_close(s);

	cigo_listener_stop(l); /* the server returns when its handlers have */
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
 */
