/* SPDX-License-Identifier: MIT
 * Cancelling a task: its body runs on, but from then on every await returns the cause.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

enum { FUTURES = 10 };

static const char *text(int err)
{
	return err ? cigo_strerror(err) : "<nil>";
}

static int await_all(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	cigo_future **futures = arg;

	for (int i = 0; i < FUTURES; i++) {
		int result, err = cigo_await(ctx, futures[i], &result);

		printf("%d: (%d, %s)\n", i, result, text(err));
	}
	return 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_future *futures[FUTURES];

	for (int i = 0; i < FUTURES; i++)
		futures[i] = cigo_future_new(sizeof(int));
	cigo_task *task = cigo_spawn(ctx, await_all, sizeof(int), futures);

	for (int i = 0; i < FUTURES; i++) {
		if (i == 5)
			cigo_future_cancel(task, 0);
		cigo_ignore(cigo_yield(ctx));
		cigo_set(futures[i], &i);
	}

	int result, err = cigo_take(ctx, task, &result);
	printf("task result: (%d, %s)\n", result, text(err));
	for (int i = 0; i < FUTURES; i++)
		cigo_future_unref(futures[i]);
	return 0;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Cancelling a task: its body runs on, but from then on every await returns the\n"
	     "cause.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
