/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int worker(cigo_ctx *ctx, void *arg, void *ret)
{
	int job;

	while (cigo_get(ctx, arg, &job) == 0) { /* until CIGO_ECLOSED */
		printf("job %d\n", job);
		cigo_queue_task_done(arg);
	}
	return 0;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 2); /* a third put waits */
	cigo_task *t = cigo_spawn(ctx, worker, 0, q);

	for (int i = 1; i <= 4; i++)
		cigo_must(cigo_put(ctx, q, &i));
	cigo_must(cigo_queue_join(ctx, q)); /* all jobs are done */
	cigo_queue_close(q);
	cigo_must(cigo_future_take(ctx, t, NULL, 0));
	cigo_queue_free(q);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * job 1
 * job 2
 * job 3
 * job 4
 */
