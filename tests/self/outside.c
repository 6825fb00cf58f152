/* SPDX-License-Identifier: MIT
 * From outside: a worker posts a callback and ends, a coroutine comes back from a blocking section, while
 * the loop goes to sleep.
 */
#include <cigo.h>

static void posted(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(status);
	++*(int *)arg;
}

static int work(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_loop **loop = arg;
	static int calls;

	CIGO_UNUSED(ctx);
	int err = cigo_loop_call_threadsafe(*loop, posted, &calls);
	*(int **)ret = &calls;
	return err;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_loop *loop = cigo_ctx_loop(ctx);
	int *calls = NULL;
	cigo_task *worker = cigo_go(ctx, work, sizeof calls, &loop);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_blocking_begin(ctx);
	cigo_blocking_end(ctx);
	int err = cigo_await(ctx, worker, &calls);
	if (!err)
		err = cigo_loop_wait_idle(ctx);
	cigo_check(!err && *calls == 1, "the callback was called %d times, error %d",
		   calls ? *calls : 0, err);
	cigo_future_unref(worker);
	return err;
}

int main(void)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_PREEMPTIVE };

	return cigo_run_with(&o, cigo_ctx_background(), demo, NULL) != 0;
}
