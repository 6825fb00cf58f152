/* SPDX-License-Identifier: MIT
 * Tasks: spawn one, work beside it, await its result.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

static int subtask(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg);
	int *result = ret, err = 0;

	for (int i = 0; i < 3 && !err; i++) {
		printf("in subtask: %d\n", i);
		err = cigo_sleep(ctx, CIGO_S(1));
	}
	*result = 42;
	return err;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_task *task = cigo_spawn(ctx, subtask, sizeof(int), NULL);
	int err = 0, result;

	for (int j = 0; j < 3 && !err; j++) {
		printf("in main task: %d\n", j);
		err = cigo_sleep(ctx, CIGO_S(1));
	}
	err = cigo_take(ctx, task, &result);
	printf("task result: %d\n", result);
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv, "Tasks: spawn one, work beside it, await its result.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
