/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int waiter(cigo_ctx *ctx, void *arg, void *ret)
{
	return cigo_sleep(CIGO_AT(ctx), CIGO_S(60));
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *t = cigo_spawn(ctx, waiter, 0, NULL);

	cigo_must(cigo_yield(ctx));
	cigo_must(cigo_loop_dump(cigo_ctx_loop(ctx),
				 stdout)); /* first runs, waiter is in cigo_sleep */
	cigo_task_stop(ctx, t);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}
