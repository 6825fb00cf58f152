/* SPDX-License-Identifier: MIT
 * Two coroutines pass an item through a queue, and one sleeps with a timeout: entries, wakes, timers.
 */
#include <cigo.h>

static int put(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_queue_put(ctx, arg, &(int){ 7 }, sizeof(int));
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_queue *q = cigo_queue_new(sizeof(int), 1);
	cigo_task *t = cigo_spawn(ctx, put, 0, q);
	int item = 0;

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	int err = cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_S(1));
	cigo_check(!err && item == 7, "the item is %d, the error %d", item, err);
	err = cigo_join(ctx, t);
	cigo_future_unref(t);
	cigo_queue_free(q);
	return err;
}

int main(void)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_PREEMPTIVE };

	return cigo_run_with(&o, cigo_ctx_background(), demo, NULL) != 0;
}
