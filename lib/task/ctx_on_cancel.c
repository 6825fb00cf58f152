/* SPDX-License-Identifier: MIT
 * Calls when a context ends: on the home thread, in their turn, exactly once, unless taken back.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/misuse.h"
#include "cigo/error.h"
#include "engine/callback.h"
#include "task/ctx.h"

struct on_cancel {
	struct ci_ctx_watch watch; /* on ctx, until it has ended */
	struct ci_callback callback;
	cigo_ctx *ctx; /* holds a reference */
	cigo_loop *loop;
	cigo_ctx_end_fn *fn;
	void *arg;
};

static void call(cigo_loop *loop, struct ci_callback *c, int status)
{
	struct on_cancel *memory = ci_container_of(c, struct on_cancel, callback);
	struct on_cancel o = *memory;
	const cigo_ctx *root = loop->root;
	int cause = ci_ctx_cause(o.ctx);

	(void)status; /* fn gets the context's error instead */
	free(memory);
	CI_OUTSIDE(o.fn(root, cause, o.arg));
	ci_ctx_unref(o.ctx);
}

static void ended(struct ci_ctx_watch *w, int cause)
{
	struct on_cancel *o = ci_container_of(w, struct on_cancel, watch);

	(void)cause;
	ci_callback_queue(o->loop, &o->callback, 0);
}

static void check(const cigo_ctx *ctx, cigo_ctx_end_fn *fn)
{
	ci_expect(fn, "no function");
	ci_expect(ctx->parent, "the background context never ends");
	ci_ctx_check_thread(ctx);
}

int cigo_ctx_on_cancel(cigo_ctx *ctx, cigo_ctx_end_fn *fn, void *arg)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	check(ctx, fn);
	cigo_loop *loop = ctx->loop;
	if (!loop)
		return CIGO_ENOLOOP;
	if (loop->state >= CI_DRAINED)
		return CIGO_ECLOSED;
	struct on_cancel *o = calloc(1, sizeof *o);
	if (!o)
		return -ENOMEM;
	o->watch.fired = ended;
	ci_list_init(&o->watch.link);
	o->callback.call = call;
	o->callback.about = ctx;
	o->ctx = ci_ctx_ref(ctx);
	o->loop = loop;
	o->fn = fn;
	o->arg = arg;
	if (ci_ctx_watch_add(ctx, &o->watch))
		ended(&o->watch, 0);
	return 0;
}

static bool same(const struct on_cancel *o, const cigo_ctx *ctx, cigo_ctx_end_fn *fn,
		 const void *arg)
{
	return o->ctx == ctx && o->fn == fn && o->arg == arg;
}

/* The call that waits for ctx's end; NULL: there is none. */
static struct on_cancel *waiting(cigo_ctx *ctx, cigo_ctx_end_fn *fn, const void *arg)
{
	ci_list_each(node, &ctx->watches) {
		struct ci_ctx_watch *w = ci_list_entry(node, struct ci_ctx_watch, link);
		struct on_cancel *o = ci_container_of(w, struct on_cancel, watch);

		if (w->fired == ended && same(o, ctx, fn, arg))
			return o;
	}
	return NULL;
}

/* The call that is queued, as ctx has ended; NULL: there is none. */
static struct on_cancel *queued(cigo_ctx *ctx, cigo_ctx_end_fn *fn, const void *arg)
{
	ci_list_each(node, &ctx->loop->callbacks) {
		struct ci_callback *c = ci_list_entry(node, struct ci_callback, link);
		struct on_cancel *o = ci_container_of(c, struct on_cancel, callback);

		if (c->call == call && same(o, ctx, fn, arg))
			return o;
	}
	return NULL;
}

static void give_back(struct on_cancel *o)
{
	cigo_ctx *ctx = o->ctx;

	free(o);
	ci_ctx_unref(ctx);
}

int ci_ctx_drop_call(cigo_ctx *ctx, cigo_ctx_end_fn *fn, const void *arg)
{
	if (!ctx->loop) /* calls are for contexts of a loop; at its end all were made */
		return -ENOENT;
	struct on_cancel *o = waiting(ctx, fn, arg);
	if (o) {
		ci_ctx_watch_remove(ctx, &o->watch);
		give_back(o);
		return 0;
	}
	o = queued(ctx, fn, arg);
	if (o) {
		ci_callback_withdraw(ctx->loop, &o->callback);
		give_back(o);
		return 0;
	}
	ci_callback_wait_over(ctx->loop, 0, ctx); /* it may be running beside this coroutine */
	return -ENOENT;
}
