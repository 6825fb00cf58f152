/* SPDX-License-Identifier: MIT
 * The tree of contexts: making, references, ending, asking.
 */
#include "task/ctx.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "schedule/serial.h"

static pthread_mutex_t outside =
	PTHREAD_MUTEX_INITIALIZER; /* guards contexts without a loop, and every `cause` */

static cigo_ctx background = {
	.refs = 1,
	.own = CIGO_NEVER,
	.deadline = CIGO_NEVER,
	.sibling = CI_LIST_INIT(background.sibling),
	.children = CI_LIST_INIT(background.children),
	.watches = CI_LIST_INIT(background.watches),
};

cigo_ctx *cigo_ctx_background(void)
{
	return &background;
}

void ci_ctx_lock(const cigo_ctx *ctx)
{
	if (!ctx->loop)
		pthread_mutex_lock(&outside);
}

void ci_ctx_unlock(const cigo_ctx *ctx)
{
	if (!ctx->loop)
		pthread_mutex_unlock(&outside);
}

void ci_ctx_check_thread(const cigo_ctx *ctx)
{
	ci_expect(!ctx->loop || ci_holds(ctx->loop),
		  "the context belongs to a loop whose baton this thread does "
		  "not hold; post to it with cigo_loop_call_threadsafe");
}

/* Callbacks get a const context, as they may not suspend. The struct itself is never const. */
static cigo_ctx *mutable(const cigo_ctx *ctx)
{
	return (cigo_ctx *)(uintptr_t)ctx;
}

/* With the baton the cause is plain memory. A thread without it (in a blocking section) reads it
 * under the mutex, as every write is under the mutex too. */
int ci_ctx_cause(const cigo_ctx *ctx)
{
	if (ci_likely(ctx->loop && ci_self.held == ctx->loop))
		return ctx->cause;
	pthread_mutex_lock(&outside);
	int cause = ctx->cause;
	pthread_mutex_unlock(&outside);
	int64_t deadline = ci_ctx_deadline(ctx);
	if (!cause && !ctx->loop && deadline != CIGO_NEVER && deadline <= ci_turn_clock())
		return -ETIMEDOUT; /* without a loop there are no timers */
	return cause;
}

/* --- making ---------------------------------------------------------------------------------- */

static cigo_ctx *make(cigo_ctx *parent, cigo_loop *loop, size_t size)
{
	cigo_ctx *ctx = size > PTRDIFF_MAX / 2 ? NULL : calloc(1, sizeof *ctx + size);

	if (!ctx)
		return NULL;
	ctx->refs = 1;
	ctx->loop = loop;
	ctx->size = size;
	ctx->parent = parent;
	ctx->own = CIGO_NEVER;
	ctx->deadline = ci_ctx_deadline(parent);
	ci_list_init(&ctx->sibling);
	ci_list_init(&ctx->children);
	ci_list_init(&ctx->watches);
	return ctx;
}

/* Links ctx below its parent. If the parent is dead, so is ctx, unless ctx is a barrier. */
static cigo_ctx *adopt(cigo_ctx *ctx)
{
	cigo_ctx *parent = ctx->parent;

	ci_ctx_lock(parent);
	if (parent != &background) {
		parent->refs++;
		ci_list_append(&parent->children, &ctx->sibling);
	}
	if (!ctx->barrier)
		ctx->cause = parent->cause;
	ci_ctx_unlock(parent);
	return ctx;
}

cigo_ctx *ci_ctx_new(cigo_ctx *parent, cigo_loop *loop)
{
	return ci_ctx_new_with(parent, loop, 0);
}

cigo_ctx *ci_ctx_new_with(cigo_ctx *parent, cigo_loop *loop, size_t room)
{
	cigo_ctx *ctx = make(parent, loop, room);

	return ctx ? adopt(ctx) : NULL;
}

void ci_ctx_leave(cigo_ctx *ctx)
{
	if (ctx->refs > 1)
		return;
	ci_timer_disarm(ctx->loop, &ctx->timer);
	ci_list_unlink(&ctx->sibling);
	ci_ctx_unref(ctx->parent);
	ctx->parent = &background;
	ctx->loop = NULL;
	ctx->left = true;
}

void ci_ctx_drop(cigo_ctx *ctx)
{
	if (ctx->left)
		free(ctx);
	else
		ci_ctx_unref(ctx);
}

cigo_ctx *ci_ctx_root(cigo_ctx *outer, cigo_loop *loop)
{
	cigo_ctx *ctx = make(outer, loop, 0);

	if (!ctx)
		return NULL;
	ctx->deadline = CIGO_NEVER;
	ctx->cause = ci_ctx_cause(outer);
	ci_ctx_ref(outer);
	int64_t deadline = ci_ctx_deadline(outer);
	if (deadline != CIGO_NEVER && /* the clocks may differ */
	    !(outer->loop && outer->loop->options.clock == CIGO_CLOCK_VIRTUAL))
		ci_ctx_begin_deadline(ctx,
				      ci_clock_add(ci_ctx_now(ctx), deadline - ci_ctx_now(outer)));
	return ctx;
}

cigo_ctx *cigo_ctx_with_cancel(cigo_ctx *parent)
{
	CI_ENTRY;
	if (!parent)
		return NULL;
	ci_ctx_check_thread(parent);
	return ci_ctx_new(parent, parent->loop);
}

static cigo_ctx *with_deadline(cigo_ctx *parent, int64_t when)
{
	cigo_ctx *ctx = ci_ctx_new(parent, parent->loop);

	if (ctx)
		ci_ctx_begin_deadline(ctx, when);
	return ctx;
}

cigo_ctx *ci_ctx_with_timeout(cigo_ctx *parent, int64_t ns)
{
	ci_ctx_check_thread(parent);
	return with_deadline(parent, ci_clock_add(ci_ctx_now(parent), ns));
}

cigo_ctx *cigo_ctx_with_timeout(cigo_ctx *parent, int64_t ns)
{
	CI_ENTRY;
	return parent ? ci_ctx_with_timeout(parent, ns) : NULL;
}

cigo_ctx *cigo_ctx_with_deadline(cigo_ctx *parent, int64_t when)
{
	CI_ENTRY;
	if (!parent)
		return NULL;
	ci_ctx_check_thread(parent);
	return with_deadline(parent, when);
}

cigo_ctx *cigo_ctx_with_value(cigo_ctx *parent, const void *key, const void *value, size_t size)
{
	CI_ENTRY;
	if (!parent)
		return NULL;
	ci_ctx_check_thread(parent);
	ci_expect(key, "a NULL key; use the address of something static");
	ci_expect(value || !size, "no value");
	cigo_ctx *ctx = make(parent, parent->loop, size);
	if (!ctx)
		return NULL;
	ctx->key = key;
	if (size)
		memcpy(ctx->value, value, size);
	return adopt(ctx);
}

cigo_ctx *cigo_ctx_without_cancel(cigo_ctx *parent, int64_t grace_ns)
{
	CI_ENTRY;
	if (!parent)
		return NULL;
	ci_ctx_check_thread(parent);
	cigo_ctx *ctx = make(parent, parent->loop, 0);
	if (!ctx)
		return NULL;
	ctx->barrier = true;
	ctx->deadline = CIGO_NEVER;
	adopt(ctx);
	ci_ctx_begin_deadline(ctx, ci_clock_add(ci_ctx_now(ctx), grace_ns));
	return ctx;
}

/* --- references ------------------------------------------------------------------------------ */

cigo_ctx *ci_ctx_ref(cigo_ctx *ctx)
{
	if (!ctx || ctx == &background)
		return ctx;
	ci_ctx_check_thread(ctx);
	ci_ctx_lock(ctx);
	ctx->refs++;
	ci_ctx_unlock(ctx);
	return ctx;
}

cigo_ctx *cigo_ctx_ref(cigo_ctx *ctx)
{
	CI_ENTRY_QUIET;
	return ci_ctx_ref(ctx);
}

void ci_ctx_unref(const cigo_ctx *lent)
{
	cigo_ctx *ctx = mutable(lent);

	while (ctx && ctx != &background) { /* up the tree, without recursion */
		ci_ctx_check_thread(ctx);
		cigo_ctx *parent = ctx->parent;
		cigo_loop *loop = ctx->loop;

		ci_ctx_lock(ctx);
		ci_expect(ctx->refs > 0, "the context was already given back");
		unsigned left = --ctx->refs;
		if (!left)
			ci_list_unlink(&ctx->sibling);
		ci_ctx_unlock(ctx);
		if (left)
			return;
		if (loop)
			ci_timer_disarm(loop, &ctx->timer);
		free(ctx);
		ctx = parent;
	}
}

void cigo_ctx_unref(const cigo_ctx *ctx)
{
	CI_ENTRY_QUIET;
	ci_ctx_unref(ctx);
}

/* --- ending ---------------------------------------------------------------------------------- */

cigo_ctx *ci_ctx_next(cigo_ctx *top, cigo_ctx *ctx, bool descend)
{
	if (descend && !ci_list_empty(&ctx->children))
		return ci_list_first(&ctx->children, cigo_ctx, sibling);
	for (; ctx != top; ctx = ctx->parent)
		if (ctx->sibling.next != &ctx->parent->children)
			return ci_list_entry(ctx->sibling.next, cigo_ctx, sibling);
	return NULL;
}

static void end_one(cigo_ctx *ctx, int cause)
{
	if (ctx->loop) { /* without one the caller holds the mutex */
		pthread_mutex_lock(&outside);
		ctx->cause = cause;
		pthread_mutex_unlock(&outside);
		ci_timer_disarm(ctx->loop, &ctx->timer);
	} else {
		ctx->expired = ci_ctx_overdue(ctx);
		ctx->cause = cause;
	}
	ci_list_pop_of(struct ci_ctx_watch, w, &ctx->watches, link)
		w->fired(w, cause);
}

void ci_ctx_end_inside(cigo_ctx *top, int cause)
{
	bool alive;

	for (cigo_ctx *ctx = top; ctx; ctx = ci_ctx_next(top, ctx, alive)) {
		alive = !ctx->cause && (ctx == top || !ctx->barrier);
		if (alive)
			end_one(ctx, cause);
	}
}

void ci_ctx_end(cigo_ctx *top, int cause)
{
	ci_ctx_lock(top);
	ci_ctx_end_inside(top, cause);
	ci_ctx_unlock(top);
}

void cigo_ctx_cancel(const cigo_ctx *ctx, int reason)
{
	CI_ENTRY;
	if (!ctx)
		return;
	ci_expect(ctx != &background, "the background context cannot be cancelled");
	ci_expect(reason <= 0, "the reason %d is not an error (< 0)", reason);
	ci_ctx_check_thread(ctx);
	int cause = ci_ctx_cause(ctx);
	ci_ctx_end(mutable(ctx), cause ? cause : reason ? reason : -ECANCELED);
}

void ci_ctx_end_all(cigo_ctx *root)
{
	for (cigo_ctx *ctx = root; ctx; ctx = ci_ctx_next(root, ctx, true)) {
		ci_timer_disarm(root->loop, &ctx->timer);
		if (!ctx->cause)
			end_one(ctx, -ECANCELED);
	}
}

void ci_ctx_orphan(cigo_ctx *root)
{
	ci_ctx_end_all(root);
	for (cigo_ctx *ctx = root; ctx; ctx = ci_ctx_next(root, ctx, true))
		ctx->loop = NULL;
}

int ci_ctx_watch_add(cigo_ctx *ctx, struct ci_ctx_watch *w)
{
	ci_ctx_lock(ctx);
	int cause = ctx->cause;
	if (!cause)
		ci_list_append(&ctx->watches, &w->link);
	ci_ctx_unlock(ctx);
	return cause;
}

void ci_ctx_watch_remove(cigo_ctx *ctx, struct ci_ctx_watch *w)
{
	ci_ctx_lock(ctx);
	ci_list_unlink(&w->link);
	ci_ctx_unlock(ctx);
}

int cigo_ctx_off_cancel(cigo_ctx *ctx, cigo_ctx_end_fn *fn, const void *arg)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	ci_ctx_check_thread(ctx);
	return ci_ctx_drop_call(ctx, fn, arg);
}

/* --- asking ---------------------------------------------------------------------------------- */

int cigo_ctx_error(const cigo_ctx *ctx)
{
	CI_ENTRY;
	return ctx ? ci_ctx_cause(ctx) : -ENOMEM;
}

const void *cigo_ctx_value(const cigo_ctx *ctx, const void *key, size_t size)
{
	CI_ENTRY;
	for (; ctx && key; ctx = ctx->parent)
		if (ctx->key == key) {
			ci_expect(ctx->size == size, "the value has %zu bytes, not %zu", ctx->size,
				  size);
			return ctx->value;
		}
	return NULL;
}

cigo_loop *cigo_ctx_loop(const cigo_ctx *ctx)
{
	CI_ENTRY_QUIET;
	return ctx ? ctx->loop : NULL;
}

int64_t cigo_ctx_deadline(const cigo_ctx *ctx)
{
	CI_ENTRY;
	return ctx ? ci_ctx_deadline(ctx) : CIGO_NEVER;
}

bool cigo_ctx_expired(const cigo_ctx *ctx)
{
	CI_ENTRY;
	if (!ctx)
		return false;
	ci_ctx_lock(ctx);
	bool expired = __atomic_load_n(&ctx->expired, __ATOMIC_RELAXED) || ci_ctx_overdue(ctx);
	ci_ctx_unlock(ctx);
	return expired;
}

cigo_ctx *cigo_ctx_at(cigo_ctx *ctx, const char *file, int line, const char *function)
{
	CI_ENTRY_QUIET;
	struct ci_coroutine *me = ci_self.me;

	if (me) {
		me->place = (struct ci_place){ file, function, line };
		me->at_pending = true;
	}
	return ctx;
}

void cigo_ctx_note(const char *file, int line, const char *function)
{
	ci_self.here = (struct ci_place){ file, function, line };
}
