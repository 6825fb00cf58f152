/* SPDX-License-Identifier: MIT
 * Polyglot functions: the same code blocks a thread without a loop, and suspends a coroutine with
 * one. A hundred naps of two seconds take two seconds.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

/* Knows nothing of loops: the context decides. */
static int nap(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return cigo_sleep(ctx, CIGO_S(2));
}

/* A busy machine may be late. A hundred naps in a row would take 200 seconds. */
static void report(const char *what, int64_t ns)
{
	bool about = ns >= CIGO_S(2) && ns < CIGO_S(20);

	printf("%s: %s 2 seconds\n", what, about ? "about" : "not");
}

static int hundred_naps(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	int64_t start = cigo_now(ctx);
	cigo_group *group = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 100; i++)
		cigo_spawn_in(group, nap, 0, NULL);
	int err = cigo_group_wait(ctx, group);
	cigo_group_close(ctx, group);
	report("100 naps on a loop", cigo_now(ctx) - start);
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "The same code blocks a thread without a loop, and suspends a coroutine with one.\n"
	     "A hundred naps of two seconds take two seconds.");
	cigo_ctx *no_loop = cigo_ctx_background();
	int64_t start = cigo_now(no_loop);

	cigo_must(nap(no_loop, NULL, NULL)); /* an ordinary call */
	report("1 nap without a loop", cigo_now(no_loop) - start);
	cigo_must(cigo_run(hundred_naps, NULL));
	return 0;
}
