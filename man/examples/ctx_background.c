/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

/* Works in a loop and without: its context decides. */
static int hello(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_sleep(ctx, CIGO_MS(1));

	printf("hello from %s\n", (const char *)arg);
	return err;
}

int main(void)
{
	char plain[] = "a thread", coroutine[] = "a coroutine";

	cigo_must(hello(cigo_ctx_background(), plain, NULL));
	return cigo_run(hello, coroutine) < 0;
}

/*
 * It prints:
 * hello from a thread
 * hello from a coroutine
 */
