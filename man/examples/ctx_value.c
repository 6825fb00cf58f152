/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static const char request_key; /* its address is the key */

static int handler(cigo_ctx *ctx, void *arg, void *ret)
{
	const int *request = cigo_ctx_value(ctx, &request_key, sizeof *request);

	printf("request %d\n", request ? *request : -1);
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int request = 17;
	cigo_ctx *with = cigo_ctx_with_value(ctx, &request_key, &request, sizeof request);
	cigo_task *t = cigo_spawn(with, handler, 0, NULL); /* its context descends from with */

	cigo_must(cigo_future_take(ctx, t, NULL, 0));
	printf("the same loop: %s\n", cigo_ctx_loop(with) == cigo_ctx_loop(ctx) ? "yes" : "no");
	cigo_ctx_unref(with);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * request 17
 * the same loop: yes
 */
