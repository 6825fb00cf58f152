/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* A client and its server name the two ends of their connection. */
static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	char near[128], far[128];
	cigo_listener *l;
	cigo_stream *client, *server;

	cigo_must(cigo_listen(ctx, "tcp", "127.0.0.1:0", NULL, &l));
	cigo_must(cigo_dial(ctx, "tcp", cigo_listener_address(l), &client));
	cigo_must(cigo_accept(ctx, l, &server));

	cigo_must(cigo_address_local(client, near, sizeof near));
	cigo_must(cigo_address_peer(server, far, sizeof far));
	printf("the client is at %s, the server sees %s\n", near, far);

	cigo_stream_close(client);
	cigo_stream_close(server);
	cigo_listener_close(l);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}
