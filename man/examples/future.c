/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int asker(cigo_ctx *ctx, void *arg, void *ret)
{
	int value, err = cigo_await(ctx, arg, &value);

	printf("awaited: %d, %s\n", value, cigo_strerror(err));
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_future *f = cigo_future_new(sizeof(int));
	cigo_task *t = cigo_spawn(ctx, asker, 0, f);
	int value = 42;

	cigo_must(cigo_yield(ctx));
	if (!cigo_future_is_done(f) && cigo_result(f, &value) == -EINPROGRESS)
		value = 42;
	cigo_must(cigo_set(f, &value)); /* wakes the asker */
	cigo_must(cigo_future_take(ctx, t, NULL, 0));
	printf("complete twice: %s\n", cigo_strerror(cigo_future_fail(f, -EIO)));
	printf("its error: %s\n", cigo_strerror(cigo_future_error(f)));
	return cigo_future_unref(f);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * awaited: 42, no error
 * complete twice: Operation already in progress
 * its error: no error
 */
