/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_channel *c = cigo_channel_new(sizeof(int), 1); /* a buffer for one */
	int item = 7, err = cigo_channel_try_send(c, &item, sizeof item);

	printf("sent: %d, buffered: %zu\n", err, cigo_channel_count(c));
	if (cigo_channel_try_send(c, &item, sizeof item) == -EAGAIN)
		printf("the buffer is full\n");
	cigo_must(cigo_channel_try_recv(c, &item, sizeof item));
	printf("received: %d\n", item);
	cigo_channel_free(c);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * sent: 0, buffered: 1
 * the buffer is full
 * received: 7
 */
