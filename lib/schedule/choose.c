/* SPDX-License-Identifier: MIT
 * A choice: noted in the record, and made by what was given beforehand or else by the strategy.
 */
#include "schedule/schedule.h"

#include "schedule/among.h"
#include "schedule/serial.h"

/* A hash of the candidates. */
static uint64_t ids_of(const struct ci_choice *c)
{
	uint64_t hash = (uint64_t)c->kind + 1;

	for (int i = 0; i < c->n; i++)
		hash = (hash ^ c->among[i].id) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
	return hash;
}

static void note_options(struct ci_record *r, const struct ci_candidate *among, int n)
{
	for (int i = 0; i < n; i++) {
		const struct ci_candidate *k = &among[i];

		r->options[r->options_n++] = (struct ci_record_option){
			.id = k->id,
			.pc = (uintptr_t)k->pc,
			.object = (uintptr_t)k->object,
			.name = ci_record_text(r, k->name),
			.call = ci_record_text(r, k->call),
			.file = ci_record_text(r, k->place.file),
			.line = (uint32_t)k->place.line,
			.op = k->op,
			.entry = (uintptr_t)k->entry,
		};
	}
}

bool ci_schedule_is_wide(const struct ci_schedule *s)
{
	return s->explored && s->record && s->record->wide;
}

void ci_schedule_note_left(struct ci_schedule *s, const struct ci_candidate *waiting, int n)
{
	struct ci_record *r = s->record;

	if (r->ending > CI_ENDING_FINE || r->options_n + (uint32_t)n > CI_RECORD_OPTIONS)
		return;
	r->left = r->options_n;
	r->left_n = (uint32_t)n;
	note_options(r, waiting, n);
}

/* The next choice that was given; -1: there is none any more. */
static int given(struct ci_schedule *s, const struct ci_record_step *step)
{
	if (s->given_met >= s->given_n)
		return -1;
	const struct ci_given *g = &s->given[s->given_met++];
	if (g->chosen >= step->n || (g->n && (g->n != step->n || g->ids != step->ids))) {
		s->given_met = s->given_n; /* from here on, what was given means nothing */
		ci_schedule_diverged(s, g);
		return 0;
	}
	return (int)g->chosen;
}

/* The next choice in the record; NULL: there is no room. */
static struct ci_record_step *note(struct ci_schedule *s, const struct ci_choice *c)
{
	struct ci_record *r = s->record;

	if (r->steps_n == CI_RECORD_STEPS ||
	    r->options_n + (uint32_t)(c->n + c->waiting) > CI_RECORD_OPTIONS) {
		if (s->explored)
			ci_schedule_fail(s, CI_ENDING_LIMIT,
					 "more than %u choices; does it ever end?", r->steps_n);
		s->unrecorded = true;
		if (s->give_up)
			s->give_up(s);
		return NULL;
	}
	struct ci_record_step *step = &r->steps[r->steps_n++];
	*step = (struct ci_record_step){
		.ids = ids_of(c),
		.options = r->options_n,
		.n = (uint32_t)c->n,
		.kind = c->kind,
		.stays = c->stays,
		.state = c->state,
		.passed = s->passed,
		.asker = ci_turn && ci_turn->schedule == s ? (uintptr_t)ci_turn->step.pc : 0,
		.waiting = (uint32_t)c->waiting,
	};
	s->passed = 0;
	note_options(r, c->among, c->n + c->waiting);
	if (s->explored)
		ci_among_remember(r, step);
	return step;
}

/* Counts the choice as an access that passed. */
static void forget(struct ci_schedule *s, const struct ci_record_step *step)
{
	s->passed = step->passed + 1;
	s->record->options_n = step->options;
	s->record->steps_n--;
}

int ci_schedule_choose(struct ci_schedule *s, const struct ci_choice *c)
{
	struct ci_record_step *step = s->record ? note(s, c) : NULL;
	int chosen = step ? given(s, step) : -1;

	if (chosen < 0)
		chosen = s->strategy->choose(s, c);
	if (step)
		step->chosen = (uint32_t)chosen;
	if (step && c->access && !chosen && !s->explored && !s->given_n)
		forget(s, step);
	ci_turn_chose(s, c->kind, chosen);
	s->choices++;
	return chosen;
}
