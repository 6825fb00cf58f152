/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int worker(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_sleep(ctx, CIGO_S(60));
	cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(5));

	/* ctx has ended: every wait with it fails at once; this one does not */
	if (cigo_sleep(clean, CIGO_MS(1)) == 0)
		printf("cleaned up\n");
	cigo_ctx_unref(clean);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *t = cigo_spawn(ctx, worker, 0, NULL);

	cigo_must(cigo_yield(ctx));
	printf("%s\n", cigo_strerror(cigo_task_stop(ctx, t)));
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * cleaned up
 * context canceled
 */
