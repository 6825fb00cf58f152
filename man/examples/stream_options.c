/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_listener *l;
	cigo_stream *s;
	cigo_bytes line;

	cigo_must(cigo_listen(ctx, "tcp", "127.0.0.1:0", NULL, &l));
	cigo_must(cigo_dial(ctx, "tcp", cigo_listener_address(l), &s));

	cigo_stream_set_timeout(s, CIGO_MS(5));		      /* for each read and write */
	cigo_stream_set_limit(s, 80);			      /* longer lines fail with -EMSGSIZE */
	cigo_stream_set_cork(s, false);			      /* each write is a system call ... */
	cigo_must(cigo_stream_set_nodelay(s, false));	      /* ... and the kernel gathers them */
	cigo_must(cigo_stream_set_keepalive(s, CIGO_S(30)));  /* notice a peer that is gone */
	printf("a descriptor: %d\n", cigo_stream_fd(s) >= 0); /* for getsockopt and the like */

	if (cigo_stream_read_line(ctx, s, &line) == -ETIMEDOUT)
		printf("the server is silent\n");
	cigo_stream_abort(s, -EIO); /* every later call fails with this */
	printf("%s\n", cigo_strerror((int)cigo_stream_read_line(ctx, s, &line)));
	cigo_stream_close(s);
	cigo_listener_close(l);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * a descriptor: 1
 * the server is silent
 * Input/output error
 */
