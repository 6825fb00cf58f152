/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <pthread.h>
#include <stdio.h>

/* A lock of a library's own, which tells a schedule what its threads are about to do. */
static struct lock {
	pthread_mutex_t mutex;
	bool held; /* as schedules see it */
} lock = { .mutex = PTHREAD_MUTEX_INITIALIZER };
static int count;

static bool is_free(void *arg)
{
	return !((struct lock *)arg)->held;
}

static void acquire(struct lock *l)
{
	const cigo_points_step step = { .call = "acquire", .object = l };

	if (cigo_points_on()) {
		cigo_points_point(&step); /* others may go first */
		if (l->held)
			cigo_must(cigo_points_wait(&step, is_free, l, CIGO_NEVER));
		l->held = true;
	}
	pthread_mutex_lock(&l->mutex);
}

static void release(struct lock *l)
{
	const cigo_points_step step = { .call = "release", .object = l };

	pthread_mutex_unlock(&l->mutex);
	if (cigo_points_on()) {
		l->held = false;
		cigo_points_note(&step); /* it happens without a choice */
		cigo_points_yield(&step);
	}
}

static int worker(cigo_ctx *ctx, void *arg, void *ret)
{
	const cigo_points_step add = { .object = &count };

	acquire(&lock);
	cigo_points_access(&add, sizeof count);
	count++;
	release(&lock);
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *a = cigo_go(ctx, worker, 0, NULL), *b = cigo_go(ctx, worker, 0, NULL);

	cigo_must(cigo_future_take(ctx, a, NULL, 0));
	cigo_must(cigo_future_take(ctx, b, NULL, 0));
	return 0;
}

int main(void)
{
	cigo_loop_options options = { .size = sizeof options,
				      .model = CIGO_PREEMPTIVE,
				      .schedule = "random:1" };
	int err = cigo_run_with(&options, cigo_ctx_background(), first, NULL);

	printf("%d\n", count);
	return err < 0;
}

/*
 * It prints:
 * 2
 */
