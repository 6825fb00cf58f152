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
	int long_time = 30, short_time = 10, ms;
	cigo_task *tasks[] = { cigo_spawn(ctx, sleep_ms, sizeof(int), &long_time),
			       cigo_spawn(ctx, sleep_ms, sizeof(int), &short_time) };
	cigo_iter *it = cigo_iter_completed(tasks, 2);

	for (cigo_future *f; cigo_next(ctx, it, &f);) {
		cigo_must(cigo_result(f, &ms));
		printf("%d ms\n", ms);
	}
	cigo_must(cigo_iter_close(ctx, it));
	cigo_detach(tasks[0]);
	cigo_detach(tasks[1]);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 10 ms
 * 30 ms
 */
