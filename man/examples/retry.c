/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

/* A server that is up at the third try. */
static int ask(cigo_ctx *ctx, void *arg, void *ret)
{
	int *calls = arg;

	printf("try %d\n", ++*calls);
	return *calls < 3 ? -ECONNREFUSED : 0;
}

static bool is_down(int err, void *arg)
{
	return err == -ECONNREFUSED;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	int calls = 0;
	cigo_retry_options o = {
		.size = sizeof o,
		.first_ns = CIGO_MS(1),
		.attempts = 10,
		.jitter = CIGO_RETRY_EXACT, /* left out: half of each pause is chance */
		.again = is_down
	};

	printf("%s\n", cigo_strerror(cigo_retry(ctx, &o, ask, &calls, NULL)));
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * try 1
 * try 2
 * try 3
 * no error
 */
