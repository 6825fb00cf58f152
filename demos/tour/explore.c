/* SPDX-License-Identifier: MIT
 * A test that tries every order. The withdrawal is refused where it comes before the deposit.
 */
#include <cigo.h>
#include <stdio.h>

#include "demos/kit/help.h"

static int balance;

static int deposit(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	balance += 50;
	return 0;
}

static int withdraw(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	*(bool *)arg = balance >= 120;
	cigo_show(ctx, "balance", "%d", balance);
	if (*(bool *)arg)
		balance -= 120;
	return 0;
}

static int customers(cigo_ctx *ctx, void *arg, void *ret)
{
	bool paid = false;

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	balance = 100; /* each schedule begins anew */
	cigo_task *a = cigo_spawn(ctx, deposit, 0, NULL), *b = cigo_spawn(ctx, withdraw, 0, &paid);
	int err = cigo_wait_all(ctx, a, b);

	cigo_future_unref(a);
	cigo_future_unref(b);
	cigo_outcome(paid ? "paid" : "refused");
	cigo_check(paid, "120 were refused");
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "A test that tries every order. The withdrawal is refused where it comes before\n"
	     "the deposit. With CIGO_SCHEDULE=replay:1 it runs that one order.");
	cigo_report report = { .size = sizeof report };
	int failed = cigo_explore(&(cigo_explore_options){ .size = sizeof(cigo_explore_options),
							   .all = true },
				  customers, NULL, &report);

	if (failed >= 0)
		cigo_report_print(&report, stdout);
	cigo_report_free(&report);
	return failed < 0; /* a test would return failed != 0 */
}
