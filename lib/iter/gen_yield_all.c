/* SPDX-License-Identifier: MIT
 * Yielding all items of an iterator. The consumer takes them without this generator: from another
 * generator by a chain (gen.h), from any other iterator by calling its next itself. Only items of
 * plain threads are passed on one by one.
 */
#include "iter/gen.h"

#include <errno.h>
#include <stdlib.h>

#include "base/misuse.h"
#include "task/wait_info.h"

/* --- a generator ----------------------------------------------------------------------------- */

/* Puts the chain of `it` inside the chain of g, which is its innermost. */
static void join(cigo_gen *g, cigo_gen *it)
{
	cigo_gen *root = g->root;

	for (cigo_gen *each = it->innermost; each; each = each->outer)
		each->root = root;
	it->outer = g;
	root->innermost = it->innermost;
	root->depth += it->depth;
	root->ended |= it->ended;
}

/* Waits until the body of `it` has returned; meanwhile the consumer takes what it yields. */
static void stand_aside(cigo_ctx *ctx, cigo_gen *g, cigo_gen *it)
{
	struct ci_coroutine *me = g->coroutine;
	struct ci_gen_visit v = { .park.describe = ci_gen_describe, .task = &it->task->f };

	if (it->state == CI_GEN_WAITING)
		ci_gen_end_wait(me->loop, it);
	join(g, it);
	ci_gen_watch(ctx, me, it);
	me->free_calls = 0;
	ci_park_note(me);
	ci_park_switch(me, g->root->innermost->coroutine, &v.park);
	ci_gen_unwatch(ctx, me, it);
}

static void delegate(cigo_ctx *ctx, cigo_gen *g, cigo_gen *it)
{
	struct ci_coroutine *me = ci_park_enter(ctx);
	int err = ci_park_refuse(ctx, me);

	ci_expect(it->state != CI_GEN_NEW || it->maker->loop == me->loop,
		  "the generator was made in another loop, or in none");
	if (!err && it->state == CI_GEN_NEW)
		err = ci_gen_start(me, it);
	if (!err) {
		it->it.busy = true;
		stand_aside(ctx, g, it);
		it->it.busy = false;
		err = it->refused ? it->cause : it->task->f.err;
	}
	it->it.ended = true;
	it->it.err = err;
}

/* --- another iterator ------------------------------------------------------------------------ */

/* Lends it to the consumer. A consumer whose stack is deep enough already has the items passed on. */
static void lend(cigo_ctx *ctx, cigo_gen *g, cigo_iter *it)
{
	cigo_gen *root = g->root;

	while (!g->leaving && !it->ended) {
		if (!root->alone) {
			g->lent_ctx = ctx;
			g->lent = it;
			ci_gen_pass(g);
			g->lent = NULL;
		} else if (ci_iter_pull(ctx, it, root->ret)) {
			root->yielded = true;
			ci_gen_pass(g);
		}
	}
}

/* --- without a loop -------------------------------------------------------------------------- */

static int pass_on(cigo_ctx *ctx, cigo_gen *g, cigo_iter *it)
{
	void *item = malloc(it->item_size ? it->item_size : 1);
	bool stays = item;

	while (stays && ci_iter_pull(ctx, it, item))
		stays = cigo_gen_yield_item(ctx, g, item, it->item_size);
	free(item);
	return item ? 0 : -ENOMEM;
}

/* --- all ------------------------------------------------------------------------------------- */

/* What only an item can show to be misuse is passed on, and found there. */
static int yield_all(cigo_ctx *ctx, cigo_gen *g, cigo_iter *it)
{
	cigo_gen *inner = ci_gen_of(it);

	if (it->ended)
		return 0;
	if (g->plain || it->busy || it->item_size != g->it.item_size || (inner && inner->plain))
		return pass_on(ctx, g, it);
	ci_gen_check_yield(g, it->item_size);
	if (inner)
		delegate(ctx, g, inner);
	else
		lend(ctx, g, it);
	return 0;
}

bool cigo_gen_yield_all(cigo_ctx *ctx, cigo_gen *g, cigo_iter *it, int *ret_err)
{
	CI_ENTRY;
	bool stays = g && !g->leaving; /* if not, no consumer would get the item */
	int err = !ctx ? -ENOMEM : it && stays ? yield_all(ctx, g, it) : 0;
	int closed = ci_iter_close(ctx, it);

	err = err ? err : closed;
	if (ret_err)
		*ret_err = err;
	return stays && !g->leaving && !err;
}
