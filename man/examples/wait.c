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
	int slow = 60000, quick = 1, ms;
	cigo_task *a = cigo_spawn(ctx, sleep_ms, sizeof ms, &slow);
	cigo_task *b = cigo_spawn(ctx, sleep_ms, sizeof ms, &quick);
	cigo_task *both[] = { a, b };

	cigo_must(cigo_wait_any(ctx, a, b)); /* one has succeeded; both may go on */
	printf("b is done: %d\n", cigo_future_is_done(b));
	cigo_must(cigo_first_result(ctx, both, 2, &ms, sizeof ms)); /* the loser is cancelled */
	printf("%d ms\n", ms);
	printf("%s\n", cigo_strerror(cigo_wait_all(ctx, a, b)));
	cigo_detach(a);
	cigo_detach(b);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * b is done: 1
 * 1 ms
 * context canceled
 */
