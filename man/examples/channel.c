/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int sender(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = 0;

	for (int i = 1; i <= 3 && !err; i++)
		err = cigo_send(ctx, arg, &i); /* cigo_channel_send(ctx, arg, &i, sizeof i) */
	cigo_channel_close(arg);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_channel *c = cigo_channel_new(sizeof(int), 0); /* no buffer */
	cigo_task *t = cigo_spawn(ctx, sender, 0, c);
	int item;

	while (cigo_recv(ctx, c, &item) == 0) /* until CIGO_ECLOSED */
		printf("%d\n", item);
	cigo_must(cigo_future_take(ctx, t, NULL, 0));
	cigo_channel_free(c);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 1
 * 2
 * 3
 */
