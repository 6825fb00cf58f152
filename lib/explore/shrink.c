/* SPDX-License-Identifier: MIT
 * Makes a failing schedule smaller, greedily: puts the first candidate in place of others, leaves
 * choices out, and keeps what still fails and has a lower rank.
 */
#include "explore/shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { MOST_RUNS = 2000, MOST_SECONDS = 10, MOST_LEFT_OUT = 100, MOST_VARIED = 500 };

struct shrinking {
	struct ci_tries *tries;
	struct ci_given *given;
	size_t n, room;
	int runs; /* still allowed */
	int64_t until;
	int err;
};

/* Fails as the failure does? */
static bool is_same(const struct ci_tries *t)
{
	const struct ci_record *r = t->runner->record;
	const struct ci_failure *f = &t->failure;

	return r->ending == f->ending && r->result == f->result &&
	       (!f->outcome[0] || strcmp(r->outcome, f->outcome) == 0);
}

static void run(struct shrinking *s)
{
	struct ci_plan plan = { .given = s->given,
				.given_n = s->n,
				.strategy = &ci_strategy_first };

	s->runs--;
	s->err = ci_tries_run(s->tries, &plan);
}

static void give_all(struct shrinking *s)
{
	const struct ci_failure *f = &s->tries->failure;

	s->n = f->rank.length;
	for (size_t i = 0; i < s->n; i++)
		s->given[i] = (struct ci_given){ .chosen = f->chosen[i] };
}

/* Runs what is given; true: it takes the failure's place. */
static bool attempt(struct shrinking *s)
{
	struct ci_tries *t = s->tries;

	if (s->runs <= 0 || ci_clock_now() > s->until)
		return false;
	run(s);
	if (s->err || !is_same(t) || !ci_rank_less(ci_rank_of(t->runner->record), t->failure.rank))
		return false;
	s->err = ci_tries_take(t);
	return !s->err;
}

static bool goes_on(const struct shrinking *s)
{
	return !s->err && s->runs > 0 && !s->tries->aborted;
}

/* The first candidate, at `size` choices of others, from the nth of these on. False: there is no nth. */
static bool clear(struct shrinking *s, size_t nth, size_t size)
{
	size_t seen = 0;

	give_all(s);
	for (size_t i = 0; i < s->n; i++) {
		if (!s->given[i].chosen)
			continue;
		if (seen >= nth && seen < nth + size)
			s->given[i].chosen = 0;
		seen++;
	}
	return seen > nth;
}

/* Large pieces first, as in delta debugging (Zeller, Hildebrandt 2002). */
static bool clear_pieces(struct shrinking *s)
{
	bool better = false;
	size_t size = s->tries->failure.rank.others;

	for (; size && goes_on(s); size /= 2)
		for (size_t nth = 0; goes_on(s) && clear(s, nth, size);)
			if (attempt(s))
				better = true;
			else
				nth += size;
	return better;
}

/* Leaves out the ith choice. */
static bool leave_out(struct shrinking *s, size_t i)
{
	give_all(s);
	if (i >= s->n)
		return false;
	memmove(&s->given[i], &s->given[i + 1], (s->n - i - 1) * sizeof *s->given);
	s->n--;
	return true;
}

static bool leave_pieces(struct shrinking *s)
{
	bool better = false;

	for (size_t i = 0; i < MOST_LEFT_OUT && goes_on(s) && leave_out(s, i);)
		if (attempt(s))
			better = true;
		else
			i++;
	return better;
}

/* --- few others at any place ----------------------------------------------------------------- */

/* The numbers of candidates of the record's choices, from the `from`th on; 0 ends them. NULL: no memory. */
static uint32_t *numbers(struct shrinking *s, size_t from)
{
	const struct ci_record *r = s->tries->runner->record;
	size_t n = ci_rank_choices(r), i = 0;
	uint32_t *ret = calloc(MOST_VARIED + 1, sizeof *ret);

	if (!ret)
		s->err = -ENOMEM;
	for (; ret && from < n && i < MOST_VARIED; i++)
		ret[i] = r->steps[from++].n;
	return ret;
}

/* Gives those choices that were given so far, the first ones, and then `option` as choice `at`. */
static void give_one(struct shrinking *s, size_t at, uint32_t option)
{
	for (size_t i = s->n; i < at; i++)
		s->given[i] = (struct ci_given){ .chosen = 0 };
	s->given[at] = (struct ci_given){ .chosen = option };
	s->n = at + 1;
}

/* After a run of what is given: all schedules that choose otherwise at `others` more choices. */
static bool vary(struct shrinking *s, int others)
{
	size_t from = s->n;
	bool better = false;
	uint32_t *n = numbers(s, from);

	for (size_t i = 0; n && n[i] && from + i < s->room; i++)
		for (uint32_t option = 1; option < n[i] && goes_on(s) && !better; option++) {
			s->n = from;
			give_one(s, from + i, option);
			better = attempt(s) || (others > 1 && vary(s, others - 1));
		}
	free(n);
	s->n = from;
	return better;
}

/* Fewer choices of others, but anywhere: first one, then two, and so on. */
static bool vary_all(struct shrinking *s)
{
	for (int others = 1; goes_on(s) && others <= (int)s->tries->failure.rank.others; others++) {
		s->n = 0;
		if (attempt(s) || vary(s, others))
			return true;
	}
	return false;
}

/* --- all of it ------------------------------------------------------------------------------- */

/* Runs the failure once more, with a table of texts that has nothing of other schedules. */
static bool run_again(struct shrinking *s)
{
	struct ci_record *r = s->tries->runner->record;

	ci_record_forget(r);
	give_all(s);
	run(s);
	return !s->err && is_same(s->tries);
}

int ci_shrink(struct ci_tries *t)
{
	size_t room = t->failure.n + MOST_VARIED;
	struct shrinking s = { .tries = t,
			       .room = room,
			       .given = calloc(room, sizeof *s.given),
			       .runs = MOST_RUNS,
			       .until = ci_clock_add(ci_clock_now(), CIGO_S(MOST_SECONDS)) };

	if (!s.given)
		return -ENOMEM;
	t->runner->record->frozen = true; /* the points are those of the failure */
	t->runner->record->run = t->failure.run;
	bool same = run_again(&s), smallest = !t->why[0] && !t->pruned;
	if (same && !smallest) {
		while (clear_pieces(&s) || leave_pieces(&s) || vary_all(&s))
			;
		if (!s.err)
			same = run_again(&s);
	}
	free(s.given);
	return s.err ? s.err : same;
}
