/* SPDX-License-Identifier: MIT
 * Which memory several threads use.
 */
#include "schedule/access.h"

#include <stdlib.h>

enum { CELLS = 1 << 16, PLACES = 4 };

/* Eight bytes of memory, and how the threads of one schedule have used them. */
struct cell {
	uintptr_t address; /* divided by 8; 0: free */
	uint64_t thread;   /* the first that used them */
	bool shared, written;
	const void *places[PLACES]; /* that used them, until they are known to be shared */
	struct ci_access_history history;
};

struct ci_access_table {
	struct cell cells[CELLS];
	size_t used;
};

void ci_access_free(struct ci_access_table *t)
{
	free(t);
}

static struct cell *find(struct ci_schedule *s, uintptr_t address)
{
	struct ci_access_table *t = s->accesses;

	if (!t && !(t = s->accesses = calloc(1, sizeof *t)))
		return NULL;
	size_t i = (size_t)((uint64_t)address * UINT64_C(0x9e3779b97f4a7c15) >> 48) % CELLS;
	for (; t->cells[i].address; i = (i + 1) % CELLS)
		if (t->cells[i].address == address)
			return &t->cells[i];
	if (t->used == CELLS / 4 * 3)
		return NULL;
	t->used++;
	t->cells[i].address = address;
	return &t->cells[i];
}

struct ci_access_history *ci_access_history(struct ci_schedule *s, const void *object)
{
	struct cell *c = find(s, (uintptr_t)object / 8);

	return c ? &c->history : NULL;
}

/* --- places ---------------------------------------------------------------------------------- */

static const struct ci_record_site *site(const struct ci_record *r, uint64_t place)
{
	size_t i = (size_t)(place * UINT64_C(0x9e3779b97f4a7c15) >> 40) % CI_RECORD_SITES;

	while (r->sites[i].place && r->sites[i].place != place)
		i = (i + 1) % CI_RECORD_SITES;
	return &r->sites[i];
}

static void add_site(struct ci_record *r, const void *pc)
{
	uint64_t place = (uintptr_t)pc - r->base;
	struct ci_record_site *at = (struct ci_record_site *)(uintptr_t)site(r, place);

	if (!pc || r->frozen || at->place || r->sites_n >= CI_RECORD_SITES / 4 * 3)
		return;
	at->run = r->run;
	at->place = place;
	r->sites_n++;
}

static bool is_point(const struct ci_schedule *s, const void *pc)
{
	const struct ci_record_site *at = site(s->record, (uintptr_t)pc - s->record->base);

	return at->place && at->run < s->record->run;
}

bool ci_schedule_stops_here(const struct ci_schedule *s, const void *pc)
{
	if (s->explored)
		return is_point(s, pc);
	if (s->strategy != &ci_strategy_first)
		return true;
	return s->given_met < s->given_n && s->given[s->given_met].skip <= s->passed;
}

/* All places that touched the cell are points from the next schedule on. */
static void publish(struct ci_record *r, struct cell *c, const void *pc)
{
	for (int i = 0; i < PLACES; i++) {
		add_site(r, c->places[i]);
		c->places[i] = NULL;
	}
	add_site(r, pc);
}

/* Places that are points already need not be remembered. */
static void remember(const struct ci_record *r, struct cell *c, const void *pc)
{
	if (site(r, (uintptr_t)pc - r->base)->place)
		return;
	for (int i = 0; i < PLACES; i++)
		if (!c->places[i] || c->places[i] == pc) {
			c->places[i] = pc;
			return;
		}
}

static void note(struct ci_schedule *s, struct cell *c, uint64_t thread, const void *pc, bool write)
{
	if (!c->thread)
		c->thread = thread;
	c->shared |= c->thread != thread;
	c->written |= write;
	if (c->shared && c->written)
		publish(s->record, c, pc);
	else
		remember(s->record, c, pc);
}

void ci_access_note(struct ci_schedule *s, uint64_t thread, const void *pc, const void *address,
		    size_t size, bool write)
{
	uintptr_t first = (uintptr_t)address / 8, last = ((uintptr_t)address + size - 1) / 8;

	if (!s->record || !size)
		return;
	if (last - first > 64) /* of a large block, its two ends */
		last = first + 64;
	for (uintptr_t i = first; i <= last; i++) {
		struct cell *c = find(s, i);
		if (c)
			note(s, c, thread, pc, write);
	}
}
