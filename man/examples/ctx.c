/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int sleeper(cigo_ctx *ctx, void *arg, void *ret)
{
	return cigo_sleep(ctx, CIGO_S(60));
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_ctx *child = cigo_ctx_with_cancel(ctx);
	cigo_ctx *kept = cigo_ctx_ref(child);
	cigo_task *t = cigo_spawn(child, sleeper, 0, NULL);

	cigo_ctx_cancel(child, 0); /* wakes the sleeper */
	printf("the sleeper: %s\n", cigo_strerror(cigo_future_take(ctx, t, NULL, 0)));
	printf("the child: %s\n", cigo_strerror(cigo_ctx_error(child)));
	printf("its parent: %s\n", cigo_strerror(cigo_ctx_error(ctx)));
	cigo_ctx_unref(child);
	cigo_ctx_unref(kept);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * the sleeper: context canceled
 * the child: context canceled
 * its parent: no error
 */
