/* SPDX-License-Identifier: MIT
 * A cancellation meets the completion of what the task waits for: exactly one of them is reported, and the
 * task ends. Then its strand is used again.
 */
#include <cigo.h>
#include <errno.h>

static int wait_for(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	return cigo_event_wait(ctx, arg);
}

static int set(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(ret);
	cigo_event_set(arg);
	return 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_event *event = cigo_event_new();
	cigo_task *waiter = cigo_spawn(ctx, wait_for, 0, event),
		  *setter = cigo_spawn(ctx, set, 0, event);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_ignore(cigo_future_cancel(waiter, -EPERM));
	int err = cigo_join(ctx, waiter);
	cigo_check(err == 0 || err == -EPERM, "the waiter returned %d", err);
	err = cigo_join(ctx, setter);
	cigo_check(err == 0, "the setter returned %d", err);
	cigo_future_unref(waiter);
	cigo_future_unref(setter);
	cigo_event_free(event);
	return 0;
}

int main(void)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_PREEMPTIVE };

	return cigo_run_with(&o, cigo_ctx_background(), demo, NULL) != 0;
}
