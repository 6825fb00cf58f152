/* SPDX-License-Identifier: MIT
 * Philosophers, every order: some sit around a table, a fork between any two. Each takes the left one,
 * then the right one, eats, and lays both down. In how many orders are all stuck?
 *
 *	cigo-explore --all demos/philosophers_orders await 3
 *	cigo-explore --all --preemptions all --model preemptive demos/philosophers_orders block 2
 */
#include "demos/kit/help.h"

#include <cigo.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 5 };

static const char *const names[MOST] = { "Plato", "Hypatia", "Kant", "Laozi", "Arendt" };

static int seats;

/* Fork i lies to the left of philosopher i, and to the right of the one before. */
static struct fork {
	const char *name;
	cigo_mutex *awaited;	 /* a fork that a philosopher awaits, */
	pthread_mutex_t blocked; /* or one that his thread blocks for, if there is no other */
} forks[MOST] = {
	{ .name = "fork 1" }, { .name = "fork 2" }, { .name = "fork 3" },
	{ .name = "fork 4" }, { .name = "fork 5" },
};

static int take(cigo_ctx *ctx, struct fork *f, const char *who)
{
	int err = f->awaited ? cigo_mutex_lock(CIGO_AT(ctx), f->awaited)
			     : -pthread_mutex_lock(&f->blocked);

	if (!err)
		cigo_show(ctx, f->name, "%s has it", who);
	return err;
}

static void put(cigo_ctx *ctx, struct fork *f)
{
	cigo_show(ctx, f->name, "on the table");
	if (f->awaited)
		cigo_mutex_unlock(f->awaited);
	else
		pthread_mutex_unlock(&f->blocked);
}

/* Brings the salt. */
static int waiter(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return 0;
}

static int philosopher(cigo_ctx *ctx, void *arg, void *ret)
{
	struct fork *left = arg, *right = &forks[(left - forks + 1) % seats];
	const char *who = names[left - forks];
	int err = take(ctx, left, who);

	CIGO_UNUSED(ret);
	if (err)
		return err;
	if (left->awaited) /* the salt, with a fork in the hand */
		err = cigo_future_take(CIGO_AT(ctx), cigo_spawn(ctx, waiter, 0, NULL), NULL, 0);
	if (!err)
		err = take(ctx, right, who);
	if (!err)
		put(ctx, right);
	put(ctx, left);
	return err;
}

static int dinner(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_group *group = cigo_group_new(ctx, 0, 0);
	bool await = *(bool *)arg;

	CIGO_UNUSED(ret);
	for (int i = 0; i < seats; i++) {
		forks[i].awaited = await ? cigo_mutex_new() : NULL;
		pthread_mutex_init(&forks[i].blocked, NULL);
		cigo_show(ctx, forks[i].name, "on the table");
	}
	for (int i = 0; i < seats; i++)
		cigo_group_spawn(group, names[i], philosopher, 0, &forks[i]);
	int err = cigo_group_wait(CIGO_AT(ctx), group);

	cigo_group_close(ctx, group);
	for (int i = 0; i < seats; i++) {
		cigo_mutex_free(forks[i].awaited);
		pthread_mutex_destroy(&forks[i].blocked);
	}
	cigo_outcome("all have eaten");
	puts("all have eaten");
	return err;
}

int main(int argc, char **argv)
{
	help_on(argc, argv, " [await|block] [SEATS]",
		"So many philosophers (2 to 5, default 3) sit around a table, a fork between any\n"
		"two. Each takes the left one, then the right one, and eats.\n\n"
		"  await  (default) the forks are awaited, and with one in the hand each asks for\n"
		"         the salt, which is awaited, too\n"
		"  block  they are mutexes of threads, and there is no await\n\n"
		"If all are stuck, it hangs. cigo-explore tries every order of it; with\n"
		"CIGO_SCHEDULE=play you say who goes on.");
	bool await = argc < 2 || strcmp(argv[1], "await") == 0;

	if (!await && strcmp(argv[1], "block") != 0)
		help_refuse(argv, "await or block is expected, not", argv[1]);
	seats = help_number(argc, argv, 2, 2, MOST, 3);
	if (argc > 3)
		help_refuse(argv, "unexpected argument", argv[3]);
	cigo_must(cigo_run(dinner, &await));
	return 0;
}
