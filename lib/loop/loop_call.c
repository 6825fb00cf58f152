/* SPDX-License-Identifier: MIT
 * cigo_loop_call_soon, _later, _threadsafe: a function, its argument, an id that cannot dangle.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/misuse.h"
#include "cigo/error.h"
#include "engine/callback.h"

struct user_call {
	struct ci_callback callback;
	struct ci_message message; /* call_threadsafe: on its way to the loop */
	cigo_callback_fn *fn;
	void *arg;
};

static void call(cigo_loop *loop, struct ci_callback *c, int status)
{
	struct user_call *u = ci_container_of(c, struct user_call, callback);
	cigo_callback_fn *fn = u->fn;
	void *arg = u->arg;

	free(u);
	const cigo_ctx *root = loop->root;
	CI_OUTSIDE(fn(root, status, arg));
}

static void drop(struct ci_callback *c)
{
	free(ci_container_of(c, struct user_call, callback));
}

static struct user_call *make(cigo_callback_fn *fn, void *arg)
{
	struct user_call *u = calloc(1, sizeof *u);

	if (u) {
		u->fn = fn;
		u->arg = arg;
		u->callback.call = call;
		u->callback.drop = drop;
	}
	return u;
}

static int64_t schedule(cigo_loop *loop, int64_t ns, cigo_callback_fn *fn, void *arg)
{
	if (!loop)
		return -ENOMEM;
	if (!ci_holds(loop) && loop->state == CI_ENDED)
		return CIGO_ECLOSED;
	ci_expect(ci_holds(loop), "this thread does not hold the loop's baton; use "
				  "cigo_loop_call_threadsafe");
	ci_expect(fn, "no function");
	if (loop->state >= CI_DRAINED)
		return CIGO_ECLOSED;
	struct user_call *u = make(fn, arg);
	if (!u)
		return -ENOMEM;
	if (ci_callback_identify(loop, &u->callback)) {
		free(u);
		return -ENOMEM;
	}
	ci_callback_queue(loop, &u->callback, ns);
	return (int64_t)u->callback.id;
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

/* The driver calls this; with status < 0 the home thread, when it closes the inbox. */
static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	struct user_call *u = ci_container_of(message, struct user_call, message);

	(void)status; /* ci_callback_drain gives it */
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
