/* SPDX-License-Identifier: MIT
 * Callbacks on completion: called on the home thread, in their turn, exactly once.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine/callback.h"
#include "task/future.h"
#include "base/misuse.h"

struct on_done {
	struct ci_listener listener;
	struct ci_list of_future; /* in the future's dones, until called */
	struct ci_callback callback;
	cigo_future *f; /* holds a reference */
	cigo_loop *loop;
	cigo_done_fn *fn;
	void *arg;
};

static void call(cigo_loop *loop, struct ci_callback *c, int status)
{
	struct on_done d = *ci_container_of(c, struct on_done, callback);
	struct on_done *memory = ci_container_of(c, struct on_done, callback);

	(void)status; /* fn gets f's error instead */
	ci_list_unlink(&memory->of_future);
	free(memory);
	const cigo_ctx *root = loop->root;
	int err = d.f->err;
	CI_OUTSIDE(d.fn(root, d.f, err, d.arg));
	ci_future_unref(d.f);
}

static void fired(struct ci_listener *l, cigo_future *f)
{
	struct on_done *d = ci_container_of(l, struct on_done, listener);

	(void)f;
	ci_callback_queue(d->loop, &d->callback, 0);
}

int cigo_future_on_done(const cigo_ctx *ctx, cigo_future *f, cigo_done_fn *fn, void *arg)
{
	CI_ENTRY;
	if (!ctx || !f)
		return -ENOMEM;
	cigo_loop *loop = ctx->loop;
	if (!loop)
		return CIGO_ENOLOOP;
	ci_expect(ci_holds(loop), "this thread does not hold the loop's baton; post to it with "
				  "cigo_loop_call_threadsafe");
	ci_future_check(f);
	ci_expect(fn, "no function");
	if (loop->state >= CI_DRAINED)
		return CIGO_ECLOSED;
	struct on_done *d = calloc(1, sizeof *d);
	if (!d)
		return -ENOMEM;
	if (!f->loop)
		ci_future_adopt(f, loop);
	d->f = ci_future_ref(f);
	d->loop = loop;
	d->fn = fn;
	d->arg = arg;
	d->listener.fired = fired;
	d->callback.call = call;
	d->callback.about = f;
	ci_list_init(&d->listener.link);
	ci_list_append(&f->dones, &d->of_future);
	ci_future_tell(f);
	if (f->done)
		fired(&d->listener, f);
	else
		ci_future_listen(f, &d->listener);
	return 0;
}

int ci_future_drop_done(cigo_future *f, cigo_done_fn *fn, const void *arg)
{
	ci_list_of(struct on_done, d, &f->dones, of_future) {
		if (d->fn != fn || d->arg != arg)
			continue;
		if (f->done)
			ci_callback_withdraw(d->loop, &d->callback);
		ci_list_unlink(&d->listener.link);
		ci_list_unlink(&d->of_future);
		free(d);
		ci_future_unref(f);
		return 0;
	}
	if (f->loop) /* the callback may be running beside this coroutine */
		ci_callback_wait_over(f->loop, 0, f);
	return -ENOENT;
}
