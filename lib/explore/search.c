/* SPDX-License-Identifier: MIT
 * The strategies of a search, and its report.
 */
#include "explore/search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/shrink.h"
#include "explore/story.h"
#include "explore/tree.h"
#include "explore/tries.h"

/* --- by dice --------------------------------------------------------------------------------- */

/* What ci_schedule_new makes of the text; NULL strategy: exhaustive. */
static int parse(const char *text, struct ci_plan *ret)
{
	struct ci_schedule *s;
	char why[256];

	*ret = (struct ci_plan){ .strategy = NULL };
	if (!text || strcmp(text, "exhaustive") == 0)
		return 0;
	int err = ci_schedule_new(&s, text, why);
	if (err || !s)
		return err == -ENOMEM ? err : -EINVAL;
	if (s->strategy == &ci_strategy_random || s->strategy == &ci_strategy_pct)
		*ret = (struct ci_plan){ .strategy = s->strategy,
					 .seed = s->seed,
					 .depth = s->depth };
	else
		err = -EINVAL;
	ci_schedule_unref(s);
	return err;
}

/* The seed of schedule i; that of the first is the one that was asked for. */
static uint64_t seed_of(uint64_t seed, uint64_t i)
{
	return i ? ci_schedule_mix(seed + i * UINT64_C(0x9e3779b97f4a7c15)) : seed;
}

static void throw_dice(struct ci_tries *t, struct ci_plan plan)
{
	uint64_t seed = plan.seed;

	do {
		plan.seed = seed_of(seed, t->progress.schedules);
		plan.length = t->deepest;
	} while (ci_tries_new(t, &plan) && t->deepest);
	if (t->deepest)
		ci_tries_incomplete(t, "schedules were chosen by dice");
}

/* --- the report ------------------------------------------------------------------------------ */

static char *replay_of(const struct ci_failure *f)
{
	struct ci_record_step *steps = calloc(f->n + 1, sizeof *steps);
	char *text = NULL;

	for (size_t i = 0; steps && i < f->n; i++)
		steps[i].chosen = f->chosen[i];
	if (steps)
		text = ci_replay_text(steps, f->n);
	free(steps);
	return text;
}

/* same: the record is that of the failure. */
static int tell_failure(struct ci_tries *t, cigo_report *ret, bool same)
{
	const struct ci_record *r = t->runner->record;
	int err = same ? ci_tally_better(&t->tally, r) : 0;

	if (err)
		return err;
	ret->failure = strdup(t->failure.words);
	ret->replay = same ? ci_replay_text(r->steps, ci_rank_choices(r)) : replay_of(&t->failure);
	ret->story = same ? ci_story(t->runner)
			  : strdup(t->aborted ? "The search ended before that was run once more.\n"
					      : "The same choices did not lead to this again: the "
						"program is not\ndeterministic.\n");
	return ret->failure && ret->replay && ret->story ? 0 : -ENOMEM;
}

static int report_failure(struct ci_tries *t, cigo_report *ret)
{
	bool diverged = t->failure.ending == CI_ENDING_DIVERGED;
	int same = diverged ? 0 : ci_shrink(t);

	return same < 0 ? same : tell_failure(t, ret, same);
}

static int report(struct ci_tries *t, cigo_report *ret)
{
	int err = t->failure.chosen ? report_failure(t, ret) : 0;

	ret->schedules = t->progress.schedules;
	ret->failures = t->progress.failures;
	ret->pruned = t->pruned;
	ret->choices = t->choices;
	ret->deepest = t->deepest;
	ret->complete = !t->why[0];
	if (!err && t->why[0] && !(ret->incomplete = strdup(t->why)))
		err = -ENOMEM;
	return err ? err : ci_tally_report(&t->tally, ret);
}

/* Forced switches at most; -1: any number. */
static int bound_of(const cigo_explore_options *o)
{
	switch (o->preemptions) {
	case CIGO_PREEMPTIONS_DEFAULT: return 2;
	case CIGO_PREEMPTIONS_NONE: return 0;
	default: return o->preemptions;
	}
}

int ci_search(const cigo_explore_options *o, struct ci_runner *r, cigo_report *ret)
{
	struct ci_plan plan;
	struct ci_tries t;
	int err = parse(o->strategy, &plan);

	*ret = (cigo_report){ .size = sizeof *ret, .preemptions = -1 };
	if (err)
		return err;
	ci_tries_init(&t, o, r);
	if (plan.strategy)
		throw_dice(&t, plan);
	else
		ci_tree_search(&t, bound_of(o), ret);
	err = t.err ? t.err : report(&t, ret);
	ci_tries_fini(&t);
	if (err)
		cigo_report_free(ret);
	return err ? err : ret->failures > 0;
}
