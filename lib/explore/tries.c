/* SPDX-License-Identifier: MIT
 * The limits of a search and its counts.
 */
#include "explore/tries.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static const int64_t tell_ns = CIGO_MS(100);

void ci_tries_init(struct ci_tries *t, const cigo_explore_options *o, struct ci_runner *r)
{
	*t = (struct ci_tries){ .options = o, .runner = r, .begun = ci_clock_now() };
}

void ci_tries_fini(struct ci_tries *t)
{
	ci_tally_fini(&t->tally);
	free(t->failure.chosen);
}

void ci_tries_incomplete(struct ci_tries *t, const char *format, ...)
{
	if (!t->why[0])
		CI_FORMAT(t->why, format);
}

/* Not all is tried, and no more will be. */
static bool stop(struct ci_tries *t)
{
	t->over = true;
	return false;
}

/* --- limits ---------------------------------------------------------------------------------- */

static bool may(struct ci_tries *t)
{
	uint64_t most = t->options->schedules ? t->options->schedules : 1000000;
	int64_t ns = t->options->time_ns ? t->options->time_ns : CIGO_S(60);

	if (t->forgotten + t->progress.schedules >= most) {
		ci_tries_incomplete(t, "the limit is %" PRIu64 " schedule%s", most,
				    most == 1 ? "" : "s");
		return stop(t);
	}
	if (ci_clock_now() - t->begun >= ns) {
		ci_tries_incomplete(t, "the limit is %g s", (double)ns / 1e9);
		return stop(t);
	}
	return true;
}

/* After the first schedule, then now and then. */
static void tell(struct ci_tries *t)
{
	int64_t now = ci_clock_now();

	if (!t->options->progress || t->aborted || (t->told && now - t->told < tell_ns))
		return;
	t->told = now;
	t->progress.size = sizeof t->progress;
	t->progress.ns = now - t->begun;
	t->progress.outcomes = t->tally.n;
	t->aborted = !t->options->progress(&t->progress, t->options->progress_arg);
}

/* --- a schedule ------------------------------------------------------------------------------ */

int ci_tries_take(struct ci_tries *t)
{
	const struct ci_record *r = t->runner->record;
	struct ci_failure *f = &t->failure;
	size_t n = ci_rank_choices(r);
	uint32_t *chosen = malloc((n + 1) * sizeof *chosen);

	if (!chosen)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		chosen[i] = r->steps[i].chosen;
	free(f->chosen);
	*f = (struct ci_failure){ .chosen = chosen,
				  .n = n,
				  .rank = ci_rank_of(r),
				  .run = r->run,
				  .ending = r->ending,
				  .result = r->result };
	memcpy(f->words, r->failure, sizeof f->words);
	memcpy(f->outcome, r->outcome, sizeof f->outcome);
	return 0;
}

static int count(struct ci_tries *t)
{
	const struct ci_record *r = t->runner->record;
	size_t n = ci_rank_choices(r);
	int err = ci_tally_add(&t->tally, r);

	t->progress.schedules++;
	t->progress.choices = n;
	t->choices += n;
	t->deepest = n > t->deepest ? n : t->deepest;
	if (err || !ci_rank_failed(r))
		return err;
	t->progress.failures++;
	if (!t->failure.chosen || ci_rank_less(ci_rank_of(r), t->failure.rank))
		err = ci_tries_take(t);
	if (!t->options->all) {
		ci_tries_incomplete(t, "it ended with the first failure");
		stop(t);
	}
	return err;
}

void ci_tries_forget(struct ci_tries *t)
{
	t->forgotten += t->progress.schedules;
	ci_tally_fini(&t->tally);
	free(t->failure.chosen);
	t->tally = (struct ci_tally){ 0 };
	t->failure = (struct ci_failure){ .chosen = NULL };
	t->progress.schedules = t->progress.failures = 0;
	t->choices = t->deepest = t->pruned = 0;
}

/* A run that a person has interrupted (-EINTR) is forgotten, and the search is over. */
static int run(struct ci_tries *t, const struct ci_plan *plan)
{
	int err = t->runner->run(t->runner, plan);

	if (err != -EINTR)
		return err;
	ci_record_clear(t->runner->record);
	t->aborted = true;
	return 0;
}

int ci_tries_run(struct ci_tries *t, const struct ci_plan *plan)
{
	int err = run(t, plan);

	if (!err)
		tell(t);
	return err;
}

bool ci_tries_new(struct ci_tries *t, const struct ci_plan *plan)
{
	if (t->over || !may(t))
		return false;
	t->err = run(t, plan);
	bool ran = !t->err && !t->aborted;
	if (ran)
		t->err = count(t);
	if (t->err)
		return stop(t);
	tell(t);
	if (t->aborted) {
		ci_tries_incomplete(t, "it was told to end");
		stop(t);
	}
	return ran;
}
