/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* Computes on a thread of its own, in parallel to the loop. */
static int sum(cigo_ctx *ctx, void *arg, void *ret)
{
	long *result = ret;

	for (long i = 1; i <= *(long *)arg; i++)
		*result += i;
	return cigo_ctx_error(ctx); /* has it been cancelled? */
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	long n = 1000, result;
	cigo_task *worker = cigo_go(ctx, sum, sizeof result, &n);

	cigo_must(cigo_take(ctx, worker, &result));
	printf("%ld\n", result);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 500500
 */
