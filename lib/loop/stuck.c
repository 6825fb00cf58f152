/* SPDX-License-Identifier: MIT
 * A deadlock under a schedule. In a process of its own the schedule's failure ends the process.
 * Otherwise those that wait must be told to end, as the next schedule needs the thread that runs
 * this loop.
 */
#include "loop/stuck.h"

#include <errno.h>

#include "base/misuse.h"
#include "engine/scheduled.h"
#include "loop/dump.h"
#include "task/task.h"

void ci_stuck_end(cigo_loop *loop, int cause)
{
	const struct ci_task *main = ci_task_of(loop->main);

	if (loop->root->cause) {
		ci_warn("%s", loop->schedule->record->failure);
		ci_warn("this schedule cannot be ended: its coroutines were cancelled, and go on; "
			"explore it in processes of its own (the option fork)");
		ci_abort();
	}
	if (main->cause)
		ci_ctx_end(loop->root, cause);
	else
		ci_future_end(loop->main, cause);
}

void ci_stuck(cigo_loop *loop)
{
	char text[1024];

	ci_scheduled_left(loop);
	ci_schedule_fail(loop->schedule, CI_ENDING_DEADLOCK, "%s",
			 ci_dump_stuck(loop, text, sizeof text));
	loop->tell_stuck = true;
	ci_stuck_end(loop, -EDEADLK);
	ci_inbox_wake(&loop->inbox); /* the driver is about to sleep */
}
