/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>
#include <stdlib.h>

static int print(cigo_ctx *ctx, const void *item, void *arg)
{
	printf("%d\n", *(const int *)item);
	return *(const int *)item >= 3; /* > 0: enough */
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	const int a[] = { 1, 2, 2 }, b[] = { 2, 3, 4 };
	cigo_iter *both =
		cigo_chain(cigo_iter_array(a, 3, sizeof *a), cigo_iter_array(b, 3, sizeof *b));
	int *items;
	ssize_t n = cigo_must(cigo_collect(ctx, cigo_iter_uniq(both), &items));

	printf("%zd items\n", n);
	free(items);
	return cigo_iter_for_each(ctx, cigo_iter_array(b, 3, sizeof *b), print, NULL);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 4 items
 * 2
 * 3
 */
