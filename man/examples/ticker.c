/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_ticker *t = cigo_ticker_new(ctx, CIGO_MS(10));
	int64_t start = cigo_now(ctx);

	for (int i = 0; i < 3; i++) {
		int64_t missed = cigo_ticker_wait(ctx, t);
		if (missed < 0)
			return (int)missed;
		cigo_must(cigo_sleep(ctx, CIGO_MS(2))); /* the work */
	}
	printf("three periods, not more: %s\n",
	       cigo_now(ctx) - start < CIGO_MS(36) ? "yes" : "the machine is busy");
	cigo_ticker_reset(ctx, t);
	cigo_must(cigo_sleep_until(ctx, cigo_now(ctx) + CIGO_MS(25)));
	printf("missed at least one: %s\n", cigo_ticker_wait(ctx, t) >= 1 ? "yes" : "no");
	cigo_ticker_free(t);
	return 0;
}

int main(void)
{
	cigo_loop_options o = { .size = sizeof o, .clock = CIGO_CLOCK_VIRTUAL };

	return cigo_run_with(&o, cigo_ctx_background(), first, NULL) < 0;
}

/*
 * It prints:
 * three periods, not more: yes
 * missed at least one: yes
 */
