/* SPDX-License-Identifier: MIT
 *
 * Waiting in a line.
 */
#include "sync/wait_queue.h"

#include "base/misuse.h"

int ci_wait_queue_enter(cigo_ctx *ctx, struct ci_coroutine **ret_me)
{
	struct ci_coroutine *me = *ret_me = ci_park_enter(ctx);

	return me ? ci_park_refuse(ctx, me) : ci_ctx_cause(ctx);
}

int ci_wait_queue_pass(struct ci_coroutine *me)
{
	if (me)
		ci_park_turn(me);
	return 0;
}

void ci_wait_queue_need(const struct ci_coroutine *me)
{
	if (!me)
		ci_misuse("waiting needs a loop, and the context has none");
}

static void withdraw(struct ci_park *p)
{
	ci_list_unlink(&ci_container_of(p, struct ci_waiter, park)->link);
}

int ci_wait_queue_wait(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_list *line,
		       struct ci_waiter *w)
{
	ci_wait_queue_need(me);
	ci_park_init(&w->park, me, withdraw);
	ci_list_append(line, &w->link);
	return ci_park_wait(ctx, &w->park);
}

void ci_wait_queue_check(const struct ci_park *p)
{
	if (!ci_holds(p->me->loop))
		ci_misuse("a coroutine of a loop whose baton this thread does not hold "
			  "waits for it; use cigo_loop_call_threadsafe");
}

struct ci_waiter *ci_wait_queue_wake(struct ci_list *line)
{
	if (ci_list_empty(line))
		return NULL;
	struct ci_waiter *w = ci_list_first(line, struct ci_waiter, link);
	ci_wait_queue_check(&w->park);
	ci_list_unlink(&w->link);
	ci_park_wake(&w->park);
	return w;
}
