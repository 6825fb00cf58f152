/* SPDX-License-Identifier: MIT
 * A schedule in this process: a loop after the other.
 */
#include <errno.h>
#include <stdio.h>

#include "engine/engine.h"
#include "explore/runners.h"
#include "loop/stuck.h"
#include "base/misuse.h"

enum { PATIENCE = 1 << 16 /* choices between two attempts to end a run that is too long */ };

static int begin(cigo_ctx *ctx, void *arg, void *ret)
{
	struct ci_explored *e = arg;

	e->started = true;
	return e->main(ctx, e->arg, ret);
}

struct ci_schedule *ci_run_schedule(struct ci_record *record, const struct ci_plan *plan)
{
	struct ci_schedule *s = ci_schedule_explored(record, plan->given, plan->given_n);

	if (s)
		ci_schedule_seed(s, plan->strategy, plan->seed, plan->depth, plan->length);
	return s;
}

int ci_run_loop(struct ci_explored *e, struct ci_schedule *s)
{
	e->started = false;
	ci_schedule_set_current(s);
	cigo_loop *loop = cigo_loop_new(&e->options);
	int result = cigo_loop_run(loop, cigo_ctx_background(), begin, e);
	cigo_loop_unref(loop);
	ci_schedule_set_current(NULL);
	return result;
}

void ci_run_judge(struct ci_schedule *s, int result)
{
	if (result < 0)
		ci_schedule_fail(s, CI_ENDING_STATUS, "main returned %d (%s)", result,
				 cigo_strerror(result));
}

/* More choices than the record has room for. */
static void give_up(struct ci_schedule *s)
{
	cigo_loop *loop = ci_self.held;

	if (s->choices % PATIENCE)
		return;
	if (loop && loop->schedule == s) {
		ci_stuck_end(loop, -ELOOP);
		return;
	}
	ci_warn("%s", s->record->failure);
	ci_warn("this schedule cannot be ended; explore it in processes of its own (the option "
		"fork)");
	ci_abort();
}

int ci_run_here(struct ci_runner *r, const struct ci_plan *plan)
{
	struct ci_explored *e = ci_container_of(r, struct ci_explored, runner);
	struct ci_schedule *s = ci_run_schedule(r->record, plan);

	if (!s)
		return -ENOMEM;
	s->give_up = give_up;
	ci_record_clear(r->record);
	int result = ci_run_loop(e, s);
	if (e->started)
		ci_run_judge(s, result);
	else
		result = result < 0 ? result : -EAGAIN;
	ci_schedule_unref(s);
	return e->started ? 0 : result;
}
