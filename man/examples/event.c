/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int runner(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_event_wait(ctx, arg);

	printf("off\n");
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_event *start = cigo_event_new();
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 3; i++)
		cigo_spawn_in(g, runner, 0, start);
	cigo_must(cigo_yield(ctx));
	printf("set: %d\n", cigo_event_is_set(start));
	cigo_event_set(start); /* wakes all three */
	cigo_must(cigo_group_wait(ctx, g));
	cigo_event_clear(start);
	cigo_group_close(ctx, g);
	cigo_event_free(start);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * set: 0
 * off
 * off
 * off
 */
