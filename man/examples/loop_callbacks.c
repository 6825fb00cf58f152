/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static void say(const cigo_ctx *ctx, int status, void *arg)
{
	printf("%s\n", (const char *)arg);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	cigo_stats stats = { .size = sizeof stats };
	char soon[] = "soon", later[] = "later", never[] = "never";
	int64_t id;

	cigo_must(cigo_loop_call_later(loop, CIGO_MS(2), say, later));
	cigo_must(cigo_loop_call_soon(loop, say, soon));
	id = cigo_must(cigo_loop_call_later(loop, CIGO_MS(1), say, never));
	printf("withdrawn: %d\n", cigo_callback_cancel(loop, id));
	cigo_must(cigo_loop_wait_idle(ctx));

	cigo_must(cigo_loop_stats(loop, &stats));
	printf("%d callbacks\n", (int)stats.callbacks);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * withdrawn: 1
 * soon
 * later
 * 2 callbacks
 */
