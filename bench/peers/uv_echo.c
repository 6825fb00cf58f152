/* SPDX-License-Identifier: MIT
 * An echo server of libuv: callbacks, one buffer for all, and a write tried at once.
 */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "echo.h"

struct rest {
	uv_write_t write;
	char data[];
};

static void lend(uv_handle_t *h, size_t size, uv_buf_t *ret)
{
	static char buf[SIZE];

	(void)h, (void)size;
	*ret = uv_buf_init(buf, sizeof buf);
}

static void closed(uv_handle_t *h)
{
	free(h);
}

static void written(uv_write_t *w, int status)
{
	(void)status;
	free(w);
}

static void got(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	if (n < 0) {
		uv_close((uv_handle_t *)s, closed);
		return;
	}
	uv_buf_t out = uv_buf_init(buf->base, (unsigned)n);
	int done = uv_try_write(s, &out, 1);
	if (done == n)
		return;
	size_t from = done > 0 ? (size_t)done : 0, left = (size_t)n - from;
	struct rest *r = malloc(sizeof *r + left);
	if (!r)
		abort();
	memcpy(r->data, buf->base + from, left);
	out = uv_buf_init(r->data, (unsigned)left);
	uv_write(&r->write, s, &out, 1, written);
}

static void connected(uv_stream_t *listener, int status)
{
	uv_tcp_t *c = malloc(sizeof *c);

	(void)status;
	if (!c)
		abort();
	uv_tcp_init(listener->loop, c);
	if (uv_accept(listener, (uv_stream_t *)c))
		return;
	uv_tcp_nodelay(c, 1);
	uv_read_start((uv_stream_t *)c, lend, got);
}

int main(void)
{
	uv_tcp_t listener;

	uv_tcp_init(uv_default_loop(), &listener);
	if (uv_tcp_open(&listener, listen_anywhere()) ||
	    uv_listen((uv_stream_t *)&listener, BACKLOG, connected))
		return 1;
	return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
