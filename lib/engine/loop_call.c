/* SPDX-License-Identifier: MIT
 *
 * cigo_loop_call_soon, _later, _threadsafe: a function, its argument, and an id that cannot dangle.
 */
#include "engine/loop_call.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/callback.h"
#include "cigo/error.h"
#include "base/misuse.h"

struct user_call {
	struct ci_callback callback;
	struct ci_message message; /* threadsafe: on its way */
	uint64_t id;		   /* 0: none can be asked for */
	cigo_callback_fn *fn;
	void *arg;
};

static void call(cigo_loop *loop, struct ci_callback *c, int status)
{
	struct user_call *u = ci_container_of(c, struct user_call, callback);
	cigo_callback_fn *fn = u->fn;
	void *arg = u->arg;

	ci_table_remove(&loop->callback_keys, u->id);
	ci_preemptive_call(loop, u->id, NULL);
	free(u);
	const cigo_ctx *root = loop->root;
	CI_OUTSIDE(fn(root, status, arg));
	ci_preemptive_over(loop);
}

static struct user_call *make(cigo_callback_fn *fn, void *arg)
{
	struct user_call *u = calloc(1, sizeof *u);

	if (u) {
		u->fn = fn;
		u->arg = arg;
		u->callback.call = call;
	}
	return u;
}

static int64_t schedule(cigo_loop *loop, int64_t ns, cigo_callback_fn *fn, void *arg)
{
	if (!loop)
		return -ENOMEM;
	if (!ci_holds(loop) && loop->state == CI_ENDED)
		return CIGO_ECLOSED;
	if (!ci_holds(loop))
		ci_misuse("this thread does not hold the loop's baton; use "
			  "cigo_loop_call_threadsafe");
	if (!fn)
		ci_misuse("no function");
	if (loop->state >= CI_DRAINED)
		return CIGO_ECLOSED;
	struct user_call *u = make(fn, arg);
	if (!u)
		return -ENOMEM;
	u->id = ci_table_add(&loop->callback_keys, u);
	if (!u->id) {
		free(u);
		return -ENOMEM;
	}
	ci_callback_queue(loop, &u->callback, ns);
	return (int64_t)u->id;
}

int64_t cigo_loop_call_soon(cigo_loop *loop, cigo_callback_fn *fn, void *arg)
{
	CI_ENTRY;
	return schedule(loop, 0, fn, arg);
}

int64_t cigo_loop_call_later(cigo_loop *loop, int64_t ns, cigo_callback_fn *fn, void *arg)
{
	CI_ENTRY;
	return schedule(loop, ns, fn, arg);
}

bool ci_loop_call_cancel(cigo_loop *loop, int64_t id)
{
	if (id <= 0)
		return false;
	struct user_call *u = ci_table_remove(&loop->callback_keys, (uint64_t)id);

	if (!u) { /* it may be running, beside us */
		ci_preemptive_wait_over(loop, (uint64_t)id, NULL);
		return false;
	}
	ci_callback_withdraw(loop, &u->callback);
	free(u);
	return true;
}

/* By the driver; with status < 0 by the home thread, when the door is closed. */
static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	struct user_call *u = ci_container_of(message, struct user_call, message);

	(void)status; /* the drain gives it */
	ci_callback_queue(loop, &u->callback, 0);
}

int cigo_loop_call_threadsafe(cigo_loop *loop, cigo_callback_fn *fn, void *arg)
{
	CI_ENTRY;
	if (!loop)
		return -ENOMEM;
	ci_expect(fn, "no function");
	struct user_call *u = make(fn, arg);
	if (!u)
		return -ENOMEM;
	u->message.deliver = deliver;
	int err = ci_inbox_post(&loop->inbox, &u->message);
	if (err)
		free(u);
	return err;
}
