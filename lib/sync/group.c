/* SPDX-License-Identifier: MIT
 * Groups. Invariants: `running` counts the members that were queued to start and have not returned.
 * If there is a limit, running is at most that; the other members are in `waiting`. A member is in
 * exactly one of waiting, active, finished and taken.
 */
#include "cigo/group.h"

#include <errno.h>
#include <stdlib.h>

#include "base/misuse.h"
#include "task/cycle.h"
#include "task/task.h"
#include "task/wait_info.h"

struct member {
	struct ci_list link;
	struct ci_listener listener;
	cigo_group *group;
	struct ci_task *task; /* a reference */
	bool running;	      /* counted in the group's */
};

struct cigo_group {
	struct ci_members members;
	cigo_ctx *ctx; /* the members descend from it */
	cigo_loop *loop;
	struct ci_list of_task; /* in its maker's groups */
	struct ci_list waiting, active, finished, taken;
	unsigned limit, running;
	unsigned flags;
	int err;		/* the first failure */
	int cause;		/* members yet to start are cancelled with it; 0: not */
	struct ci_list waiters; /* coroutines in wait, next or close */
};

struct waiter {
	struct ci_park park;
	const cigo_group *group;
	bool next; /* waits for one finished member, not for all */
};

static bool over(const cigo_group *g)
{
	return !g->running && ci_list_empty(&g->waiting);
}

static void tell(cigo_group *g)
{
	ci_list_of(struct waiter, w, &g->waiters, park.link) {
		if (over(g) || (w->next && !ci_list_empty(&g->finished)))
			ci_park_wake(&w->park);
	}
}

static void let_start(cigo_group *g)
{
	while (!ci_list_empty(&g->waiting) && (!g->limit || g->running < g->limit)) {
		struct member *m = ci_list_first(&g->waiting, struct member, link);

		ci_list_unlink(&m->link);
		ci_list_append(&g->active, &m->link);
		m->running = true;
		g->running++;
		ci_task_queue(m->task, g->cause);
	}
}

static void cancel_members(cigo_group *g, int cause)
{
	struct ci_list *lists[] = { &g->active, &g->waiting };

	if (!g->cause)
		g->cause = cause;
	for (int i = 0; i < 2; i++)
		ci_list_of(struct member, m, lists[i], link)
			ci_future_end(&m->task->f, cause);
}

static void free_member(struct member *m)
{
	ci_list_unlink(&m->link);
	ci_future_unref(&m->task->f);
	free(m);
}

/* Only the first failure counts, and none after the group was cancelled. */
static void failed(cigo_group *g, int err)
{
	if (g->err || g->cause)
		return;
	g->err = err;
	if (!(g->flags & CIGO_GROUP_KEEP_GOING))
		cancel_members(g, -ECANCELED);
}

/* A body has returned. This runs in its completion: siblings are cancelled before another step. */
static void member_done(struct ci_listener *l, cigo_future *f)
{
	struct member *m = ci_container_of(l, struct member, listener);
	cigo_group *g = m->group;

	g->running -= m->running;
	ci_list_unlink(&m->task->of_members);
	ci_list_unlink(&m->link);
	ci_list_append(&g->finished, &m->link);
	if (f->err < 0)
		failed(g, f->err);
	if (g->flags & CIGO_GROUP_REAP)
		free_member(m);
	let_start(g);
	tell(g);
}

cigo_group *cigo_group_new(const cigo_ctx *ctx, unsigned limit, unsigned flags)
{
	CI_ENTRY;
	if (!ctx)
		return NULL;
	ci_expect(ctx->loop && ci_holds(ctx->loop),
		  "a group needs a loop whose baton is held here");
	ci_expect(!(flags & ~(unsigned)(CIGO_GROUP_KEEP_GOING | CIGO_GROUP_REAP)), "flags: %u",
		  flags);
	cigo_group *g = calloc(1, sizeof *g);
	if (!g)
		return NULL;
	g->ctx = ci_ctx_new((cigo_ctx *)(uintptr_t)ctx, ctx->loop);
	if (!g->ctx) {
		free(g);
		return NULL;
	}
	g->loop = ctx->loop;
	g->limit = limit;
	g->flags = flags;
	ci_list_init(&g->members.tasks);
	ci_list_init(&g->of_task);
	ci_list_init(&g->waiting);
	ci_list_init(&g->active);
	ci_list_init(&g->finished);
	ci_list_init(&g->taken);
	ci_list_init(&g->waiters);
	if (ci_self.me)
		ci_list_append(&ci_task_of(ci_self.me->task)->groups, &g->of_task);
	return g;
}

static void check(const cigo_group *g)
{
	ci_expect(ci_holds(g->loop), "this thread does not hold the baton of the group's loop");
}

static cigo_task *start(cigo_group *g, cigo_coro_fn *fn, void *arg, size_t ret_size,
			const cigo_task_options *o)
{
	cigo_task_options checked = ci_task_check(o);
	struct member *m = NULL;

	if (g) {
		check(g);
		m = calloc(1, sizeof *m);
	}
	if (m) /* ci_task_make calls arg_free itself if it fails */
		m->task = ci_task_make(g->ctx, fn, arg, ret_size, &checked);
	else if (checked.arg_free)
		CI_OUTSIDE(checked.arg_free(arg));
	if (!m || !m->task) {
		free(m);
		if (g)
			failed(g, -ENOMEM);
		return NULL;
	}
	m->group = g;
	m->listener.fired = member_done;
	ci_future_listen(&m->task->f, &m->listener);
	ci_list_append(&g->waiting, &m->link);
	ci_list_append(&g->members.tasks, &m->task->of_members);
	cigo_task *t = &m->task->f;
	ci_task_hold(m->task);
	let_start(g);
	return t;
}

cigo_task *cigo_group_spawn(cigo_group *g, const char *name, cigo_coro_fn *fn, size_t ret_size,
			    void *arg)
{
	CI_ENTRY;
	cigo_task_options o = { .size = sizeof o, .name = name };

	return start(g, fn, arg, ret_size, &o);
}

cigo_task *cigo_group_spawn_copy(cigo_group *g, const char *name, cigo_coro_fn *fn, size_t ret_size,
				 const void *arg, size_t arg_size)
{
	CI_ENTRY;
	cigo_task_options o = { .size = sizeof o, .name = name, .arg_size = arg_size };

	return start(g, fn, (void *)(uintptr_t)arg, ret_size, &o);
}

cigo_task *cigo_group_spawn_with(cigo_group *g, cigo_coro_fn *fn, size_t ret_size, void *arg,
				 const cigo_task_options *o)
{
	CI_ENTRY;
	return start(g, fn, arg, ret_size, o);
}

void cigo_group_cancel(cigo_group *g, int reason)
{
	CI_ENTRY;
	if (!g)
		return;
	check(g);
	ci_expect(reason <= 0, "the reason %d is not an error (< 0)", reason);
	cancel_members(g, reason ? reason : -ECANCELED);
}

/* --- waiting --------------------------------------------------------------------------------- */

static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	const struct waiter *w = ci_container_of(p, const struct waiter, park);

	ret->members = &w->group->members;
	ret->all = !w->next;
}

static int park(cigo_ctx *ctx, struct ci_coroutine *me, cigo_group *g, bool next)
{
	struct waiter w = { .park.describe = describe, .group = g, .next = next };

	return ci_park_in(ctx, me, &g->waiters, CIGO_NEVER, &w.park);
}

static struct ci_coroutine *enter(cigo_ctx *ctx, const cigo_group *g)
{
	check(g);
	struct ci_coroutine *me = ci_park_enter(ctx);
	ci_expect(me, "this needs a loop, and the context has none");
	return me;
}

/* Waits for all bodies. If ctx ends before that, they are cancelled with its cause. */
static int wait_all(cigo_ctx *ctx, struct ci_coroutine *me, cigo_group *g)
{
	int cause = 0;

	while (!over(g)) {
		if (!cause)
			cause = ci_park_refuse(ctx, me);
		if (cause)
			cancel_members(g, cause);
		if (over(g))
			break;
		if (ci_members_waits_for(&g->members, me))
			return -EDEADLK;
		if (!cause)
			cause = park(ctx, me, g, false);
		else
			park(NULL, me, g, false);
	}
	return g->err ? g->err : cause ? cause : g->cause;
}

int cigo_group_wait(cigo_ctx *ctx, cigo_group *g)
{
	CI_ENTRY;
	if (!ctx || !g)
		return -ENOMEM;
	return wait_all(ctx, enter(ctx, g), g);
}

int cigo_group_next(cigo_ctx *ctx, cigo_group *g, cigo_task **ret)
{
	CI_ENTRY;
	ci_expect(ret, "nowhere to put the task");
	*ret = NULL;
	if (!ctx || !g)
		return -ENOMEM;
	struct ci_coroutine *me = enter(ctx, g);
	while (ci_list_empty(&g->finished)) {
		if (over(g))
			return 0;
		if (ci_members_all_wait_for(&g->members, me))
			return -EDEADLK;
		int cause = ci_park_refuse(ctx, me);
		if (!cause)
			cause = park(ctx, me, g, true);
		if (cause)
			return cause;
	}
	struct member *m = ci_list_first(&g->finished, struct member, link);
	ci_list_unlink(&m->link);
	ci_list_append(&g->taken, &m->link);
	*ret = &m->task->f;
	return 1;
}

static void free_members(struct ci_list *list)
{
	ci_list_of(struct member, m, list, link)
		free_member(m);
}

int cigo_group_close(cigo_ctx *ctx, cigo_group *g)
{
	CI_ENTRY;
	if (!ctx || !g)
		return -ENOMEM;
	struct ci_coroutine *me = enter(ctx, g);
	int cause = g->cause; /* read before close itself cancels the members */
	if (!over(g))
		cancel_members(g, -ECANCELED);
	while (!over(g)) {
		ci_expect(!ci_members_waits_for(&g->members, me),
			  "a task cannot close the group it is in, or one that waits for it and "
			  "cannot be cancelled");
		park(NULL, me, g, false);
	}
	ci_expect(ci_list_empty(&g->waiters), "somebody else still waits for the group");
	int err = g->err ? g->err : cause;
	free_members(&g->finished);
	free_members(&g->taken);
	ci_list_unlink(&g->of_task);
	ci_ctx_unref(g->ctx);
	free(g);
	return err;
}
