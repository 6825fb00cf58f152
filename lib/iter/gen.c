/* SPDX-License-Identifier: MIT
 * Generators in a loop: coroutines that pass the baton straight to and from their consumer. A
 * generator is a task that the first next starts. So its context, its awaits, its clean-up and its
 * end at the run's end are those of a task. Without a loop: gen_plain.c.
 *
 * Invariants: a consumer that waits in next or close is in no queue, and only the generator wakes
 * it. A generator that waits in a yield is woken only by its consumer, or by the run's end.
 */
#include "iter/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "task/wait_info.h"

/* --- the generator's side -------------------------------------------------------------------- */

/* The task's body. */
static int body(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_gen *g = arg;

	(void)ret;
	return g->fn(ctx, g, g->arg);
}

/* The generator's task is done: passes straight to the consumer, if one waits. */
static void done(struct ci_listener *l, cigo_future *f)
{
	cigo_gen *g = ci_container_of(l, cigo_gen, done);

	(void)f;
	g->state = CI_GEN_DONE;
	g->coroutine = NULL;
	if (g->consumer)
		ci_engine_direct(g->consumer);
}

/* The run ends and no consumer will come: the yield returns false. */
static void leave(cigo_loop *loop, struct ci_leaver *l)
{
	cigo_gen *g = ci_container_of(l, cigo_gen, leaver);

	loop->parked--;
	g->leaving = true;
	g->state = CI_GEN_RUNNING;
	ci_engine_wake(g->coroutine);
}

static void yield_in_loop(cigo_gen *g)
{
	struct ci_coroutine *me = g->coroutine;
	cigo_loop *loop = me->loop;
	struct ci_coroutine *consumer = g->consumer;

	g->state = CI_GEN_WAITING;
	loop->parked++;
	ci_list_append(&loop->leavers, &g->leaver.link);
	me->free_calls = 0; /* the consumer's count goes on instead */
	ci_park_note(me);
	ci_engine_switch(me, consumer);
}

bool cigo_gen_yield_item(cigo_ctx *ctx, cigo_gen *g, const void *item, size_t size)
{
	CI_ENTRY;
	if (!ctx || !g)
		return false;
	ci_expect(size == g->it.item_size, "items have %zu bytes, not %zu", g->it.item_size, size);
	ci_expect(item || !size, "no item");
	ci_expect(g->state == CI_GEN_RUNNING && ci_gen_is_inside(g),
		  "only a generator's own body may yield");
	ci_expect(g->plain || ci_holds(g->coroutine->loop),
		  "a generator may not yield in a blocking section; call cigo_blocking_end");
	if (g->leaving)
		return false;
	if (size)
		memcpy(g->ret, item, size);
	g->yielded = true;
	if (g->plain)
		ci_gen_plain_yield(g);
	else
		yield_in_loop(g);
	return !g->leaving;
}

bool cigo_gen_yield_all(cigo_ctx *ctx, cigo_gen *g, cigo_iter *it, int *ret_err)
{
	CI_ENTRY;
	bool stays = g && !g->leaving; /* if not, no consumer would get the item */
	void *item = it ? malloc(it->item_size ? it->item_size : 1) : NULL;
	int err = !ctx || (it && !item) ? -ENOMEM : 0;

	while (!err && stays && ci_iter_pull(ctx, it, item))
		stays = cigo_gen_yield_item(ctx, g, item, it->item_size);
	free(item);
	int closed = ci_iter_close(ctx, it);
	err = err ? err : closed;
	if (ret_err)
		*ret_err = err;
	return stays && !err;
}

/* --- the consumer's side --------------------------------------------------------------------- */

static void given_ended(struct ci_ctx_watch *w, int cause)
{
	ci_ctx_end(ci_container_of(w, cigo_gen, given)->task->ctx, cause);
}

static void task_ended(struct ci_ctx_watch *w, int cause)
{
	ci_ctx_end(ci_container_of(w, cigo_gen, own)->task->ctx, cause);
}

struct visit {
	struct ci_park park;
	cigo_task *task;
};

static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	ret->futures = &ci_container_of(p, const struct visit, park)->task;
	ret->count = 1;
}

/* Passes to the generator and waits until it yields or ends. If a context of the consumer ends
 * meanwhile, the generator's context ends too, and with it the generator's innermost await. */
static void visit(cigo_ctx *ctx, struct ci_coroutine *me, cigo_gen *g)
{
	g->given.fired = given_ended;
	g->own.fired = task_ended;
	int cause = ci_ctx_watch_add(ctx, &g->given);
	cigo_ctx *own = ci_park_tasks_own(ctx, me);
	if (!cause && own)
		cause = ci_ctx_watch_add(own, &g->own);
	if (cause)
		ci_ctx_end(g->task->ctx, cause);
	g->consumer = me;
	g->state = CI_GEN_RUNNING;
	struct visit v = { .park.describe = describe, .task = &g->task->f };
	ci_park_switch(me, g->coroutine, &v.park);
	g->consumer = NULL;
	ci_ctx_watch_remove(ctx, &g->given);
	ci_ctx_watch_remove(me->ctx, &g->own);
}

/* Makes the task and a strand for it. Both wait for the first visit. */
static int start(struct ci_coroutine *me, cigo_gen *g)
{
	cigo_task_options o = { .size = sizeof o, .name = g->name };
	struct ci_task *t = ci_task_make(g->maker, body, g, 0, &o);

	if (!t)
		return -ENOMEM;
	g->coroutine = ci_engine_start(me->loop, &t->start);
	if (!g->coroutine) {
		ci_task_queue(t, -EAGAIN); /* the task ends by itself, without a thread */
		ci_future_unref(&t->f);
		return -EAGAIN;
	}
	ci_trace(me->loop, queued, t->id);
	g->task = t;
	ci_future_listen(&t->f, &g->done);
	ci_ctx_unref(g->maker);
	g->maker = NULL;
	return 0;
}

/* A consumer has come: the generator no longer waits for one. */
static void end_wait(cigo_loop *loop, cigo_gen *g)
{
	ci_list_unlink(&g->leaver.link);
	loop->parked--;
}

static int next_in_loop(cigo_ctx *ctx, cigo_gen *g, void *ret)
{
	struct ci_coroutine *me = ci_park_enter(ctx);
	int err = me ? ci_park_refuse(ctx, me) : 0;

	if (!me || (g->state == CI_GEN_NEW && g->maker->loop != me->loop))
		ci_misuse("the generator was made in another loop, or in none");
	if (err)
		return err;
	if (g->state == CI_GEN_NEW)
		err = start(me, g);
	else if (g->state == CI_GEN_WAITING)
		end_wait(me->loop, g);
	if (err || g->state == CI_GEN_DONE)
		return err ? err : g->task->f.err;
	g->ret = ret;
	g->yielded = false;
	visit(ctx, me, g);
	return g->yielded ? 1 : g->task->f.err;
}

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	cigo_gen *g = ci_container_of(it, cigo_gen, it);

	return g->plain ? ci_gen_plain_next(ctx, g, ret) : next_in_loop(ctx, g, ret);
}

/* Runs the body to its end. */
static int end_in_loop(cigo_ctx *ctx, cigo_gen *g)
{
	if (g->state == CI_GEN_WAITING) {
		struct ci_coroutine *me = ci_park_enter(ctx);

		if (!me || me->loop != g->coroutine->loop)
			ci_misuse("the generator lives in another loop");
		end_wait(me->loop, g);
		g->leaving = true;
		visit(ctx, me, g);
	}
	if (!g->task)
		return 0;
	ci_expect(g->state == CI_GEN_DONE, "the generator runs");
	int err = g->task->f.err;
	ci_future_unref(&g->task->f);
	return err;
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	cigo_gen *g = ci_container_of(it, cigo_gen, it);
	int err = g->plain ? ci_gen_plain_end(ctx, g) : end_in_loop(ctx, g);

	ci_ctx_unref(g->maker);
	free(g);
	return err;
}

static const struct ci_iter_ops ops = { next, close_it };

bool ci_gen_is_inside(const cigo_gen *g)
{
	return g->plain ? ci_gen_plain_is_inside(g)
			: ci_self.me && ci_self.me == g->task->coroutine;
}

void ci_gen_init(cigo_gen *g, size_t item_size)
{
	ci_iter_init(&g->it, &ops, item_size);
	ci_list_init(&g->leaver.link);
	ci_list_init(&g->given.link);
	ci_list_init(&g->own.link);
	g->leaver.leave = leave;
	g->done.fired = done;
}
