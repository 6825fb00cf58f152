/* SPDX-License-Identifier: MIT
 * Are put() and get() right?
 */
#include "exercises.h"
#include "trial.h"

enum { MOST = 2 };

static struct shelf shelf;
static int taken[MOST + 1]; /* how often each item was */
static int got[MOST];	    /* the item of each consumer; 0: none yet */
static cigo_task *tasks[2 * MOST];
static int n;

CORO(producer)
{
	return put(ctx, &shelf, *(int *)arg);
}

CORO(consumer)
{
	int item = -1, err = get(ctx, &shelf, &item);

	if (err)
		return err;
	cigo_check(item >= 1 && item <= MOST, "a consumer gets the item %d, which nobody has put",
		   item);
	cigo_check(count(&taken[item], 1) == 1, "item %d is got twice", item);
	got[*(int *)arg - 1] = item;
	return 0;
}

static void begin(cigo_ctx *ctx, int producers, int consumers)
{
	static int numbers[MOST] = { 1, 2 };

	n = producers + consumers;
	shelf = (struct shelf){ new_lock(), cigo_condition_new(), cigo_condition_new(), false, 0 };
	for (int i = 0; i < consumers; i++)
		tasks[i] = cigo_spawn(ctx, consumer, 0, &numbers[i]);
	for (int i = 0; i < producers; i++)
		tasks[consumers + i] = cigo_spawn(ctx, producer, 0, &numbers[i]);
}

/* Returns how many had an error. */
static int end(cigo_ctx *ctx)
{
	int failed = 0;

	for (int i = 0; i < n; i++)
		failed += end_of(ctx, tasks[i]) != 0;
	cigo_condition_free(shelf.filled);
	cigo_condition_free(shelf.emptied);
	free_lock(shelf.lock, "the shelf");
	return failed;
}

TRIAL(one_puts_and_one_gets)
{
	begin(ctx, 1, 1);
	int failed = end(ctx);

	cigo_check(failed == 0, "a call has failed");
	cigo_check(taken[1] == 1 && !shelf.full, "the item is still there");
	return 0;
}

TRIAL(two_put_and_two_get)
{
	begin(ctx, MOST, MOST);
	int failed = end(ctx);

	cigo_check(failed == 0, "%d calls have failed", failed);
	cigo_check(taken[1] == 1 && taken[2] == 1, "an item is lost");
	return 0;
}

TRIAL(two_get_what_one_puts)
{
	begin(ctx, 0, MOST);
	EXPECT(0, put(ctx, &shelf, 1));
	EXPECT(0, put(ctx, &shelf, 2));
	int failed = end(ctx);

	cigo_check(failed == 0, "%d calls have failed", failed);
	return 0;
}

/* Two want the one item. One of them is called away: then the other one gets it. If it was too late for
 * that, the other one waits for the second item. */
TRIAL(one_that_is_cancelled_takes_nothing)
{
	begin(ctx, 0, MOST);
	EXPECT(0, cigo_sleep(ctx, CIGO_MS(1)));
	EXPECT(0, put(ctx, &shelf, 1));
	cigo_future_cancel(tasks[0], 0);
	cigo_ignore(cigo_wait_all(ctx, tasks[0]));
	if (got[0])
		EXPECT(0, put(ctx, &shelf, 2));
	cigo_ignore(end(ctx));
	cigo_check(taken[1] == 1 && got[1] && !shelf.full, "an item is lost, or still there");
	return 0;
}

TRIALS(T(one_puts_and_one_gets), COOPERATIVE(two_put_and_two_get), T(two_get_what_one_puts),
       T(one_that_is_cancelled_takes_nothing));
