/* SPDX-License-Identifier: MIT
 * Exploring a function in this process, or in forked children.
 */
#include "cigo/explore.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "base/sized.h"
#include "engine/poller.h"
#include "explore/runners.h"
#include "thread/baton.h"
#include "thread/rest.h"

static __thread bool exploring;
static bool taken; /* atomic: a thread explores in this process */

/* --- one schedule by hand -------------------------------------------------------------------- */

/* Does the environment name the one schedule that is to be run? */
static bool is_replay(void)
{
	const char *text = secure_getenv("CIGO_SCHEDULE");

	return text && (strncmp(text, "replay:", 7) == 0 || strcmp(text, "play") == 0);
}

/* Runs main under the schedule of the environment. A failure aborts, as in any program. */
static int run_once(struct ci_runner *r, const struct ci_plan *plan)
{
	struct ci_explored *e = ci_container_of(r, struct ci_explored, runner);
	struct ci_schedule *s = ci_schedule_current();

	(void)plan;
	ci_run_judge(s, ci_run_loop(e, NULL));
	ci_schedule_unref(s);
	return 0;
}

static int replay(struct ci_explored *e, cigo_report *report)
{
	static const cigo_explore_options one = { .size = sizeof one,
						  .strategy = "random:0",
						  .schedules = 1 };
	struct ci_schedule *s = ci_schedule_current();

	e->runner = (struct ci_runner){ .record = s->record, .run = run_once };
	int err = ci_search(&one, &e->runner, report);
	ci_schedule_unref(s);
	return err;
}

/* --- one CPU --------------------------------------------------------------------------------- */

/* Threads that only run in turn are quickest on one CPU: a handoff then costs a third. */
static bool bind(cpu_set_t *ret_before)
{
	int cpu = sched_getcpu();
	cpu_set_t one;

	if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof *ret_before, ret_before))
		return false;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof one, &one) == 0;
}

/* --- many ------------------------------------------------------------------------------------ */

static int explore(struct ci_explored *e, const cigo_explore_options *o, cigo_report *report)
{
	if (is_replay())
		return replay(e, report);
	e->runner = (struct ci_runner){ .record = ci_record_map(CI_RECORD_FORKS),
					.run = o->fork ? ci_run_forked : ci_run_here };
	if (!e->runner.record)
		return -errno;
	cpu_set_t before;
	bool bound = bind(&before);
	if (bound && !o->fork) /* else they would rest on CPUs that the next loop does not choose */
		ci_rest_keep();
	int err = ci_search(o, &e->runner, report);
	ci_rest_drop();
	ci_poller_drop();
	if (bound)
		sched_setaffinity(0, sizeof before, &before);
	ci_record_unmap(e->runner.record);
	return err;
}

static cigo_explore_options options_of(const cigo_explore_options *given)
{
	cigo_explore_options o = { .size = sizeof o };

	if (!given)
		return o;
	CI_SIZED_TAKE(cigo_explore_options, &o, given);
	ci_expect(o.preemptions >= CIGO_PREEMPTIONS_NONE,
		  "options.preemptions is %d; it is 1 or more, or CIGO_PREEMPTIONS_...",
		  o.preemptions);
	ci_expect(o.time_ns >= 0, "options.time_ns is negative");
	ci_expect(o.hang_ns >= 0, "options.hang_ns is negative");
	return o;
}

static cigo_loop_options loop_options_of(const cigo_loop_options *given)
{
	cigo_loop_options o = { .size = sizeof o };

	if (given)
		CI_SIZED_TAKE(cigo_loop_options, &o, given);
	o.schedule = NULL;
	o.shuffle_seed = 0;
	return o;
}

int cigo_explore(const cigo_explore_options *o, cigo_coro_fn *main, void *arg, cigo_report *report)
{
	CI_CALLED;
	ci_expect(!ci_self.held && !ci_self.me && !ci_self.roams,
		  "inside a coroutine or callback of a loop; use a thread of its own");
	ci_expect(!exploring, "this thread explores already");
	ci_expect(main, "no main function");
	cigo_report found = { .size = sizeof found };
	CI_SIZED_GIVE(cigo_report, report, &found);
	cigo_explore_options options = options_of(o);
	struct ci_explored e = { .options = loop_options_of(options.loop),
				 .main = main,
				 .arg = arg,
				 .hang_ns = options.hang_ns ? options.hang_ns : CIGO_S(10) };

	if (__atomic_exchange_n(&taken, true, __ATOMIC_ACQUIRE))
		return -EBUSY;
	exploring = true;
	int err = explore(&e, &options, &found);
	CI_SIZED_GIVE(cigo_report, report, &found);
	exploring = false;
	__atomic_store_n(&taken, false, __ATOMIC_RELEASE);
	return err;
}
