/* SPDX-License-Identifier: MIT
 * Servers to have lines from: each sends its lines to every client, on loopback, on a port the
 * kernel picks. They are coroutines of the demo's own event loop.
 */
#ifndef CIGO_DEMOS_SERVERS_H
#define CIGO_DEMOS_SERVERS_H

#include <cigo.h>
#include <errno.h>

#include "demos/kit/lines.h"

struct server {
	const char *const *lines; /* up to NULL */
	cigo_listener *listener;
};

static int say_lines(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	const char *const *lines = ((struct server *)arg)->lines;
	ssize_t n = 0;

	for (; *lines && n >= 0; lines++) {
		n = cigo_stream_printf(ctx, s, "%s\n", *lines);
		if (n >= 0)
			n = cigo_sleep(ctx, CIGO_MS(50));
	}
	return (int)n;
}

static int server_task(cigo_ctx *ctx, void *arg, void *ret)
{
	struct server *srv = arg;

	CIGO_UNUSED(ret);
	return cigo_serve(ctx, srv->listener, say_lines, srv, NULL);
}

/* Serves srv->lines in a task of g, until the group is closed. */
static int server_start(cigo_ctx *ctx, cigo_group *g, struct server *srv)
{
	int err = cigo_listen(ctx, "tcp", "127.0.0.1:0", NULL, &srv->listener);

	return err || cigo_spawn_in(g, server_task, 0, srv) ? err : -ENOMEM;
}

#endif
