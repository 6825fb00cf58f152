/* SPDX-License-Identifier: MIT
 * Race, every order: three clerks pay into one account. cigo_show tells a person that plays what they see and write.
 *
 *	cigo-explore --model preemptive demos/race_orders
 */
#include "demos/kit/help.h"
#include <cigo.h>

static long balance;

static struct clerk {
	const char *sum; /* how it is shown */
	long amount;
} ann = { "Ann.sum", 1 }, ben = { "Ben.sum", 10 }, cleo = { "Cleo.sum", 100 };

static int clerk(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct clerk *me = arg;

	CIGO_UNUSED(ret);
	long sum = balance + me->amount;
	cigo_show(ctx, me->sum, "%ld", sum);
	balance = sum;
	cigo_show(ctx, "balance", "%ld", sum);
	return 0;
}

static int bank(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_group *group = cigo_group_new(ctx, 0, 0);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_show(ctx, "balance", "0");
	cigo_group_spawn(group, "Ann", clerk, 0, &ann);
	cigo_group_spawn(group, "Ben", clerk, 0, &ben);
	cigo_group_spawn(group, "Cleo", clerk, 0, &cleo);
	int err = cigo_group_wait(CIGO_AT(ctx), group);

	cigo_group_close(ctx, group);
	cigo_show(ctx, "balance", "%ld", balance);
	cigo_outcome("balance %ld", balance);
	cigo_check(balance == 111, "balance %ld, not 111", balance);
	printf("balance %ld\n", balance);
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Three clerks pay 1, 10 and 100 into one account: each reads the balance, and\n"
	     "writes the sum. Prints the balance at the end; a wrong one aborts. cigo-explore\n"
	     "tries every order of it; with CIGO_SCHEDULE=play you say who goes on.");
	cigo_must(cigo_run(bank, NULL));
	return 0;
}
