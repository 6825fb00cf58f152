/* SPDX-License-Identifier: MIT
 * Starve: two tickers are due every 5 ms. Beside them a third coroutine crunches numbers for hundreds
 * of milliseconds without ever awaiting. How late are the ticks?
 */
#include "demos/kit/kit.h"

enum { TICKERS = 2, TICKS = 80, MOST = TICKERS * TICKS };

static int work_ms = 300; /* the ticks go on for longer */

static const int64_t period = CIGO_MS(5);

static int64_t late[MOST];

/* The k-th tick is due at start + k * period, however late the one before was. */
static int ticker(cigo_ctx *ctx, void *arg, void *ret)
{
	int64_t *mine = arg, start = kit_now();
	int err = 0, n = kit_picture() ? 12 : TICKS;

	CIGO_UNUSED(ret);
	for (int k = 0; k < n && !err; k++) {
		int64_t due = start + (k + 1) * period;

		err = cigo_sleep(ctx, due - kit_now());
		mine[k] = kit_now() - due;
	}
	return err;
}

/* --- four ways to crunch ---------------------------------------------------------------------- */

static int64_t work(void)
{
	return CIGO_MS(kit_picture() ? 30 : work_ms);
}

static int crunch(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	kit_crunch(work());
	return 0;
}

static int crunch_and_yield(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = 0;

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	for (int64_t done = 0; done < work() && !err; done += CIGO_MS(1)) {
		kit_crunch(CIGO_MS(1));
		err = cigo_yield(ctx);
	}
	return err;
}

static int crunch_aside(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_blocking_begin(ctx);
	int err = crunch(ctx, arg, ret);
	cigo_blocking_end(ctx);
	return err;
}

static int crunch_elsewhere(cigo_ctx *ctx, void *arg, void *ret)
{
	return cigo_future_take(ctx, cigo_go(ctx, crunch, 0, arg), ret, 0);
}

/* --- the run ---------------------------------------------------------------------------------- */

struct way {
	cigo_coro_fn *crunch;
};

static int day(cigo_ctx *ctx, void *arg, void *ret)
{
	struct way *way = arg;
	cigo_group *group = cigo_group_new(ctx, 0, 0);
	size_t n = kit_picture() ? 12 : TICKS;

	CIGO_UNUSED(ret);
	for (size_t i = 0; i < TICKERS; i++)
		cigo_spawn_in(group, ticker, 0, &late[i * n]);
	cigo_group_spawn(group, "cruncher", way->crunch, 0, NULL);
	int err = cigo_group_wait(ctx, group);
	cigo_group_close(ctx, group);

	size_t missed = 0;
	for (size_t i = 0; i < TICKERS * n; i++)
		missed += late[i] > period;
	kit_percentiles("tick lateness", late, TICKERS * n);
	kit_of("ticks late by more than 5 ms", (int64_t)missed, (int64_t)(TICKERS * n), "ticks");
	bool stood_still = late[(TICKERS * n - 1) * 99 / 100] >= work() / 2;
	if (stood_still)
		kit_verdict(!stood_still, "%zu of %zu ticks were late by more than a period",
			    missed, TICKERS * n);
	else
		kit_verdict(true, "the ticks went on beside the cruncher");
	return err;
}

static const struct kit_variant variants[] = {
	{ "crunch", "the cruncher computes, and never awaits",
	  "Cooperatively the cruncher keeps the baton until it awaits or ends. While it computes, the "
	  "loop stands still, and all ticks of that time come when it ends. Preemptively the tickers "
	  "run on another CPU, or the kernel interrupts the cruncher when a tick is due.",
	  day, NULL, &(struct way){ crunch }, NULL, 3, false },
	{ "yield", "the cruncher yields every millisecond",
	  "The first cure: yield the baton now and then. A tick then waits for one slice at most. Each "
	  "slice costs a switch, and the work must be such that it can be sliced.",
	  day, NULL, &(struct way){ crunch_and_yield }, NULL, 3, false },
	{ "blocking", "the cruncher computes in a blocking section",
	  "The second cure: between cigo_blocking_begin and cigo_blocking_end the coroutine runs beside "
	  "its loop, on its own thread and stack. It must not touch the loop's data in there.",
	  day, NULL, &(struct way){ crunch_aside }, NULL, 3, false },
	{ "go", "a worker thread of cigo_go computes, the cruncher awaits it",
	  "The third cure: a worker thread computes. The coroutine awaits it like any task, and can be "
	  "cancelled meanwhile.",
	  day, NULL, &(struct way){ crunch_elsewhere }, NULL, 3, false },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "work", "milliseconds of computing", &work_ms, 1, 390 },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "starve",
		.title = "Starve: two tickers, due every 5 ms, beside a number cruncher",
		.lesson =
			"A coroutine that does not await keeps the baton: while it computes, all other "
			"coroutines of its loop stop. Three cures.",
		.variants = variants,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
