/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <pthread.h>
#include <stdio.h>

static void called(const cigo_ctx *ctx, int status, void *arg)
{
	printf("called on the home thread\n");
}

static int answer(cigo_ctx *ctx, void *arg, void *ret)
{
	*(int *)ret = 42;
	return 0;
}

/* A plain thread has the loop do something, and ends it. */
static void *outside(void *arg)
{
	cigo_loop *loop = arg;
	int result;

	cigo_must(cigo_loop_call_threadsafe(loop, called, NULL));
	cigo_must(cigo_loop_submit(cigo_ctx_background(), loop, answer, NULL, &result,
				   sizeof result));
	printf("the answer is %d\n", result);
	cigo_must(cigo_loop_stop(loop, 0));
	cigo_loop_unref(loop);
	return NULL;
}

static int idle(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_ignore(cigo_sleep(ctx, CIGO_NEVER)); /* until the stop */
	return 0;
}

int main(void)
{
	cigo_loop *loop = cigo_loop_new(NULL);
	pthread_t thread;

	if (pthread_create(&thread, NULL, outside, cigo_loop_ref(loop)))
		return 1;
	printf("%s\n", cigo_strerror(cigo_loop_run(loop, cigo_ctx_background(), idle, NULL)));
	pthread_join(thread, NULL);
	cigo_loop_unref(loop);
	return 0;
}

/*
 * It prints:
 * called on the home thread
 * the answer is 42
 * context canceled
 */
