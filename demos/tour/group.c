/* SPDX-License-Identifier: MIT
 * A producer and three workers around a bounded queue, in a group. One worker fails: the group
 * cancels the others, and when its wait returns, every body has returned.
 */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

#include "demos/kit/help.h"

enum { WORKERS = 3, ITEMS = 100, SPOILT = 22 };

static int produce(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	cigo_queue *queue = arg;
	int err = 0;

	for (int i = 0; i < ITEMS && !err; i++)
		err = cigo_put(ctx, queue, &i);
	cigo_queue_close(queue);
	return err;
}

static int work(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_queue *queue = arg;
	int *done = ret, item, err;

	while (!(err = cigo_get(ctx, queue, &item))) {
		if (item == SPOILT)
			return -EIO;
		++*done;
		if ((err = cigo_sleep(ctx, CIGO_MS(10))))
			break;
	}
	return err == CIGO_ECLOSED ? 0 : err; /* closed and empty: the day is over */
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_queue *queue = cigo_queue_new(sizeof(int), 4);
	cigo_group *group = cigo_group_new(ctx, 0, 0);
	cigo_task *worker[WORKERS];

	cigo_spawn_in(group, produce, 0, queue);
	for (int i = 0; i < WORKERS; i++)
		worker[i] = cigo_spawn_in(group, work, sizeof(int), queue);

	int err = cigo_group_wait(ctx, group);
	printf("group: %s\n", cigo_strerror(err));
	for (int i = 0; i < WORKERS; i++) {
		int done, why = cigo_result(worker[i], &done);

		printf("worker %d: %d items, %s\n", i, done, cigo_strerror(why));
	}
	cigo_group_close(ctx, group);
	cigo_queue_free(queue);
	return err == -EIO ? 0 : err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "A producer and three workers around a bounded queue, in a group. One worker\n"
	     "fails, and the group cancels the others.");
	cigo_must(cigo_run(demo, NULL));
	return 0;
}
