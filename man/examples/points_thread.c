/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <pthread.h>
#include <stdio.h>

/* A thread pool's thread: it is announced, so that a schedule orders it too. */
static void *body(void *handle)
{
	cigo_points_thread_begin(handle);
	if (cigo_points_thread_id())
		printf("the schedule's clock: %s\n", cigo_points_now() >= 0 ? "runs" : "?");
	cigo_points_thread_end(handle);
	return NULL;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	void *handle = cigo_points_thread_new("pool");
	pthread_t thread;

	if (!handle)
		return -1;
	if (pthread_create(&thread, NULL, body, handle)) {
		cigo_points_thread_drop(handle);
		return -1;
	}
	cigo_blocking_begin(ctx);
	pthread_join(thread, NULL);
	cigo_blocking_end(ctx);
	return 0;
}

int main(void)
{
	cigo_loop_options options = { .size = sizeof options,
				      .model = CIGO_PREEMPTIVE,
				      .schedule = "random:1" };

	return cigo_run_with(&options, cigo_ctx_background(), first, NULL) < 0;
}

/*
 * It prints:
 * the schedule's clock: runs
 */
