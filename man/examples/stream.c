/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>
#include <sys/socket.h>

static int peer(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_bytes line, rest;

	cigo_must(cigo_stream_read_line(ctx, arg, &line));
	printf("%s", line.data);
	cigo_must(cigo_stream_read_until(ctx, arg, ';', &line));
	printf("%s\n", line.data);
	cigo_must(cigo_stream_read_all(ctx, arg, 1000, &rest)); /* to the shutdown */
	printf("%zu bytes more\n", rest.size);
	cigo_stream_close(arg);
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return -1;
	cigo_stream *s = cigo_stream_open(fds[0]);
	cigo_task *t = cigo_spawn(ctx, peer, 0, cigo_stream_open(fds[1]));

	cigo_must(cigo_stream_printf(ctx, s, "line %d\n", 1));
	cigo_must(cigo_stream_write(ctx, s, "a;", 2));
	cigo_must(cigo_stream_send(s, "bcd", 3)); /* queued, never waits */
	cigo_must(cigo_stream_flush(ctx, s));
	cigo_must(cigo_stream_shutdown(s)); /* the peer reads the end */
	cigo_must(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * line 1
 * a;
 * 3 bytes more
 */
