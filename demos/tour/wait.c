/* SPDX-License-Identifier: MIT
 * Waiting for several awaitables at once: a future and two tasks, of three different types.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

static int oops; /* an error of this program's own, see main */

static int set_future(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future *future = arg;
	const char *text = "test";
	int *result = ret;
	int err = cigo_sleep(ctx, CIGO_S(1));

	cigo_set(future, &text);
	*result = 20;
	return err;
}

static int fail(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg);
	double *result = ret;
	int err = cigo_sleep(ctx, CIGO_S(1));

	*result = 25.5; /* a value beside an error: both arrive */
	return err ? err : oops;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	const char *result1 = NULL;
	int result2 = 0;
	double result3 = 0;
	cigo_future *future = cigo_future_new(sizeof result1);
	cigo_task *task1 = cigo_spawn(ctx, set_future, sizeof result2, future);
	cigo_task *task2 = cigo_spawn(ctx, fail, sizeof result3, NULL);

	int err = cigo_wait_all(ctx, cigo_write_to(ctx, future, &result1),
				cigo_write_to(ctx, task1, &result2),
				cigo_write_to(ctx, task2, &result3));

	printf("results: %s %d %g\n", result1, result2, result3);
	printf("error: %s\n", cigo_strerror(err));
	cigo_future_unref(future);
	cigo_future_unref(task1);
	cigo_future_unref(task2);
	return 0;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Waiting for several awaitables at once: a future and two tasks, of three\n"
	     "different types.");
	oops = cigo_error_new("oops");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
