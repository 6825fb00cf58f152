/* SPDX-License-Identifier: MIT
 * The state of a schedule as a hash: of all steps that have happened, so that two orders of the same steps
 * have the same hash if they differ only in the order of steps that commute.
 */
#include "schedule/access.h"
#include "schedule/serial.h"

static uint64_t mix(uint64_t a, uint64_t b)
{
	a = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15);
	return a ^ a >> 32;
}

/* Whether steps are noted: in schedules whose program is known to tell all of them from the start. Of
 * other programs, any two steps may depend on each other. */
static bool is_noted(const struct ci_schedule *s)
{
	return s->explored && s->record->instrumented && s->record->instrumented < s->record->run;
}

/* --- steps ----------------------------------------------------------------------------------- */

enum { CELL = 8, MOST_CELLS = 512 };

/* The history of the nth cell of what a step touches; NULL: there is no room to note it. */
static struct ci_access_history *history(struct ci_schedule *s, const struct ci_step *step,
					 size_t n)
{
	return ci_access_history(s, (const void *)((uintptr_t)step->object + n * CELL));
}

static size_t cells_of(struct ci_schedule *s, const struct ci_step *step)
{
	uintptr_t first = (uintptr_t)step->object / CELL;
	uintptr_t last = ((uintptr_t)step->object + (step->size ? step->size - 1 : 0)) / CELL;

	if (!step->object)
		return 0;
	s->lost |= last - first >= MOST_CELLS;
	return s->lost ? 0 : last - first + 1;
}

/* A step is known by its thread, the steps before it of that thread, and those of others that touched
 * the same memory: a write comes after all, a read after the last write. The sum of all steps does
 * not depend on the order of those that commute. */
void ci_turn_happen(struct ci_turn *t)
{
	struct ci_schedule *s = t->schedule;
	bool reads = t->step.op == CI_OP_READ;
	struct ci_access_history *h;

	if (!is_noted(s) || s->lost)
		return;
	uint64_t step = mix(mix(t->clock, ci_turn_id(t)), t->step.op);
	size_t n = cells_of(s, &t->step);
	for (size_t i = 0; i < n && (h = history(s, &t->step, i)); i++)
		step = mix(mix(step, h->written), reads ? 0 : h->read);
	for (size_t i = 0; i < n && !s->lost; i++) {
		h = history(s, &t->step, i);
		s->lost = !h;
		if (h && reads)
			h->read += step;
		else if (h)
			*h = (struct ci_access_history){ .written = step };
	}
	t->clock = step;
	s->state += step;
}

void ci_turn_note(struct ci_turn *t, const void *object)
{
	t->step = (struct ci_step){ .op = CI_OP_OTHER, .object = object };
	ci_turn_happen(t);
}

/* Which thread goes on is told by its next step. */
void ci_turn_chose(struct ci_schedule *s, enum ci_choice_kind kind, int chosen)
{
	if (kind == CI_CHOOSE_THREAD || !ci_turn || ci_turn->schedule != s || !is_noted(s))
		return;
	ci_turn->clock = mix(ci_turn->clock, (uint64_t)chosen + 1);
	s->state += ci_turn->clock;
}

/* --- the whole ------------------------------------------------------------------------------- */

/* Which threads have yielded, and which of the others have had no turn since: that decides which may go
 * on. */
static uint64_t yields(const struct ci_schedule *s)
{
	uint64_t sum = 0;

	ci_list_of(const struct ci_turn, t, &s->threads, link) {
		uint64_t id = t->yielded ? mix(ci_turn_id(t), 1) : 0;

		sum += id;
		ci_list_of(const struct ci_turn, u, &s->threads, link) {
			if (t->yielded && u->ran_at < t->yielded_at)
				sum += mix(id, ci_turn_id(u));
		}
	}
	return sum;
}

uint64_t ci_turn_state(const struct ci_schedule *s, const struct ci_turn *me)
{
	if (!is_noted(s) || s->lost)
		return 0;
	return mix(s->state + yields(s), me ? ci_turn_id(me) : 0) | 1;
}
