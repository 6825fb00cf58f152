/* SPDX-License-Identifier: MIT
 * Trying again, with pauses that grow and differ.
 */
#include "cigo/retry.h"

#include <errno.h>

#include "base/clock.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "cigo/task.h"
#include "schedule/serial.h"
#include "task/ctx.h"

struct pauses {
	double next, longest; /* ns */
	double factor, jitter;
	uint64_t random;
};

static void check(const cigo_retry_options *o)
{
	ci_expect(o->first_ns >= 0 && o->max_ns >= 0, "a pause that is negative");
	ci_expect(o->factor == 0 || o->factor >= 1, "pauses that shrink, by the factor %g",
		  o->factor);
	ci_expect(o->jitter <= 1 && (o->jitter >= 0 || o->jitter == CIGO_RETRY_EXACT),
		  "the jitter %g is not between 0 and 1", o->jitter);
}

/* An explored or seeded run must not depend on chance. */
static uint64_t seed(const cigo_ctx *ctx, uint64_t given)
{
	if (given)
		return given;
	if (ci_turn || (ctx->loop && ctx->loop->schedule))
		return 1;
	return (uint64_t)ci_clock_now() ^ (uint64_t)(uintptr_t)&given << 20;
}

static struct pauses begin(const cigo_ctx *ctx, const cigo_retry_options *o)
{
	return (struct pauses){
		.next = o->first_ns ? (double)o->first_ns : 1e8,
		.longest = o->max_ns ? (double)o->max_ns : 30e9,
		.factor = o->factor != 0 ? o->factor : 2,
		.jitter = o->jitter < 0	   ? 0
			  : o->jitter != 0 ? o->jitter
					   : 0.5,
		.random = seed(ctx, o->seed),
	};
}

/* From 0 to just below 1. */
static double chance(struct pauses *p)
{
	p->random += UINT64_C(0x9e3779b97f4a7c15);
	return (double)(ci_schedule_mix(p->random) >> 11) / 9007199254740992.0;
}

static int64_t pause_ns(struct pauses *p)
{
	double ns = p->next < p->longest ? p->next : p->longest;

	p->next = ns * p->factor;
	ns *= 1 - p->jitter * chance(p);
	return ns < 9e18 ? (int64_t)ns : CIGO_NEVER;
}

static bool worth_it(const cigo_retry_options *o, int err)
{
	bool again = true;

	if (o->again)
		CI_OUTSIDE(again = o->again(err, o->again_arg));
	return again;
}

int cigo_retry(cigo_ctx *ctx, const cigo_retry_options *given, cigo_coro_fn *fn, void *arg,
	       void *ret)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	cigo_retry_options o = { .size = sizeof o };
	if (given)
		CI_SIZED_TAKE(cigo_retry_options, &o, given);
	check(&o);
	ci_expect(fn, "no function");
	struct pauses p = begin(ctx, &o);

	for (uint64_t calls = 1;; calls++) {
		int result = cigo_ctx_error(ctx);

		if (result)
			return result;
		CI_OUTSIDE(result = fn(ctx, arg, ret));
		if (result >= 0 || calls == o.attempts || !worth_it(&o, result))
			return result;
		result = cigo_sleep(ctx, pause_ns(&p));
		if (result)
			return result;
	}
}
