/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int visitors;

static int visitor(cigo_ctx *ctx, void *arg, void *ret)
{
	int seen = visitors;

	cigo_point(ctx); /* in the preemptive model others may run here, under a schedule */
	visitors = seen + 1;
	cigo_show(ctx, "visitors", "%d", visitors);
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *a = cigo_spawn(ctx, visitor, 0, NULL), *b = cigo_spawn(ctx, visitor, 0, NULL);

	cigo_must(cigo_future_take(ctx, a, NULL, 0));
	cigo_must(cigo_future_take(ctx, b, NULL, 0));
	cigo_outcome("%d visitors", visitors);
	/* without an explorer, false would abort here */
	printf("holds: %d\n", cigo_check(visitors == 2, "%d visitors", visitors));
	return 0;
}

int main(void)
{
	/* CIGO_MODEL=preemptive cigo-explore ./program finds that the check can fail */
	cigo_loop_options options = { .size = sizeof options, .model = CIGO_COOPERATIVE };

	return cigo_run_with(&options, cigo_ctx_background(), first, NULL) < 0;
}

/*
 * It prints:
 * holds: 1
 */
