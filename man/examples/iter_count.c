/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* 0 .. n - 1 for each n */
static int below(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	*(cigo_iter **)ret = cigo_iter_range(*(const int64_t *)item);
	return 1;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_iter *counts = cigo_iter_count(1); /* 1, 2, 3 and so on */
	cigo_iter *it = cigo_iter_flat_map(counts, below, NULL, sizeof(int64_t));

	for (int64_t i, n = 0; n < 6 && cigo_next(ctx, it, &i); n++)
		printf("%d\n", (int)i);
	return cigo_iter_close(ctx, it);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 0
 * 0
 * 1
 * 0
 * 1
 * 2
 */
