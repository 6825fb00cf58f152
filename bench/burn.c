/* SPDX-License-Identifier: MIT
 * Two coroutines that compute, and yield to each other every 100 us or so: the CPU-bound program
 * that must find a processor of its own. Prints the ns it took.
 *
 *	burn STEPS	of some 100 us each
 */
#include <cigo.h>

#include "bench.h"

static uint64_t compute(uint64_t x)
{
	for (int i = 0; i < 100000; i++)
		x = x * UINT64_C(6364136223846793005) + 1;
	return x;
}

static int work(cigo_ctx *ctx, void *arg, void *ret)
{
	uint64_t *x = ret;
	int err = 0;

	for (long i = 0; i < *(long *)arg / 2 && !err; i++) {
		*x = compute(*x);
		err = cigo_yield(ctx);
	}
	return err;
}

static int burn(cigo_ctx *ctx, void *arg, void *ret)
{
	uint64_t x;
	struct bench_time start = bench_start();
	cigo_task *t = cigo_spawn(ctx, work, sizeof x, arg);

	CIGO_UNUSED(ret);
	x = 1;
	int err = work(ctx, arg, &x);
	int err2 = cigo_take(ctx, t, &x);
	bench_say(bench_stop(start, 1));
	return err ? err : err2;
}

int main(int argc, char **argv)
{
	long steps = argc > 1 ? atol(argv[1]) : 0;

	if (steps < 2) {
		fputs("usage: burn STEPS\n", stderr);
		return 2;
	}
	cigo_must(cigo_run(burn, &steps));
	return 0;
}
