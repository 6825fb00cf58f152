/* SPDX-License-Identifier: MIT
 * The life of a schedule, and how it ends.
 */
#include "schedule/schedule.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/misuse.h"
#include "schedule/access.h"

/* --- making ---------------------------------------------------------------------------------- */

static struct ci_schedule *make(void)
{
	struct ci_schedule *s = calloc(1, sizeof *s);

	if (s) {
		s->refs = 1;
		s->strategy = &ci_strategy_first;
		s->now = CIGO_S(1);
		ci_list_init(&s->threads);
	}
	return s;
}

int ci_schedule_new(struct ci_schedule **ret, const char *text, char why[static 256])
{
	*ret = NULL;
	if (!text || !*text || strcmp(text, "fifo") == 0)
		return 0;
	struct ci_schedule *s = make();
	if (s)
		s->record = ci_record_map(CI_RECORD_PRIVATE);
	if (!s || !s->record) {
		snprintf(why, 256, "no memory");
		ci_schedule_unref(s);
		return -ENOMEM;
	}
	s->simulated = true;
	int err = ci_schedule_parse(s, text, why);
	if (err) {
		ci_schedule_unref(s);
		return err;
	}
	*ret = s;
	return 0;
}

struct ci_schedule *ci_schedule_shuffle(uint64_t seed)
{
	struct ci_schedule *s = make();

	if (s)
		ci_schedule_seed(s, &ci_strategy_random, seed, 0, 0);
	return s;
}

struct ci_schedule *ci_schedule_explored(struct ci_record *record, const struct ci_given *given,
					 size_t n)
{
	struct ci_schedule *s = make();

	if (!s)
		return NULL;
	s->record = record;
	s->explored = s->simulated = true;
	s->given = (struct ci_given *)(uintptr_t)given;
	s->given_n = n;
	return s;
}

struct ci_schedule *ci_schedule_ref(struct ci_schedule *s)
{
	if (s)
		__atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

void ci_schedule_unref(struct ci_schedule *s)
{
	if (!s || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL))
		return;
	if (!s->explored) {
		ci_record_unmap(s->record);
		free(s->given);
	}
	ci_access_free(s->accesses);
	free(s);
}

/* --- the end --------------------------------------------------------------------------------- */

void ci_schedule_tell_replay(const struct ci_schedule *s)
{
	char *text = s->unrecorded ? NULL : ci_replay_text(s->record->steps, s->record->steps_n);

	if (s->unrecorded)
		ci_warn("this schedule made more than %d choices: too many to note",
			CI_RECORD_STEPS);
	else
		ci_warn("this schedule again: CIGO_SCHEDULE=%s",
			text ? text : "(no memory for it)");
	free(text);
}

/* What the program has printed so far is shown with the failure. Another thread, which does not run
 * now, may be inside of stdio. */
static void flush_output(void)
{
	if (ftrylockfile(stdout) == 0)
		fflush_unlocked(stdout);
}

void ci_schedule_fail(struct ci_schedule *s, enum ci_ending ending, const char *format, ...)
{
	struct ci_record *r = s->record;
	va_list ap;

	if (r->ending > CI_ENDING_FINE) /* the first failure counts */
		return;
	va_start(ap, format);
	ci_record_fail_v(r, ending, format, ap);
	va_end(ap);
	if (s->ends_process) {
		flush_output();
		_exit(1);
	}
	if (s->explored)
		return;
	ci_warn("%s", r->failure);
	if (s->strategy->ended)
		s->strategy->ended(s);
	if (ending != CI_ENDING_DIVERGED)
		ci_schedule_tell_replay(s);
	ci_abort();
}

void ci_schedule_note_at(struct ci_schedule *s, const void *pc)
{
	if (s->record && s->record->ending <= CI_ENDING_FINE)
		s->record->at = (uintptr_t)pc;
}

void ci_schedule_show(struct ci_schedule *s, const char *by, const char *name, const char *value)
{
	struct ci_record *r = s->record;

	if (r && r->shown_n < CI_RECORD_SHOWN)
		r->shown[r->shown_n++] = (struct ci_record_shown){
			.step = r->steps_n,
			.name = ci_record_text(r, name),
			.value = ci_record_text(r, value),
			.by = ci_record_text(r, by),
		};
}

void ci_schedule_say(struct ci_schedule *s, const char *by, const char *text)
{
	struct ci_record *r = s->record;

	if (r->shown_n < CI_RECORD_SHOWN)
		r->shown[r->shown_n++] = (struct ci_record_shown){
			.step = r->steps_n,
			.value = ci_record_text(r, text),
			.by = ci_record_text(r, by),
			.note = true,
		};
}

/* Nothing more will be chosen. Zeros that were given and not met say nothing. */
void ci_schedule_expect_all_met(struct ci_schedule *s)
{
	size_t left = s->given_n;

	while (left > s->given_met && !s->given[left - 1].chosen)
		left--;
	if (left > s->given_met)
		ci_schedule_fail(
			s, CI_ENDING_DIVERGED,
			"not deterministic: the run is over after %u choices; %zu more were given",
			s->record->steps_n, left - s->given_met);
}

void ci_schedule_end(struct ci_schedule *s, int result)
{
	struct ci_record *r = s->record;

	if (!r)
		return;
	if (!s->of_process)
		ci_schedule_expect_all_met(s);
	r->result = result;
	if (r->ending == CI_ENDING_NONE)
		r->ending = CI_ENDING_FINE;
	if (s->strategy->ended)
		s->strategy->ended(s);
}
