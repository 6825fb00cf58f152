/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int ticker(cigo_ctx *ctx, void *arg, void *ret)
{
	int err;

	while ((err = cigo_sleep(ctx, CIGO_MS(1))) == 0) {}
	printf("%s ends\n", cigo_task_name(cigo_task_current(ctx)));
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *t = cigo_spawn(ctx, ticker, 0, NULL);

	cigo_must(cigo_sleep(ctx, CIGO_MS(5)));
	printf("%s\n", cigo_strerror(cigo_task_stop(ctx, t))); /* it has returned */
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * ticker ends
 * context canceled
 */
