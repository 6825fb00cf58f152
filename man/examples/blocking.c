/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>
#include <unistd.h>

/* Some library that knows nothing of loops. */
static int slow_answer(void *arg)
{
	usleep(1000);
	return *(int *)arg * 2;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int question = 21, answer;

	/* other coroutines run meanwhile */
	cigo_blocking_begin(ctx);
	answer = slow_answer(&question);
	cigo_blocking_end(ctx);
	printf("%d\n", answer);

	/* the same in one call */
	printf("%d\n", cigo_blocking_call(ctx, slow_answer, &question));
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 42
 * 42
 */
