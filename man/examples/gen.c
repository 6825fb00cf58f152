/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* n, n - 1, ... 1 */
static int down(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	for (int64_t i = *(int *)arg; i > 0 && cigo_yield_item(ctx, gen, &i); i--) {}
	return 0;
}

/* 2, 1, then 0, 1, 2 */
static int down_and_up(cigo_ctx *ctx, cigo_gen *gen, void *arg)
{
	int err, n = 2;

	if (cigo_gen_yield_all(ctx, gen, cigo_generate(ctx, down, sizeof(int64_t), &n), &err))
		cigo_gen_yield_all(ctx, gen, cigo_iter_range(3), &err);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int unused = 0;
	cigo_iter *it = cigo_generate(ctx, down_and_up, sizeof(int64_t), &unused);

	for (int64_t i; cigo_next(ctx, it, &i);)
		printf("%d\n", (int)i);
	return cigo_iter_close(ctx, it);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 2
 * 1
 * 0
 * 1
 * 2
 */
