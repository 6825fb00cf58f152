/* SPDX-License-Identifier: MIT
 * Deadlines of contexts: each has the earlier of its own and the inherited one. A context with a
 * loop has a timer while its own is the earlier. Without a loop there are no timers: its cause is
 * found by comparing the deadline with the clock, and those who sleep are told when it moves.
 */
#include <errno.h>

#include "base/misuse.h"
#include "schedule/serial.h"
#include "task/ctx.h"

/* A barrier inherits none, nor does a context that is no child: a loop's root, a worker's own. */
static int64_t inherited(const cigo_ctx *ctx)
{
	bool alone = ctx->barrier || ci_list_empty(&ctx->sibling);

	return alone ? CIGO_NEVER : ci_ctx_deadline(ctx->parent);
}

bool ci_ctx_overdue(const cigo_ctx *ctx)
{
	return !ctx->loop && !ctx->cause && ctx->own < inherited(ctx) &&
	       ctx->own <= ci_ctx_now(ctx);
}

static void timed_out(cigo_loop *loop, struct ci_timer *t)
{
	cigo_ctx *ctx = ci_container_of(t, cigo_ctx, timer);

	(void)loop;
	__atomic_store_n(&ctx->expired, true, __ATOMIC_RELAXED);
	ci_ctx_end(ctx, -ETIMEDOUT);
}

static void arm(cigo_ctx *ctx, int64_t above)
{
	ci_timer_disarm(ctx->loop, &ctx->timer);
	if (ctx->own < above)
		ci_timer_arm(ctx->loop, &ctx->timer, ctx->own, timed_out);
}

void ci_ctx_begin_deadline(cigo_ctx *ctx, int64_t when)
{
	int64_t above = ctx->deadline;

	ctx->own = when;
	if (when >= above)
		return;
	ctx->deadline = when;
	if (!ctx->loop || ctx->cause)
		return;
	if (when > ci_ctx_now(ctx)) {
		arm(ctx, above);
		return;
	}
	ctx->cause = -ETIMEDOUT;
	ctx->expired = true;
}

static void tell(const cigo_ctx *ctx)
{
	ci_list_each(node, &ctx->watches) {
		struct ci_ctx_watch *w = ci_list_entry(node, struct ci_ctx_watch, link);

		if (w->moved)
			w->moved(w);
	}
}

/* The deadline follows from ctx's own and the inherited one; so does what depends on it. */
static void settle(cigo_ctx *ctx)
{
	int64_t above = inherited(ctx);

	__atomic_store_n(&ctx->deadline, ctx->own < above ? ctx->own : above, __ATOMIC_RELAXED);
	if (ctx->loop)
		arm(ctx, above);
	else
		tell(ctx);
}

static void move(cigo_ctx *top, int64_t when)
{
	bool below = true;

	top->own = when;
	for (cigo_ctx *ctx = top; ctx; ctx = ci_ctx_next(top, ctx, below)) {
		below = !ctx->cause && (ctx == top || !ctx->barrier);
		if (below)
			settle(ctx);
	}
}

int cigo_ctx_set_deadline(cigo_ctx *ctx, int64_t when)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	ci_expect(ctx->parent, "the background context can have no deadline");
	ci_ctx_check_thread(ctx);
	int cause = ci_ctx_cause(ctx);
	if (cause)
		return cause;
	if (ctx->loop && when <= ci_ctx_now(ctx)) {
		ctx->own = when;
		timed_out(ctx->loop, &ctx->timer);
		return 0;
	}
	ci_ctx_lock(ctx);
	move(ctx, when);
	ci_ctx_unlock(ctx);
	return 0;
}
