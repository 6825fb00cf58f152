/* SPDX-License-Identifier: MIT
 * The lines of two servers, one after the other: the second is dialled when the first has ended.
 */
#include "demos/kit/help.h"
#include "demos/kit/servers.h"

#include <stdio.h>

static int print_lines(cigo_ctx *ctx, const char *first, const char *second)
{
	cigo_iter *it = cigo_chain(cigo_dial_lines("tcp", first), cigo_dial_lines("tcp", second));

	for (cigo_bytes line; cigo_next(ctx, it, &line);)
		printf("got line: %s", line.data);
	return cigo_iter_close(ctx, it);
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	struct server first = { .lines = latin }, second = { .lines = japanese };
	cigo_group *servers = cigo_group_new(ctx, 0, 0);
	int err = server_start(ctx, servers, &first);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (!err)
		err = server_start(ctx, servers, &second);
	if (!err)
		err = print_lines(ctx, cigo_listener_address(first.listener),
				  cigo_listener_address(second.listener));
	cigo_group_close(ctx, servers);
	cigo_listener_close(first.listener);
	cigo_listener_close(second.listener);
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "The lines of two servers, one after the other: the second is dialled when the\n"
	     "first has ended.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
