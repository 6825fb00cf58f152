/* SPDX-License-Identifier: MIT
 * Makes a failing schedule smaller, greedily: puts the first candidate in place of others, leaves
 * choices out, and keeps what still fails and has a lower rank.
 */
#include "explore/shrink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { MOST_RUNS = 2000, MOST_SECONDS = 10, MOST_LEFT_OUT = 100 };

struct shrinking {
	struct ci_tries *tries;
	struct ci_given *given; /* room for as many as the failure has */
	size_t n;
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

/* Runs the failure once more, with a table of texts that has nothing of other schedules. */
static bool run_again(struct shrinking *s)
{
	struct ci_record *r = s->tries->runner->record;

	r->text_n = 0;
	memset(r->words, 0, sizeof r->words);
	give_all(s);
	run(s);
	return !s->err && is_same(s->tries);
}

int ci_shrink(struct ci_tries *t)
{
	struct shrinking s = { .tries = t,
			       .given = calloc(t->failure.n + 1, sizeof *s.given),
			       .runs = MOST_RUNS,
			       .until = ci_clock_add(ci_clock_now(), CIGO_S(MOST_SECONDS)) };

	if (!s.given)
		return -ENOMEM;
	bool same = run_again(&s);
	if (same) {
		while ((clear_pieces(&s) || leave_pieces(&s)) && goes_on(&s))
			;
		if (!s.err)
			same = run_again(&s);
	}
	free(s.given);
	return s.err ? s.err : same;
}
