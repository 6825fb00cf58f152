/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int balance;

static int pay_in(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_mutex_lock(ctx, arg);

	if (err)
		return err;
	int seen = balance;

	err = cigo_yield(ctx); /* others run, but not between the lock and the unlock */
	balance = seen + 10;
	cigo_mutex_unlock(arg);
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_mutex *m = cigo_mutex_new();
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, pay_in, 0, m);
	cigo_spawn_in(g, pay_in, 0, m);
	cigo_must(cigo_group_wait(ctx, g));
	if (cigo_mutex_try_lock(m)) {
		printf("the balance is %d\n", balance);
		cigo_mutex_unlock(m);
	}
	cigo_group_close(ctx, g);
	cigo_mutex_free(m);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * the balance is 20
 */
