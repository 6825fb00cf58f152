/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int square(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	int64_t n = *(const int64_t *)item;

	*(int64_t *)ret = n * n;
	return 1;
}

static int is_odd(cigo_ctx *ctx, const void *item, void *ret, void *arg)
{
	return *(const int64_t *)item % 2 != 0;
}

/* The squares of the odd numbers below 8. */
static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_iter *odd = cigo_iter_filter(cigo_iter_range(8), is_odd, NULL);
	cigo_iter *it = cigo_iter_map(odd, square, NULL, sizeof(int64_t));

	for (int64_t i; cigo_next(ctx, it, &i);)
		printf("%d\n", (int)i);
	if (cigo_iter_error(it))
		printf("it ended early\n");
	return cigo_iter_close(ctx, it); /* closes all three */
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 1
 * 9
 * 25
 * 49
 */
