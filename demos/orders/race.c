/* SPDX-License-Identifier: MIT
 * Race, every order: three clerks pay into one account, by the plainest of lines.
 *
 *	cigo-explore --model preemptive demos/race_orders
 */
#include <cigo.h>
#include <stdio.h>

static long balance;

static int clerk(cigo_ctx *ctx, void *arg, void *ret)
{
	const long *amount = arg;

	CIGO_UNUSED(ctx), CIGO_UNUSED(ret);
	balance = balance + *amount;
	return 0;
}

static int bank(cigo_ctx *ctx, void *arg, void *ret)
{
	static long amounts[] = { 1, 10, 100 };
	cigo_group *group = cigo_group_new(ctx, 0, 0);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	for (int i = 0; i < 3; i++)
		cigo_spawn_in(group, clerk, 0, &amounts[i]);
	int err = cigo_group_wait(ctx, group);

	cigo_group_close(ctx, group);
	cigo_show(ctx, "balance", "%ld", balance);
	cigo_outcome("balance %ld", balance);
	cigo_check(balance == 111, "balance %ld, not 111", balance);
	printf("balance %ld\n", balance);
	return err;
}

int main(void)
{
	cigo_must(cigo_run(bank, NULL));
	return 0;
}
