/* SPDX-License-Identifier: MIT
 * Outcomes, found by a hash of their text.
 */
#include "explore/tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cigo/error.h"
#include "schedule/schedule.h"

enum { OUTCOME_TEXT = 256 };

struct ci_tally_entry {
	char *text, *replay;
	uint64_t hash, count, failures;
	struct ci_rank rank; /* of replay */
	size_t at;	     /* how many came before */
};

/* The outcome of a schedule: as the program named it, else how it ended. Returns buf. */
static const char *text_of(const struct ci_record *r, char buf[OUTCOME_TEXT])
{
	if (r->outcome[0])
		snprintf(buf, OUTCOME_TEXT, "%s", r->outcome);
	else if (ci_rank_failed(r))
		snprintf(buf, OUTCOME_TEXT, "%.*s", (int)strcspn(r->failure, "\n"), r->failure);
	else if (r->result < 0)
		snprintf(buf, OUTCOME_TEXT, "returned %d (%s)", r->result,
			 cigo_strerror(r->result));
	else
		snprintf(buf, OUTCOME_TEXT, "returned %d", r->result);
	return buf;
}

static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

/* Where the text is in the index, or would be. */
static uint32_t *slot_of(const struct ci_tally *t, const char *text, uint64_t hash)
{
	size_t mask = 2 * t->size - 1, i = hash & mask;

	while (t->index[i] && (t->entries[t->index[i] - 1].hash != hash ||
			       strcmp(t->entries[t->index[i] - 1].text, text) != 0))
		i = (i + 1) & mask;
	return &t->index[i];
}

static int grow(struct ci_tally *t)
{
	size_t size = t->size ? 2 * t->size : 16;
	struct ci_tally_entry *entries = realloc(t->entries, size * sizeof *entries);
	uint32_t *index = calloc(2 * size, sizeof *index);

	if (entries)
		t->entries = entries;
	if (!entries || !index) {
		free(index);
		return -ENOMEM;
	}
	free(t->index);
	t->index = index;
	t->size = size;
	for (size_t i = 0; i < t->n; i++)
		*slot_of(t, entries[i].text, entries[i].hash) = (uint32_t)i + 1;
	return 0;
}

static int append(struct ci_tally *t, const char *text, uint64_t hash)
{
	int err = t->n == t->size ? grow(t) : 0;
	char *copy = err ? NULL : strdup(text);

	if (!copy)
		return -ENOMEM;
	*slot_of(t, text, hash) = (uint32_t)t->n + 1;
	t->entries[t->n] = (struct ci_tally_entry){ .text = copy, .hash = hash, .at = t->n };
	t->n++;
	return 0;
}

/* The entry of the record's outcome; NULL: there is none. */
static struct ci_tally_entry *find(const struct ci_tally *t, const char *text, uint64_t hash)
{
	uint32_t i = t->size ? *slot_of(t, text, hash) : 0;

	return i ? &t->entries[i - 1] : NULL;
}

static int note_replay(struct ci_tally_entry *e, const struct ci_record *r)
{
	struct ci_rank rank = ci_rank_of(r);

	if (e->replay && !ci_rank_less(rank, e->rank))
		return 0;
	char *replay = ci_replay_text(r->steps, ci_rank_choices(r));
	if (!replay)
		return -ENOMEM;
	free(e->replay);
	e->replay = replay;
	e->rank = rank;
	return 0;
}

int ci_tally_add(struct ci_tally *t, const struct ci_record *r)
{
	char buf[OUTCOME_TEXT];
	const char *text = text_of(r, buf);
	uint64_t hash = hash_of(text);
	struct ci_tally_entry *e = find(t, text, hash);

	if (!e && t->n >= CI_TALLY_MOST) {
		text = "(other outcomes)";
		hash = hash_of(text);
		e = find(t, text, hash);
	}
	if (!e && append(t, text, hash))
		return -ENOMEM;
	e = e ? e : &t->entries[t->n - 1];
	e->count++;
	e->failures += ci_rank_failed(r);
	return note_replay(e, r);
}

int ci_tally_better(struct ci_tally *t, const struct ci_record *r)
{
	char buf[OUTCOME_TEXT];
	const char *text = text_of(r, buf);
	struct ci_tally_entry *e = find(t, text, hash_of(text));

	return e ? note_replay(e, r) : 0;
}

static int by_count(const void *a, const void *b)
{
	const struct ci_tally_entry *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->at < y->at ? -1 : x->at > y->at;
}

int ci_tally_report(struct ci_tally *t, cigo_report *ret)
{
	cigo_report_outcome **all = calloc(t->n + 1, sizeof *all + sizeof **all);
	cigo_report_outcome *at;

	if (!all)
		return -ENOMEM;
	at = (cigo_report_outcome *)(void *)(all + t->n + 1); /* one block, aligned for both */
	if (t->n)
		qsort(t->entries, t->n, sizeof *t->entries, by_count);
	for (size_t i = 0; i < t->n; i++) {
		struct ci_tally_entry *e = &t->entries[i];

		at[i] = (cigo_report_outcome){ e->text, e->count, e->failures, e->replay };
		all[i] = &at[i];
	}
	ret->outcomes = all;
	ret->n_outcomes = t->n;
	t->n = 0;
	return 0;
}

void ci_tally_fini(struct ci_tally *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->entries[i].text);
		free(t->entries[i].replay);
	}
	free(t->entries);
	free(t->index);
}
