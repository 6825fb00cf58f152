/* SPDX-License-Identifier: MIT
 *
 * cigo_sleep.
 */
#include <errno.h>

#include "cigo/task.h"
#include "task/park.h"
#include "task/wait_info.h"

struct sleeper {
	struct ci_park park;
	struct ci_timer timer;
};

static void due(cigo_loop *loop, struct ci_timer *t)
{
	(void)loop;
	ci_park_wake(&ci_container_of(t, struct sleeper, timer)->park);
}

static void withdraw(struct ci_park *p)
{
	ci_timer_disarm(p->me->loop, &ci_container_of(p, struct sleeper, park)->timer);
}

static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	ret->until = ci_container_of(p, struct sleeper, park)->timer.node.key;
}

int cigo_sleep(cigo_ctx *ctx, int64_t ns)
{
	CI_ENTRY;
	if (ns <= 0)
		return cigo_yield(ctx);
	if (!ctx)
		return -ENOMEM;
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (!me)
		return ci_ctx_block(ctx, NULL, 0, ci_clock_add(ci_clock_now(), ns));
	int cause = ci_park_refuse(ctx, me);
	if (cause)
		return cause;
	struct sleeper s;
	ci_park_init(&s.park, me, withdraw);
	s.park.describe = describe;
	ci_timer_arm(me->loop, &s.timer, ci_clock_add(ci_engine_now(me->loop), ns), due);
	return ci_park_wait(ctx, &s.park);
}
