/* SPDX-License-Identifier: MIT
 * Is eat() right?
 */
#include "exercises.h"
#include "trial.h"

enum { MOST = 3 };

static const char *const names[MOST] = { "Plato", "Hypatia", "Kant" };

static cigo_mutex *forks[MOST];
static cigo_task *guests[MOST];
static int n; /* of them, and of their forks */
static int meals;

int reach(cigo_ctx *ctx)
{
	return cigo_sleep(ctx, CIGO_MS(10));
}

static void is_held(int fork, int me)
{
	bool was_free = cigo_mutex_try_lock(forks[fork]);

	cigo_check(!was_free, "philosopher %d eats, and fork %d lies on the table", me, fork);
}

int dinner(cigo_ctx *ctx, int me)
{
	is_held(me, me);
	is_held((me + 1) % n, me);
	int err = cigo_sleep(ctx, CIGO_MS(100));
	meals += !err;
	return err;
}

CORO(philosopher)
{
	return eat(ctx, forks, n, *(int *)arg);
}

static void begin(cigo_ctx *ctx, int eaters)
{
	static int numbers[MOST] = { 0, 1, 2 };

	n = some(MOST);
	for (int i = 0; i < n; i++)
		forks[i] = new_lock();
	for (int i = 0; i < eaters; i++)
		guests[i] = cigo_task_spawn(ctx, names[i], philosopher, 0, &numbers[i]);
}

static void end(cigo_ctx *ctx, int eaters)
{
	for (int i = 0; i < eaters; i++)
		cigo_ignore(end_of(ctx, guests[i]));
	for (int i = 0; i < n; i++)
		free_lock(forks[i], "a fork");
}

TRIAL(one_alone_eats)
{
	begin(ctx, 1);
	end(ctx, 1);
	cigo_check(meals == 1, "there was no meal");
	return 0;
}

TRIAL(all_eat)
{
	begin(ctx, some(MOST));
	end(ctx, n);
	cigo_check(meals == n, "%d of %d have eaten", meals, n);
	return 0;
}

/* After so many milliseconds. */
CORO(call_away)
{
	int err = cigo_sleep(ctx, CIGO_MS(*(int *)arg));

	cigo_future_cancel(guests[1], 0);
	return err;
}

static void one_is_called_away(cigo_ctx *ctx, int ms)
{
	begin(ctx, some(MOST));
	cigo_task *t = cigo_spawn_copy(ctx, call_away, 0, &ms);
	end(ctx, n);
	cigo_check(meals >= n - 1, "one of %d was cancelled, and %d have eaten", n, meals);
	EXPECT(0, end_of(ctx, t));
}

TRIAL(one_that_is_cancelled_at_the_beginning_holds_no_fork)
{
	one_is_called_away(ctx, 5);
	return 0;
}

TRIAL(one_that_is_cancelled_at_dinner_holds_no_fork)
{
	one_is_called_away(ctx, 15);
	return 0;
}

TRIALS(T(one_alone_eats), T(all_eat), T(one_that_is_cancelled_at_the_beginning_holds_no_fork),
       T(one_that_is_cancelled_at_dinner_holds_no_fork));
