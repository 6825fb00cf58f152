/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

struct span {
	int from, to;
};

static int sum(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct span *s = arg; /* the task's own copy */
	int err = 0;

	for (int i = s->from; i <= s->to && !err; i++) {
		*(int *)ret += i;
		err = cigo_yield(ctx);
	}
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *a = cigo_spawn_copy(ctx, sum, sizeof(int), &(struct span){ 1, 10 });
	cigo_task *b = cigo_spawn_copy(ctx, sum, sizeof(int), &(struct span){ 11, 20 });
	int low, high;

	cigo_must(cigo_take(ctx, a, &low));
	cigo_must(cigo_take(ctx, b, &high));
	printf("%d and %d\n", low, high);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 55 and 155
 */
