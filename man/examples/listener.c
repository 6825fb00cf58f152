/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int client(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_stream *s;
	int err = cigo_dial(ctx, "tcp", cigo_listener_address(arg), &s);

	if (!err)
		err = (int)cigo_stream_printf(ctx, s, "hello\n");
	cigo_stream_close(s);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_listen_options options = { .size = sizeof options, .backlog = 16 };
	cigo_listener *l;
	cigo_stream *s;
	cigo_bytes line;

	cigo_must(cigo_listen(ctx, "tcp", "127.0.0.1:0", &options, &l));
	cigo_task *t = cigo_spawn(ctx, client, 0, l);

	cigo_must(cigo_accept(ctx, l, &s));
	cigo_must(cigo_stream_read_line(ctx, s, &line));
	printf("the client says %s", line.data);
	cigo_stream_close(s);
	cigo_must(cigo_future_take(ctx, t, NULL, 0));

	cigo_listener_stop(l); /* coroutines in cigo_accept would get CIGO_ECLOSED */
	printf("%s\n", cigo_strerror(cigo_accept(ctx, l, &s)));
	cigo_listener_close(l);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * the client says hello
 * closed
 */
