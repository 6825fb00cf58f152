/* SPDX-License-Identifier: MIT
 * Timers on the loop's heap.
 */
#include "engine/timer.h"

#include "engine/engine.h"
#include "engine/scheduled.h"

void ci_timer_arm(cigo_loop *loop, struct ci_timer *t, int64_t when,
		  void (*fired)(cigo_loop *loop, struct ci_timer *t))
{
	t->fired = fired;
	t->node.key = when;
	t->node.seq = loop->timer_seq++;
	t->armed = when != CIGO_NEVER;
	t->wakes_only = false;
	if (t->armed)
		ci_heap_push(&loop->timers, &t->node);
}

void ci_timer_disarm(cigo_loop *loop, struct ci_timer *t)
{
	if (t->armed)
		ci_heap_remove(&loop->timers, &t->node);
	t->armed = false;
}

void ci_timer_fire(cigo_loop *loop, int64_t now)
{
	struct ci_heap_node *first;

	while ((first = ci_heap_first(&loop->timers)) && first->key <= now) {
		struct ci_timer *t = ci_container_of(first, struct ci_timer, node);

		if (ci_unlikely(loop->schedule != NULL))
			t = ci_scheduled_timer(loop, t);
		if (!t)
			break; /* due at once, but after what is ready */
		ci_timer_disarm(loop, t);
		t->fired(loop, t);
	}
}

int64_t ci_timer_next(const cigo_loop *loop)
{
	const struct ci_heap_node *first = ci_heap_first(&loop->timers);

	return first ? first->key : CIGO_NEVER;
}
