/* SPDX-License-Identifier: MIT
 * Cancelling a task cancels what it awaits, unless a shield stands between.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

static int bare(cigo_ctx *ctx, void *future, void *ret)
{
	return cigo_await(ctx, future, (int *)ret);
}

static int shielded(cigo_ctx *ctx, void *future, void *ret)
{
	return cigo_take(ctx, cigo_future_shield(future), (int *)ret);
}

/* Stops a task while it awaits a future, then offers the future a value. */
static int stop_one(cigo_ctx *ctx, const char *name, cigo_coro_fn *body)
{
	cigo_future *future = cigo_future_new(sizeof(int));
	cigo_task *task = cigo_task_spawn(ctx, name, body, sizeof(int), future);
	int value, err = cigo_yield(ctx); /* it awaits now */

	printf("%s: the task ends with: %s\n", name, cigo_strerror(cigo_task_stop(ctx, task)));
	cigo_set(future, &(int){ 42 });
	if (cigo_result(future, &value) < 0)
		printf("%s: the future was cancelled too\n", name);
	else
		printf("%s: the future lives and takes a value: %d\n", name, value);
	cigo_future_unref(future);
	return err;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	int err = stop_one(ctx, "bare", bare);

	return err ? err : stop_one(ctx, "shielded", shielded);
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Cancelling a task cancels what it awaits, unless a shield stands between.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
