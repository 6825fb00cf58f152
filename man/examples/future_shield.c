/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future *f = cigo_future_ref(cigo_future_new(0)), *shield = cigo_future_shield(f);

	cigo_future_cancel(shield, -ETIMEDOUT);
	printf("the shield: %s\n", cigo_strerror(cigo_future_error(shield)));
	printf("f is done: %d\n", cigo_future_is_done(f));
	cigo_future_cancel(f, 0);
	printf("f: %s\n", cigo_strerror(cigo_future_await(ctx, f, NULL, 0)));
	cigo_future_unref(shield);
	cigo_future_unref(f);
	return cigo_future_unref(f);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * the shield: context deadline exceeded
 * f is done: 0
 * f: context canceled
 */
