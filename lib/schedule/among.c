/* SPDX-License-Identifier: MIT
 * The names of candidates, and a divergence in words.
 */
#include "schedule/among.h"

#include <stdio.h>
#include <string.h>

#include "schedule/play.h"
#include "schedule/serial.h"

const char *ci_among_names(const struct ci_record *r, const struct ci_record_step *step,
			   char buf[static CI_AMONG_TEXT])
{
	size_t at = 0;

	buf[0] = 0;
	for (uint32_t i = 0; i < step->n && at < CI_AMONG_TEXT; i++) {
		const struct ci_record_option *o = &r->options[step->options + i];

		at += (size_t)snprintf(buf + at, CI_AMONG_TEXT - at, "%s%s", i ? " " : "",
				       o->name ? &r->text[o->name] : "?");
	}
	if (at >= CI_AMONG_TEXT)
		memcpy(buf + CI_AMONG_TEXT - 4, "...", 4);
	return buf;
}

/* --- those of earlier runs ------------------------------------------------------------------- */

/* Where the set is, or would be. */
static size_t find(const struct ci_record *r, uint64_t ids)
{
	size_t i = (size_t)(ids >> 32) % CI_RECORD_SETS;

	while (r->sets[i].names && r->sets[i].ids != ids)
		i = (i + 1) % CI_RECORD_SETS;
	return i;
}

void ci_among_remember(struct ci_record *r, const struct ci_record_step *step)
{
	char buf[CI_AMONG_TEXT];
	struct ci_record_set *set = &r->sets[find(r, step->ids)];

	if (set->names || r->sets_n == CI_RECORD_SETS / 2)
		return;
	uint32_t names = ci_record_text(r, ci_among_names(r, step, buf));
	if (!names) /* no room */
		return;
	*set = (struct ci_record_set){ .ids = step->ids, .names = names };
	r->sets_n++;
}

/* The names that were kept for a set of candidates; NULL: none were. */
static const char *remembered(const struct ci_record *r, uint64_t ids)
{
	uint32_t names = r->sets[find(r, ids)].names;

	return names ? &r->text[names] : NULL;
}

/* --- a divergence ---------------------------------------------------------------------------- */

static void say_before(const struct ci_record *r, const struct ci_given *g, const char *now,
		       char *buf, size_t size)
{
	const char *before = g->n ? remembered(r, g->ids) : NULL;

	if (before && strcmp(before, now) == 0)
		snprintf(buf, size, "among others of the same names");
	else if (before)
		snprintf(buf, size, "among %s", before);
	else if (g->n)
		snprintf(buf, size, "one of %u", g->n);
	else
		snprintf(buf, size, "number %u", g->chosen);
}

const char *ci_among_diverged(const struct ci_record *r, size_t nth, const struct ci_given *g,
			      const char *place, char buf[static 1024])
{
	const struct ci_record_step *step = &r->steps[nth];
	char now[CI_AMONG_TEXT], before[CI_AMONG_TEXT + 16], n[32] = "";

	ci_among_names(r, step, now);
	say_before(r, g, now, before, sizeof before);
	if (strncmp(before, "among ", 6)) /* else it is told by the names */
		snprintf(n, sizeof n, "%u: ", step->n);
	snprintf(buf, 1024, "not deterministic: choice %zu%s%s, was %s, is among %s%s", nth + 1,
		 *place ? ", " : "", place, before, n, now);
	return buf;
}

static struct ci_place place_at(uint64_t pc)
{
	return pc ? ci_address_place((const void *)(uintptr_t)pc) : (struct ci_place){ 0 };
}

static struct ci_place place_of(const struct ci_record *r, const struct ci_record_option *o)
{
	if (o->file)
		return (struct ci_place){ .file = &r->text[o->file], .line = (int)o->line };
	return place_at(o->pc);
}

uint64_t ci_among_asker(const struct ci_record *r, size_t nth, bool *ret_before)
{
	size_t i = nth;

	while (i && !r->steps[i].asker)
		i--;
	*ret_before = i != nth;
	return r->steps[i].asker;
}

const char *ci_among_place(const struct ci_schedule *s, char buf[static CI_AMONG_PLACE])
{
	const struct ci_record *r = s->record;
	const struct ci_record_step *step = &r->steps[r->steps_n - 1];
	struct ci_place place = { 0 };
	bool before;
	uint64_t asker = ci_among_asker(r, r->steps_n - 1, &before);

	if (ci_turn && ci_turn->schedule == s)
		place = ci_turn->step.place;
	if (!place.file && !before)
		place = place_at(asker);
	for (uint32_t i = 0; i < step->n && !place.file; i++)
		place = place_of(r, &r->options[step->options + i]);
	bool here = place.file;
	if (!here)
		place = place_at(asker);
	buf[0] = 0;
	if (place.file)
		snprintf(buf, CI_AMONG_PLACE, "%s %s:%d", here ? "at" : "after",
			 ci_place_file(place.file), place.line);
	return buf;
}

void ci_schedule_diverged(struct ci_schedule *s, const struct ci_given *g)
{
	const struct ci_record *r = s->record;
	char place[CI_AMONG_PLACE], words[1024];

	ci_among_place(s, place);
	ci_schedule_fail(s, CI_ENDING_DIVERGED, "%s",
			 ci_among_diverged(r, r->steps_n - 1, g, place, words));
}
