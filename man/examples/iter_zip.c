/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

struct pair {
	int64_t n;
	double value;
};

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	const double values[] = { 0.5, 0.25 };
	cigo_iter *it = cigo_enumerate(struct pair, n, 1, value,
				       cigo_iter_array(values, 2, sizeof *values));
	cigo_iter *longest = cigo_zip_longest(struct pair, n, cigo_iter_range(3), value,
					      cigo_iter_array(values, 2, sizeof *values));

	for (struct pair p; cigo_next(ctx, it, &p);)
		printf("%d: %.2f\n", (int)p.n, p.value);
	cigo_must(cigo_iter_close(ctx, it));

	it = longest; /* zeros where the shorter has ended */
	for (struct pair p; cigo_next(ctx, it, &p);)
		printf("%d: %.2f\n", (int)p.n, p.value);
	return cigo_iter_close(ctx, it);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 1: 0.50
 * 2: 0.25
 * 0: 0.50
 * 1: 0.25
 * 2: 0.00
 */
