/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg);
	CIGO_UNUSED(ret);

	cigo_ignore(
		cigo_sleep(ctx, CIGO_MS(2))); /* whether it slept its time does not matter here */
	printf("1.5 s are %lld ns\n", (long long)CIGO_S(1.5));
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 1.5 s are 1500000000 ns
 */
