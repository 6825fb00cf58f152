/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int sleep_ms(cigo_ctx *ctx, void *arg, void *ret)
{
	*(int *)ret = *(int *)arg;
	return cigo_sleep(ctx, CIGO_MS(*(int *)arg));
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	const int times[] = { 30, 10, 60000 };
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_KEEP_GOING);
	cigo_task *t;
	int ms;

	for (int i = 0; i < 3; i++)
		cigo_group_spawn_copy(g, "sleeper", sleep_ms, sizeof(int), &times[i],
				      sizeof times[i]);
	for (int i = 0; i < 2 && cigo_must(cigo_group_next(ctx, g, &t)); i++) {
		cigo_must(cigo_result(t, &ms));
		printf("slept %d ms\n", ms);
	}
	cigo_group_cancel(g, 0); /* the third is not awaited any more */
	cigo_group_close(ctx, g);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * slept 10 ms
 * slept 30 ms
 */
