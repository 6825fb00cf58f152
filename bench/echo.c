/* SPDX-License-Identifier: MIT
 * The echo server that is measured: demos/echo without its limits and timeouts, which the peers do
 * not have either. Prints its port; runs until it is killed.
 */
#include <cigo.h>

#include "bench.h"

enum { SIZE = 32768 };

static int echo(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	CIGO_UNUSED(arg);
	char buf[SIZE];
	ssize_t n;

	while ((n = cigo_stream_read(ctx, s, buf, sizeof buf)) > 0)
		if ((n = cigo_stream_write(ctx, s, buf, (size_t)n)) < 0)
			break;
	return (int)n;
}

static int server(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_listener *l;
	int err = cigo_listen(ctx, "tcp", "127.0.0.1:0", NULL, &l);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (err)
		return err;
	puts(strrchr(cigo_listener_address(l), ':') + 1);
	fflush(stdout);
	err = cigo_serve(ctx, l, echo, NULL, NULL);
	cigo_listener_close(l);
	return err;
}

int main(void)
{
	cigo_must(cigo_run(server, NULL));
	return 0;
}
