/* SPDX-License-Identifier: MIT
 * The queue of runnables, tick by tick.
 */
#include "engine/tick.h"

#include "engine/burst.h"
#include "engine/engine.h"
#include "engine/look.h"
#include "engine/pending.h"
#include "engine/scheduled.h"
#include "engine/starved.h"
#include "engine/turn.h"

/* The one point that chooses what runs next: the first of the batch, or what the schedule says. */
static struct ci_list *choose(cigo_loop *loop)
{
	if (ci_unlikely(loop->schedule != NULL))
		return ci_scheduled_pop(loop);
	return ci_list_pop(&loop->batch);
}

/* The run ends, and only coroutines that wait for a consumer are left. Dismisses the one that has
 * waited longest; the next only if the run is still not over then. */
static void dismiss_leaver(cigo_loop *loop)
{
	struct ci_leaver *l = ci_list_entry(ci_list_pop(&loop->leavers), struct ci_leaver, link);

	l->leave(loop, l);
}

/* Whether the run is over. */
static bool is_over(cigo_loop *loop)
{
	unsigned pending;

	if (ci_likely(loop->state < CI_ENDING))
		return false;
	pending = ci_pending(loop) & CI_PENDING_RUN;
	if (pending == CI_PENDING_LEAVERS)
		dismiss_leaver(loop);
	return !pending;
}

static void begin_batch(cigo_loop *loop)
{
	if (loop->model->tick)
		loop->model->tick(loop);
	ci_list_splice(&loop->batch, &loop->ready);
	loop->stats.ticks++;
}

static void look(cigo_loop *loop, bool idle)
{
	struct ci_look l = ci_look_begin(loop, idle);
	struct ci_poller *p = loop->poller;

	if (ci_unlikely(loop->home.turn != NULL) && l.sleeps && ci_list_empty(&loop->starved)) {
		ci_turn_sleep(loop);
		l.waits = true; /* also takes the wake-up */
		l.timeout = 0;
		l.jumps = false;
	}
	int n = l.waits ? p->ops->wait(p, l.timeout, loop->events) : 0;

	ci_look_end(loop, &l, n);
}

struct ci_runnable *ci_tick_next(cigo_loop *loop)
{
	struct ci_coroutine *direct = loop->direct;
	struct ci_list *node;

	loop->direct = NULL;
	if (direct)
		return &direct->resume;
	/* What a descriptor or a message makes ready is a candidate, too. */
	if (ci_unlikely(loop->schedule != NULL) && loop->since_look) {
		ci_burst_send_all(loop);
		look(loop, false);
	}
	while (!(node = choose(loop))) {
		ci_burst_send_all(loop);
		if (is_over(loop))
			return NULL;
		if (ci_unlikely(!ci_list_empty(&loop->starved)))
			ci_starved_feed(loop);
		bool idle = ci_list_empty(&loop->ready);
		if (idle || loop->since_look >= loop->look_after)
			look(loop, idle);
		begin_batch(loop);
	}
	loop->since_look++;
	return ci_list_entry(node, struct ci_runnable, link);
}

struct ci_coroutine *ci_tick_next_coroutine(cigo_loop *loop)
{
	struct ci_list *node = loop->schedule ? NULL : choose(loop);
	struct ci_runnable *r = node ? ci_list_entry(node, struct ci_runnable, link) : NULL;

	if (r && r->where == CI_RESUME) {
		loop->since_look++;
		return ci_container_of(r, struct ci_coroutine, resume);
	}
	if (node)
		ci_list_prepend(&loop->batch, node);
	return NULL;
}
