/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int square(cigo_ctx *ctx, void *arg, void *ret)
{
	*(int *)ret = *(int *)arg * *(int *)arg;
	return 0;
}

/* Two results, which lie in two variables when the wait returns. */
static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int x = 3, y = 4, xx, yy;
	cigo_future *f[2] = { cigo_spawn(ctx, square, sizeof xx, &x),
			      cigo_spawn(ctx, square, sizeof yy, &y) };

	cigo_write_to(ctx, f[0], &xx);
	cigo_write_to(ctx, f[1], &yy);
	cigo_must(cigo_wait(ctx, CIGO_WAIT_ALL, f, 2));
	printf("%d + %d\n", xx, yy);
	cigo_detach(f[0]);
	cigo_detach(f[1]);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 9 + 16
 */
