/* SPDX-License-Identifier: MIT
 * Starved first steps: those for which no thread can be made.
 */
#include "engine/starved.h"

#include <errno.h>

#include "engine/engine.h"
#include "engine/pending.h"
#include "engine/pool.h"
#include "thread/limit.h"

void ci_starved_add(cigo_loop *loop, struct ci_runnable *r)
{
	int64_t now = ci_clock_now();

	if (!r->since)
		r->since = now;
	loop->starved_look = now;
	ci_list_append(&loop->starved, &r->link);
}

static void give_up(cigo_loop *loop, struct ci_runnable *r)
{
	if (!loop->told_limit)
		ci_limit_warn("a task fails with -EAGAIN");
	loop->told_limit = true;
	r->ops->give_up(loop, r, -EAGAIN);
}

void ci_starved_feed(cigo_loop *loop)
{
	int64_t now = ci_clock_now();
	bool time = now - loop->starved_look >= CI_STARVED_NS;
	bool hopeless = !(ci_pending(loop) & CI_PENDING_WAKE);

	if (time)
		loop->starved_look = now;
	ci_list_of(struct ci_runnable, r, &loop->starved, link) {
		bool idle = ci_pool_find(loop, r->stack_size) != NULL;
		bool late = now - r->since >= loop->options.patience_ns;

		if (!idle && !time && !hopeless)
			continue;
		ci_list_unlink(&r->link);
		if (idle || (!late && !hopeless)) {
			ci_list_append(&loop->ready, &r->link);
			continue;
		}
		give_up(loop, r);
		hopeless = false; /* one at a time: its end may give the next one a thread */
	}
}
