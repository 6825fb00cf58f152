/* SPDX-License-Identifier: MIT
 * What time costs in cigo, in ns of wall clock and CPU time.
 *
 *	time sleep COUNT	COUNT sleeps of 1 ms, per sleep
 *	time timers N		N callbacks for later, set and called; per timer
 *	time cancel N		N callbacks for later, set and cancelled; per timer
 */
#include <cigo.h>

#include "bench.h"

static int sleeps(cigo_ctx *ctx, void *arg, void *ret)
{
	const long *count = arg;
	struct bench_time t = bench_start();
	int err = 0;

	CIGO_UNUSED(ret);
	for (long i = 0; i < *count && !err; i++)
		err = cigo_sleep(ctx, CIGO_MS(1));
	bench_say(bench_stop(t, *count));
	return err;
}

static long called;

static void count_one(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(status), CIGO_UNUSED(arg);
	called++;
}

/* Delays that look random, of 1 ms at most: the heap has something to sort. */
static int64_t delay(long i)
{
	return (int64_t)((uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) >> 44);
}

/* Sets n and lets them be called, all at once when all are due: the poller has no part in it. */
static int set_and_call(cigo_ctx *ctx, long n)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);

	for (long i = 0; i < n; i++)
		if (cigo_loop_call_later(loop, delay(i), count_one, NULL) < 0)
			return -ENOMEM;
	nanosleep(&(struct timespec){ .tv_nsec = 1200000 }, NULL);
	return cigo_loop_wait_idle(ctx);
}

static int timers(cigo_ctx *ctx, void *arg, void *ret)
{
	const long *n = arg;
	struct bench_time start = bench_start();
	int err = 0;

	CIGO_UNUSED(ret);
	for (int i = 0; !err && (i < 1 || (called < 20000 && i < 100)); i++)
		err = set_and_call(ctx, *n);
	bench_say(bench_stop(start, called));
	return err;
}

static int cancels(cigo_ctx *ctx, void *arg, void *ret)
{
	const long *n = arg;
	cigo_loop *loop = cigo_ctx_loop(ctx);
	int64_t *ids = calloc((size_t)*n, sizeof *ids);
	struct bench_time start = bench_start();

	CIGO_UNUSED(ret);
	for (long i = 0; ids && i < *n; i++)
		ids[i] = cigo_loop_call_later(loop, CIGO_S(100) + delay(i), count_one, NULL);
	for (long i = 0; ids && i < *n; i++)
		cigo_callback_cancel(loop, ids[i]);
	bench_say(bench_stop(start, *n));
	free(ids);
	return 0;
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[2]) : 0;
	cigo_coro_fn *fn = NULL;

	if (n > 0)
		fn = !strcmp(argv[1], "sleep")	  ? sleeps
		     : !strcmp(argv[1], "timers") ? timers
		     : !strcmp(argv[1], "cancel") ? cancels
						  : NULL;
	if (!fn) {
		fputs("usage: time sleep|timers|cancel N\n", stderr);
		return 2;
	}
	cigo_must(cigo_run(fn, &n));
	return 0;
}
