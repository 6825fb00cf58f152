/* SPDX-License-Identifier: MIT
 * What N sleeping coroutines cost each: ns to make one and have it reach its sleep; bytes, resident
 * and of the system.
 *
 *	crowd N
 */
#include <cigo.h>

#include "bench.h"

static int nap(cigo_ctx *ctx, void *arg, void *ret)
{
	long *asleep = arg;

	CIGO_UNUSED(ret);
	++*asleep;
	return cigo_sleep(ctx, CIGO_NEVER);
}

static int crowd(cigo_ctx *ctx, void *arg, void *ret)
{
	const long *n = arg;
	long asleep = 0;
	struct bench_memory before = bench_memory();
	struct bench_time start = bench_start();
	cigo_group *g = cigo_group_new(ctx, 0, CIGO_GROUP_REAP);
	int err = 0;

	CIGO_UNUSED(ret);
	for (long i = 0; i < *n; i++)
		cigo_spawn_in(g, nap, 0, &asleep);
	while (asleep < *n && !err)
		err = cigo_yield(ctx);
	struct bench_time made = bench_stop(start, *n);
	err = cigo_sleep(ctx, CIGO_MS(50)); /* the kernel settles */
	bench_say_crowd(before, made, *n);
	cigo_group_cancel(g, 0);
	cigo_group_close(ctx, g);
	return err;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 0;

	if (n < 1) {
		fputs("usage: crowd N\n", stderr);
		return 2;
	}
	cigo_must(cigo_run(crowd, &n));
	return 0;
}
