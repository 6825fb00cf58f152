/* SPDX-License-Identifier: MIT
 * Generators in a loop: coroutines that pass the baton straight to and from their consumer. A
 * generator is a task that the first next starts. So its context, its awaits, its clean-up and its
 * end at the run's end are those of a task. Without a loop: gen_plain.c.
 *
 * Invariants: a consumer that waits in next or close is in no queue, and only the chain's innermost
 * generator wakes it. That one, if it waits in a yield, is woken only by the consumer, or by the
 * run's end. The others of the chain wait in cigo_gen_yield_all, each for the one inside it.
 */
#include "iter/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "task/wait_info.h"

/* A consumer that takes from a lent iterator may find a generator inside that lends one, and so on.
 * Each level needs some of the consumer's stack; so from here on the generators do it on theirs. */
enum { MOST_PULLS = 8 };
/* Of this thread, which is a coroutine's. */
static __thread unsigned pulls __attribute__((tls_model("initial-exec")));

/* --- the generator's side -------------------------------------------------------------------- */

/* The task's body. */
static int body(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_gen *g = arg;

	(void)ret;
	return g->fn(ctx, g, g->arg);
}

/* The generator's task is done: passes straight to the one that yields all of it, or to the consumer,
 * if one waits. */
static void done(struct ci_listener *l, cigo_future *f)
{
	cigo_gen *g = ci_container_of(l, cigo_gen, done), *root = g->root;

	(void)f;
	g->state = CI_GEN_DONE;
	g->coroutine = NULL;
	if (g->outer) {
		root->innermost = g->outer;
		root->depth--;
		ci_engine_direct(g->outer->coroutine);
	} else if (g->consumer) {
		ci_engine_direct(g->consumer);
	}
}

/* Those from the innermost up to `last` find that their yields return false. */
static void dismiss(cigo_gen *root, const cigo_gen *last)
{
	for (cigo_gen *g = root->innermost; g != last; g = g->outer)
		g->leaving = true;
	root->ended = false;
}

void ci_gen_end_wait(cigo_loop *loop, cigo_gen *root)
{
	ci_list_unlink(&root->leaver.link);
	loop->parked -= root->depth;
	root->state = CI_GEN_RUNNING;
}

/* The run ends and no consumer will come: the yields return false. */
static void leave(cigo_loop *loop, struct ci_leaver *l)
{
	cigo_gen *root = ci_container_of(l, cigo_gen, leaver);

	dismiss(root, NULL);
	ci_gen_end_wait(loop, root);
	ci_engine_wake(root->innermost->coroutine);
}

void ci_gen_pass(cigo_gen *g)
{
	struct ci_coroutine *me = g->coroutine;
	cigo_gen *root = g->root;

	root->state = CI_GEN_WAITING;
	me->loop->parked += root->depth;
	ci_list_append(&me->loop->leavers, &root->leaver.link);
	me->free_calls = 0; /* the consumer's count goes on instead */
	ci_park_note(me);
	ci_engine_switch(me, root->consumer);
}

void ci_gen_check_yield(const cigo_gen *g, size_t size)
{
	ci_expect(size == g->it.item_size, "items have %zu bytes, not %zu", g->it.item_size, size);
	ci_expect(g->root->innermost == g && g->root->state == CI_GEN_RUNNING &&
			  ci_gen_is_inside(g),
		  "only a generator's own body may yield");
	ci_expect(g->plain || ci_holds(g->coroutine->loop),
		  "a generator may not yield in a blocking section; call cigo_blocking_end");
}

bool cigo_gen_yield_item(cigo_ctx *ctx, cigo_gen *g, const void *item, size_t size)
{
	CI_ENTRY;
	if (!ctx || !g)
		return false;
	ci_expect(item || !size, "no item");
	ci_gen_check_yield(g, size);
	if (g->leaving)
		return false;
	if (size)
		memcpy(g->root->ret, item, size);
	g->root->yielded = true;
	if (g->plain)
		ci_gen_plain_yield(g);
	else
		ci_gen_pass(g);
	return !g->leaving;
}

/* --- the consumer's side --------------------------------------------------------------------- */

/* A context of the consumer has ended, or one of the generator that yields all of g. */
static void ended(cigo_gen *g, int cause)
{
	if (g->outer) {
		g->cause = cause;
		g->root->ended = true;
	}
	ci_ctx_end(g->task->ctx, cause);
}

static void given_ended(struct ci_ctx_watch *w, int cause)
{
	ended(ci_container_of(w, cigo_gen, given), cause);
}

static void own_ended(struct ci_ctx_watch *w, int cause)
{
	ended(ci_container_of(w, cigo_gen, own), cause);
}

void ci_gen_watch(cigo_ctx *ctx, struct ci_coroutine *me, cigo_gen *g)
{
	cigo_ctx *own = ci_park_tasks_own(ctx, me);
	int cause = ci_ctx_watch_add(ctx, &g->given);

	if (!cause && own)
		cause = ci_ctx_watch_add(own, &g->own);
	if (cause)
		ended(g, cause);
}

void ci_gen_unwatch(cigo_ctx *ctx, struct ci_coroutine *me, cigo_gen *g)
{
	ci_ctx_watch_remove(ctx, &g->given);
	ci_ctx_watch_remove(me->ctx, &g->own);
}

void ci_gen_describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	ret->futures = &ci_container_of(p, const struct ci_gen_visit, park)->task;
	ret->count = 1;
}

/* A cigo_gen_yield_all whose context has ended takes no more: of the chain, those inside the
 * outermost such call leave. */
static void refuse(cigo_gen *root)
{
	cigo_gen *last = NULL;

	for (cigo_gen *g = root->innermost; g->outer; g = g->outer)
		if (g->cause)
			last = g;
	if (last && !last->leaving)
		last->refused = true;
	dismiss(root, last ? last->outer : root->innermost);
}

/* Passes to the innermost of the chain and waits until it yields, or the root's body ends. If a
 * context of the consumer ends meanwhile, the root's context ends too, hence those of the others,
 * and with them the innermost await. */
static void visit(cigo_ctx *ctx, struct ci_coroutine *me, cigo_gen *root)
{
	struct ci_gen_visit v = { .park.describe = ci_gen_describe, .task = &root->task->f };

	root->yielded = false;
	root->consumer = me;
	root->state = CI_GEN_RUNNING;
	ci_gen_watch(ctx, me, root);
	if (ci_unlikely(root->ended))
		refuse(root);
	ci_park_switch(me, root->innermost->coroutine, &v.park);
	ci_gen_unwatch(ctx, me, root);
	root->consumer = NULL;
}

int ci_gen_start(struct ci_coroutine *me, cigo_gen *g)
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

/* --- iterators that the innermost has lent --------------------------------------------------- */

/* Takes the next item without the generator. False: there is none. */
static bool take_lent(cigo_ctx *ctx, struct ci_coroutine *me, cigo_gen *root)
{
	const cigo_gen *g = root->innermost;

	pulls++;
	root->consumer = me;
	ci_gen_watch(ctx, me, root);
	bool more = ci_iter_pull(g->lent_ctx, g->lent, root->ret);
	ci_gen_unwatch(ctx, me, root);
	root->consumer = NULL;
	pulls--;
	return more;
}

static int next_in_loop(cigo_ctx *ctx, cigo_gen *g, void *ret)
{
	struct ci_coroutine *me = ci_park_enter(ctx);
	int err = me ? ci_park_refuse(ctx, me) : 0;

	ci_expect(me && (g->state != CI_GEN_NEW || g->maker->loop == me->loop),
		  "the generator was made in another loop, or in none");
	if (!err && g->state == CI_GEN_NEW)
		err = ci_gen_start(me, g);
	if (err)
		return err;
	g->ret = ret;
	g->alone = pulls >= MOST_PULLS;
	while (g->state != CI_GEN_DONE) {
		bool lent = g->innermost->lent && !g->alone && !g->ended;

		if (lent && take_lent(ctx, me, g))
			return 1;
		if (g->state == CI_GEN_WAITING)
			ci_gen_end_wait(me->loop, g);
		visit(ctx, me, g);
		if (g->yielded)
			return 1;
	}
	return g->task->f.err;
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

		ci_expect(me && me->loop == g->coroutine->loop,
			  "the generator lives in another loop");
		dismiss(g, NULL);
		ci_gen_end_wait(me->loop, g);
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

cigo_gen *ci_gen_of(cigo_iter *it)
{
	return it->ops == &ops ? ci_container_of(it, cigo_gen, it) : NULL;
}

bool ci_gen_is_inside(const cigo_gen *g)
{
	return g->plain ? ci_gen_plain_is_inside(g)
			: ci_self.me && ci_self.me == g->task->coroutine;
}

void ci_gen_init(cigo_gen *g, size_t item_size)
{
	ci_iter_init(&g->it, &ops, item_size);
	g->root = g->innermost = g;
	g->depth = 1;
	ci_list_init(&g->leaver.link);
	ci_list_init(&g->given.link);
	ci_list_init(&g->own.link);
	g->given.fired = given_ended;
	g->own.fired = own_ended;
	g->leaver.leave = leave;
	g->done.fired = done;
}
