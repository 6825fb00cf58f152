/* SPDX-License-Identifier: MIT
 * Strands without a coroutine wait in `idle`, the last used first. Every long_ns all of `idle`
 * moves to `cold`. A strand that is still cold long_ns later was not needed meanwhile, and is
 * ended. So no clock is read and nothing is counted when a coroutine starts or ends.
 *
 * The driver ends a few strands at a time, so that 100,000 do not stall the loop. It tells these to
 * end, and joins them soon_ns later, when they have ended. An idle driver wakes up for that. This
 * is no timer: it does not keep the run from its end, and does not move the virtual clock.
 */
#include "engine/pool.h"

#include "engine/crowd.h"
#include "engine/engine.h"
#include "engine/turn.h"
#include "thread/rest.h"

enum {
	AT_ONCE = 32,
	ENOUGH = 64 /* strands that are too small, before another one is made */
};

static const int64_t long_ns = CIGO_S(5), soon_ns = CIGO_MS(10);

static struct ci_strand *find(const struct ci_list *list, size_t stack_size)
{
	int seen = 0;

	ci_list_each(node, list) {
		struct ci_strand *s = ci_list_entry(node, struct ci_strand, idle);

		if (s->stack_size >= stack_size)
			return s;
		if (++seen == ENOUGH)
			break;
	}
	return NULL;
}

struct ci_strand *ci_pool_find(const cigo_loop *loop, size_t stack_size)
{
	struct ci_strand *s = find(&loop->idle, stack_size);

	return s ? s : find(&loop->cold, stack_size);
}

struct ci_coroutine *ci_pool_get(cigo_loop *loop, size_t stack_size)
{
	struct ci_strand *idle = ci_pool_find(loop, stack_size);
	struct ci_coroutine *c;
	struct ci_turn *turn;

	if (idle) {
		ci_list_unlink(&idle->idle);
		return ci_coroutine_on(idle);
	}
	if (ci_turn_make(loop, &turn))
		return NULL;
	if (ci_turn_create(&c, loop, stack_size, turn)) {
		ci_turn_free(turn);
		return NULL;
	}
	ci_turn_adopt(c);
	c->strand.cpu = ci_engine_driver(loop)->cpu; /* a thread inherits the CPUs of its maker */
	ci_list_append(&loop->strands, &c->strand.link);
	loop->stats.strands++;
	return c;
}

/* Tells the idle strand s to end. Its thread touches nothing of the loop from here on. */
static void end(cigo_loop *loop, struct ci_strand *s)
{
	ci_list_unlink(&s->idle);
	ci_list_append(&loop->ending, &s->idle);
	s->over = true;
	ci_turn_leave(ci_coroutine_on(s));
	ci_baton_pass(&s->baton);
	ci_self.held = loop; /* the post was no handoff: I keep the baton */
}

static void join_all(cigo_loop *loop)
{
	while (!ci_list_empty(&loop->ending)) {
		struct ci_strand *s = ci_list_first(&loop->ending, struct ci_strand, idle);

		struct ci_turn *turn = ci_coroutine_on(s)->turn;
		ci_strand_join(s);
		ci_turn_free(turn);
	}
}

int64_t ci_pool_next(const cigo_loop *loop)
{
	return ci_list_empty(&loop->idle) && ci_list_empty(&loop->cold) &&
			       ci_list_empty(&loop->ending)
		       ? CIGO_NEVER
		       : loop->pool_look;
}

void ci_pool_trim(cigo_loop *loop)
{
	int64_t next = ci_pool_next(loop), now;

	if (next == CIGO_NEVER || (now = ci_clock_now()) < next)
		return;
	join_all(loop);
	for (int i = 0; i < AT_ONCE && !ci_list_empty(&loop->cold); i++)
		end(loop, ci_list_entry(loop->cold.prev, struct ci_strand, idle));
	bool more = !ci_list_empty(&loop->cold) || !ci_list_empty(&loop->ending);
	if (!more)
		ci_list_splice(&loop->cold, &loop->idle);
	loop->pool_look = now + (more ? soon_ns : long_ns);
}

/* Under an explorer, strands wait for its next loop. In the preemptive model they wait for a turn of
 * this loop's schedule, so they must end. */
static void lend(cigo_loop *loop)
{
	if (!loop->model->exclusive)
		return;
	ci_list_each(node, &loop->strands) {
		struct ci_strand *s = ci_list_entry(node, struct ci_strand, link);
		struct ci_turn *turn = ci_coroutine_on(s)->turn;

		if (ci_rest_asleep(s, loop->model->strand_main))
			ci_turn_free(turn);
	}
}

void ci_pool_dismiss(cigo_loop *loop)
{
	join_all(loop);
	lend(loop);
	if (loop->stats.strands >= CI_CROWD && !loop->home.turn) /* perhaps fewer by now: no harm */
		ci_crowd_end(loop);
	while (!ci_list_empty(&loop->strands)) {
		int n = 0;

		ci_list_each(node, &loop->strands) {
			end(loop, ci_list_entry(node, struct ci_strand, link));
			if (++n == AT_ONCE) /* joined before more are told to end */
				break;
		}
		join_all(loop);
	}
}
