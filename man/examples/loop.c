/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int hello(cigo_ctx *ctx, void *arg, void *ret)
{
	printf("hello, %s\n", (const char *)arg);
	return cigo_sleep(ctx, CIGO_S(3600));
}

int main(void)
{
	/* virtual: the hour passes as soon as nothing else can happen */
	cigo_loop_options options = { .size = sizeof options, .clock = CIGO_CLOCK_VIRTUAL };
	char name[] = "world";
	int err = cigo_run_with(&options, cigo_ctx_background(), hello, name);

	if (err == -EINTR)
		printf("Ctrl-C\n");
	return err < 0;
}

/*
 * It prints:
 * hello, world
 */
