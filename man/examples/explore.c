/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int balance;

/* Reads, lets others run, writes: a payment may be lost. */
static int pay_in(cigo_ctx *ctx, void *arg, void *ret)
{
	int seen = balance, err = cigo_yield(ctx);

	balance = seen + 10;
	return err;
}

static int two_payments(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *a, *b;

	balance = 0;
	a = cigo_spawn(ctx, pay_in, 0, NULL);
	b = cigo_spawn(ctx, pay_in, 0, NULL);
	cigo_must(cigo_future_take(ctx, a, NULL, 0));
	cigo_must(cigo_future_take(ctx, b, NULL, 0));
	cigo_outcome("the balance is %d", balance);
	cigo_check(balance == 20, "the balance is %d", balance);
	return 0;
}

int main(void)
{
	cigo_report report = { .size = sizeof report };
	int err = cigo_explore(NULL, two_payments, NULL, &report);

	if (err < 0)
		return 1;
	cigo_report_print(&report, stdout); /* how a payment is lost, step by step */
	cigo_report_free(&report);
	return err != 1; /* 1: a schedule failed, as it should */
}
