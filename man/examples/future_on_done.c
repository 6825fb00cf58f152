/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static void done(const cigo_ctx *ctx, cigo_future *f, int err, void *arg)
{
	int value;

	cigo_result(f, &value);
	printf("%s: %d\n", (const char *)arg, value);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	char a[] = "a", b[] = "b";
	cigo_future *f = cigo_future_new(sizeof(int));
	int value = 5;

	cigo_must(cigo_future_on_done(ctx, f, done, a));
	cigo_must(cigo_future_on_done(ctx, f, done, b));
	cigo_must(cigo_future_off_done(f, done, b));
	cigo_must(cigo_set(f, &value));
	cigo_must(cigo_yield(ctx)); /* the callback has its turn */
	return cigo_future_unref(f);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * a: 5
 */
