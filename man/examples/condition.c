/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static struct store {
	cigo_mutex *mutex;
	cigo_condition *more;
	int apples;
} store;

static int eater(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_mutex_lock(ctx, store.mutex);

	if (err)
		return err;
	while (!err && store.apples == 0)
		err = cigo_condition_wait(ctx, store.more, store.mutex);
	if (!err)
		printf("an apple is eaten, %d left\n", --store.apples);
	cigo_mutex_unlock(store.mutex); /* it is held after an error, too */
	return err;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	store.mutex = cigo_mutex_new();
	store.more = cigo_condition_new();
	cigo_spawn_in(g, eater, 0, NULL);
	cigo_spawn_in(g, eater, 0, NULL);
	cigo_must(cigo_yield(ctx));

	store.apples = 1;
	cigo_condition_notify(store.more, 1); /* one eater */
	cigo_must(cigo_yield(ctx));
	store.apples = 1;
	cigo_condition_notify_all(store.more); /* all that still wait */
	cigo_must(cigo_group_wait(ctx, g));
	cigo_group_close(ctx, g);

	cigo_condition_free(store.more);
	cigo_mutex_free(store.mutex);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * an apple is eaten, 0 left
 * an apple is eaten, 0 left
 */
