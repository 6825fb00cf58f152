/* SPDX-License-Identifier: MIT
 * The program of docs/moving.md: three sources are asked for a quote; what comes within a second
 * counts, and nobody is left behind.
 */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "demos/kit/help.h"

struct source {
	const char *name;
	int ms, price;
	cigo_queue *quotes;
};

static int ask(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	const struct source *s = arg;
	int err = cigo_sleep(ctx, CIGO_MS(s->ms));

	return err ? err : cigo_put(ctx, s->quotes, s);
}

static int collect(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	int err, missing = 3;

	for (struct source got; missing; missing--) {
		if ((err = cigo_get(ctx, arg, &got)))
			break;
		printf("%s: %d\n", got.name, got.price);
	}
	printf("missing: %d\n", missing);
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg);
	CIGO_UNUSED(ret);
	cigo_queue *quotes = cigo_queue_new(sizeof(struct source), 3);
	struct source sources[] = { { "slow", 60000, 30, quotes },
				    { "near", 20, 10, quotes },
				    { "far", 150, 20, quotes } };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 3; i++)
		cigo_spawn_in(g, ask, 0, &sources[i]);
	int err = cigo_call_timeout(ctx, CIGO_S(1), collect, quotes, NULL);
	cigo_group_cancel(g, 0);
	cigo_group_close(ctx, g); /* all three have returned */
	cigo_queue_free(quotes);
	puts("nobody is left");
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv, "asks three sources at once, and does not wait for the slow one");
	return cigo_run(first, NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
}
