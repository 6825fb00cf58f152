/* SPDX-License-Identifier: MIT
 *
 * Servers to have lines from: each says its lines to whoever connects, on loopback, on a port the
 * kernel picks. They are coroutines of the demo's own event loop.
 */
#ifndef CIGO_DEMOS_SERVERS_H
#define CIGO_DEMOS_SERVERS_H

#include <cigo.h>
#include <errno.h>

static const char *const latin[] = {
	"Lorem ipsum dolor sit amet.",
	"Donec non velit consequat.",
	"Donec interdum in nulla ac scelerisque.",
	"Duis commodo, neque ac luctus eleifend.",
	"Fusce lacinia id quam ac porttitor.",
	NULL,
};

static const char *const japanese[] = {
	"生麦生米生卵",
	"すもももももももものうち",
	"東京特許許可局長今日急遽休暇許可却下",
	"斜め77度の並びで泣く泣く嘶くナナハン7台難なく並べて長眺め",
	NULL,
};

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

	return err || cigo_group_spawn(g, server_task, srv, 0) ? err : -ENOMEM;
}

#endif
