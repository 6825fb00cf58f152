/* SPDX-License-Identifier: MIT
 * A generator that dials a server, reads its lines and yields how many characters each has.
 */
#include "demos/kit/help.h"
#include "demos/kit/servers.h"

#include <stdio.h>

/* Characters of a line in UTF-8, without its newline. */
static int characters(cigo_bytes line)
{
	int n = 0;

	for (size_t i = 0; i < line.size && line.data[i] != '\n'; i++)
		n += (line.data[i] & 0xc0) != 0x80; /* not the middle of one */
	return n;
}

static int line_lengths(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	const char *address = *(const char **)arg;
	cigo_stream *s;
	cigo_bytes line;
	ssize_t n = cigo_dial(ctx, "tcp", address, &s);

	if (n < 0)
		return (int)n;
	while ((n = cigo_stream_read_line(ctx, s, &line)) > 0) {
		int length = characters(line);

		if (!cigo_yield_item(ctx, gen, &length))
			break; /* the consumer has left */
	}
	cigo_stream_close(s);
	return n < 0 ? (int)n : 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	struct server srv = { .lines = japanese };
	cigo_group *servers = cigo_group_new(ctx, 0, 0);
	int err = server_start(ctx, servers, &srv);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (!err) {
		const char *address = cigo_listener_address(srv.listener);
		cigo_iter *it = cigo_generate(ctx, line_lengths, sizeof(int), &address);

		for (int length; cigo_next(ctx, it, &length);)
			printf("%d\n", length);
		err = cigo_iter_close(ctx, it);
	}
	cigo_group_close(ctx, servers);
	cigo_listener_close(srv.listener);
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "A generator that dials a server, reads its lines and yields how many characters\n"
	     "each has.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
