/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int sleeper(cigo_ctx *ctx, void *arg, void *ret)
{
	return cigo_sleep(ctx, CIGO_S(60));
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	/* for some calls: a context of their own */
	cigo_ctx *brief = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_ctx *by_then = cigo_ctx_with_deadline(ctx, cigo_now(ctx) + CIGO_MS(5));

	printf("%s\n", cigo_strerror(cigo_sleep(brief, CIGO_S(60))));
	printf("%s\n", cigo_strerror(cigo_sleep(by_then, CIGO_S(60))));
	printf("time is left: %s\n", cigo_ctx_deadline(brief) > cigo_now(ctx) ? "yes" : "no");
	cigo_ctx_unref(brief);
	cigo_ctx_unref(by_then);

	/* for one function */
	printf("%s\n", cigo_strerror(cigo_call_timeout(ctx, CIGO_MS(5), sleeper, NULL, NULL)));
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * context deadline exceeded
 * context deadline exceeded
 * time is left: no
 * context deadline exceeded
 */
