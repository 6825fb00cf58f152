/* SPDX-License-Identifier: MIT
 * Producers and consumers around a buffer of few places: bare, guarded by a mutex with condition
 * variables, and as a queue that is awaited. Every item must come out once.
 */
#include "demos/kit/kit.h"

#include <string.h>

enum { PRODUCERS = 2, CONSUMERS = 2, PLACES = 4, MOST = 100000 };

static int items = 2000;

/* volatile: so that the compiler reads and writes where it says so. */
static struct buffer {
	volatile int item[PLACES];
	volatile int count, in, out;
	volatile bool ended; /* nothing more will be put in */
} buffer;

static cigo_mutex *mutex;
static cigo_condition *not_full, *not_empty;
static cigo_queue *queue;

/* --- a buffer ---------------------------------------------------------------------------------- */

static void into_buffer(int item)
{
	int in = buffer.in, count = buffer.count;

	buffer.item[in] = item;
	buffer.in = (in + 1) % PLACES;
	buffer.count = count + 1;
}

static int out_of_buffer(void)
{
	int out = buffer.out, count = buffer.count, item = buffer.item[out];

	buffer.out = (out + 1) % PLACES;
	buffer.count = count - 1;
	return item;
}

/* --- bare: look, and go round again if there is no room, or nothing ---------------------------- */

static int put_bare(cigo_ctx *ctx, int item)
{
	int err = 0;

	while (!err && buffer.count >= PLACES)
		err = cigo_yield(ctx);
	if (!err)
		into_buffer(item);
	return err;
}

static int get_bare(cigo_ctx *ctx, int *ret)
{
	int err = 0;

	while (!err && buffer.count <= 0 && !buffer.ended)
		err = cigo_yield(ctx);
	if (!err && buffer.count <= 0)
		err = CIGO_ECLOSED;
	if (!err)
		*ret = out_of_buffer();
	return err;
}

static int end_bare(cigo_ctx *ctx)
{
	CIGO_UNUSED(ctx);
	buffer.ended = true;
	return 0;
}

/* --- guarded: a mutex, and a condition for either side to wait for ------------------------------ */

static int put_guarded(cigo_ctx *ctx, int item)
{
	int err = cigo_mutex_lock(ctx, mutex);

	if (err)
		return err;
	while (!err && buffer.count == PLACES)
		err = cigo_condition_wait(ctx, not_full, mutex);
	if (!err)
		into_buffer(item);
	cigo_condition_notify(not_empty, 1);
	cigo_mutex_unlock(mutex);
	return err;
}

static int get_guarded(cigo_ctx *ctx, int *ret)
{
	int err = cigo_mutex_lock(ctx, mutex);

	if (err)
		return err;
	while (!err && buffer.count == 0 && !buffer.ended)
		err = cigo_condition_wait(ctx, not_empty, mutex);
	if (!err && buffer.count == 0)
		err = CIGO_ECLOSED;
	if (!err)
		*ret = out_of_buffer();
	cigo_condition_notify(not_full, 1);
	cigo_mutex_unlock(mutex);
	return err;
}

static int end_guarded(cigo_ctx *ctx)
{
	int err = cigo_mutex_lock(ctx, mutex);

	buffer.ended = true;
	cigo_condition_notify_all(not_empty);
	if (!err)
		cigo_mutex_unlock(mutex);
	return err;
}

/* --- a queue ------------------------------------------------------------------------------------ */

static int put_queue(cigo_ctx *ctx, int item)
{
	return cigo_put(ctx, queue, &item);
}

static int get_queue(cigo_ctx *ctx, int *ret)
{
	return cigo_get(ctx, queue, ret);
}

static int end_queue(cigo_ctx *ctx)
{
	CIGO_UNUSED(ctx);
	cigo_queue_close(queue);
	return 0;
}

/* --- the run ------------------------------------------------------------------------------------ */

struct kind {
	int (*put)(cigo_ctx *ctx, int item);
	int (*get)(cigo_ctx *ctx, int *ret); /* CIGO_ECLOSED: ended and empty */
	int (*end)(cigo_ctx *ctx);	     /* all has been put */
};

static const struct kind *kind;
static unsigned char seen[CONSUMERS][PRODUCERS * MOST]; /* how often which item came out */

static int each(void)
{
	return kit_size(items, 8, 1);
}

static int producer(cigo_ctx *ctx, void *arg, void *ret)
{
	int number = *(int *)arg, err = 0;

	CIGO_UNUSED(ret);
	for (int i = 0; i < each() && !err; i++)
		err = kind->put(ctx, number * each() + i);
	return err;
}

static int consumer(cigo_ctx *ctx, void *arg, void *ret)
{
	int err, item;

	CIGO_UNUSED(ret);
	while (!(err = kind->get(ctx, &item)))
		seen[*(int *)arg][item]++;
	return err == CIGO_ECLOSED ? 0 : err;
}

static void count(void)
{
	int lost = 0, twice = 0;

	for (int i = 0; i < PRODUCERS * each(); i++) {
		int times = 0;

		for (int c = 0; c < CONSUMERS; c++)
			times += seen[c][i];
		lost += times == 0;
		twice += times > 1;
	}
	kit_count("items put in", PRODUCERS * each(), "items");
	kit_count("items lost", lost, "items");
	kit_count("items that came out twice", twice, "items");
	if (lost || twice)
		kit_verdict(!lost && !twice, "%d of %d items are lost, %d came out twice", lost,
			    PRODUCERS * each(), twice);
	else
		kit_verdict(true, "every item came out once");
}

static int shop(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_group *producers = cigo_group_new(ctx, 0, 0), *consumers = cigo_group_new(ctx, 0, 0);
	static int number[] = { 0, 1 };

	CIGO_UNUSED(ret);
	kind = arg;
	memset(&buffer, 0, sizeof buffer);
	memset(seen, 0, sizeof seen);
	mutex = cigo_mutex_new();
	not_full = cigo_condition_new();
	not_empty = cigo_condition_new();
	queue = cigo_queue_new(sizeof(int), PLACES);
	for (int i = 0; i < PRODUCERS; i++)
		cigo_spawn_in(producers, producer, 0, &number[i]);
	for (int i = 0; i < kit_size(CONSUMERS, CONSUMERS, 1); i++)
		cigo_spawn_in(consumers, consumer, 0, &number[i]);
	int err = cigo_group_wait(ctx, producers);
	if (!err)
		err = kind->end(ctx);
	if (!err)
		err = cigo_group_wait(ctx, consumers);
	count();
	cigo_group_close(ctx, consumers);
	cigo_group_close(ctx, producers);
	cigo_queue_free(queue);
	cigo_condition_free(not_empty);
	cigo_condition_free(not_full);
	cigo_mutex_free(mutex);
	return err;
}

static const struct kit_variant variants[] = {
	{ "bare", "an array and three numbers, no lock",
	  "Cooperatively no other coroutine runs between two awaits, so none sees the numbers half "
	  "changed, and a bare array is enough. Only the waiting is clumsy: it yields until there is "
	  "room. Preemptively two producers use the same place, and two consumers take the same item.",
	  shop, NULL, &(struct kind){ put_bare, get_bare, end_bare }, shop, 40, false },
	{ "condition", "with a mutex and two condition variables",
	  "What threads need: every access under the mutex, a condition variable for the producers and "
	  "one for the consumers, and a loop around every wait. Right in both models.",
	  shop, NULL, &(struct kind){ put_guarded, get_guarded, end_guarded }, shop, 5, false },
	{ "queue", "a queue that is awaited",
	  "cigo_queue is that buffer as a part of the library: put waits while it is full, pop while "
	  "it is empty. Right in both models, and the shortest of the three.",
	  shop, NULL, &(struct kind){ put_queue, get_queue, end_queue }, shop, 5, false },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "items", "items per producer", &items, 1, MOST },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "prodcons",
		.title = "Producers and consumers: two of each, around a buffer of four places",
		.lesson =
			"A bounded buffer in three ways: bare, guarded by condition variables, as a "
			"queue that is awaited. Which of them lose no item, in which model?",
		.variants = variants,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
