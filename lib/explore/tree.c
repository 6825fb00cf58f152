/* SPDX-License-Identifier: MIT
 * Every schedule, each once: depth first, by re-running the program with the first choices given. Those
 * with no forced switch come first, then those with one, and so on, as in CHESS (Musuvathi, Qadeer:
 * Iterative context bounding, 2007).
 *
 * A branch is a schedule that was run: it begins as its parent does, chooses otherwise at one choice,
 * and from there on the first each time. So each schedule is one branch, and each choice after its own
 * first one has alternatives: the branches to come. An alternative at a choice that `stays` has one
 * forced switch more than the branch, any other as many as the branch. So the branches of one bound
 * are the free alternatives of those of this bound, and the forced ones of those of the last.
 *
 * If a state was met before, what follows it was or will be tried from there, with as many forced
 * switches as here or fewer, since the bound only rises. So the choices from there on have no
 * alternatives here.
 */
#include "explore/tree.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "explore/visited.h"

enum { MOST_BYTES = 256 << 20 /* of branches */ };

/* One choice of a branch. */
struct own {
	uint64_t ids;
	uint32_t n;
	bool stays;
};

struct branch {
	struct branch *parent; /* owned by reference; NULL: the first schedule */
	struct branch *next;   /* in the stack, or in the list of those kept */
	uint32_t refs;	       /* its children's, and that of the stack or list */
	uint32_t from;	       /* choices of its parents that come before its own */
	uint32_t chosen;       /* its own first choice; all others are 0 */
	uint32_t at, option;   /* the last alternative: this option of choice at - 1 */
	bool forced;	       /* now those alternatives are tried that are forced switches */
	bool has_forced;
	uint32_t n; /* own choices */
	struct own own[];
};

struct tree {
	struct ci_tries *tries;
	struct ci_visited visited;
	struct branch *stack;	    /* those whose alternatives are being tried, deepest first */
	struct branch *kept, *last; /* those with forced alternatives, for the next bound */
	struct ci_given *given;
	size_t given_size;
	size_t bytes;
	bool may_keep;	/* the bound will rise */
	bool beyond;	/* there are schedules beyond the last bound */
	bool switches;	/* there was a choice that stays */
	uint32_t sites; /* places in the program that are points */
	bool learnt;	/* a schedule has found more of them */
};

/* --- branches -------------------------------------------------------------------------------- */

static size_t size_of(size_t n)
{
	return sizeof(struct branch) + n * sizeof(struct own);
}

static void release(struct tree *t, struct branch *b)
{
	while (b && !--b->refs) {
		struct branch *parent = b->parent;

		t->bytes -= size_of(b->n);
		free(b);
		b = parent;
	}
}

/* The first of its own choices that may have alternatives: those of the choice at which a branch
 * leaves its parent belong to the parent. */
static uint32_t first_of(const struct branch *b)
{
	return b->parent ? 1 : 0;
}

static void rewind_to(struct branch *b, bool forced)
{
	b->forced = forced;
	b->at = b->n;
	b->option = 0;
}

/* Moves to the next alternative, the deepest first; false: there is none left. */
static bool advance(struct branch *b)
{
	while (b->at > first_of(b)) {
		const struct own *o = &b->own[b->at - 1];

		if (o->stays == b->forced && ++b->option < o->n)
			return true;
		b->at--;
		b->option = 0;
	}
	return false;
}

/* How many of the record's choices, from the nth on, are not in a state that was met before. */
static size_t new_states(struct tree *t, size_t n)
{
	const struct ci_record *r = t->tries->runner->record;
	size_t end = ci_rank_choices(r), i = n;

	for (size_t k = 0; k < end && !t->switches; k++)
		t->switches = r->steps[k].stays;
	while (i < end &&
	       (t->tries->runner->all_orders || !ci_visited_before(&t->visited, r->steps[i].state)))
		i++;
	t->tries->pruned += i < end;
	return i > n ? i - n : 0;
}

static void fill(struct branch *b, const struct ci_record_step *steps)
{
	for (uint32_t i = 0; i < b->n; i++)
		b->own[i] = (struct own){ steps[i].ids, steps[i].n, steps[i].stays != 0 };
	for (uint32_t i = first_of(b); i < b->n; i++)
		b->has_forced |= b->own[i].stays;
}

/* The branch that was just run. NULL: it has no alternatives, or no room. */
static struct branch *make(struct tree *t, struct branch *parent, size_t from)
{
	const struct ci_record *r = t->tries->runner->record;
	size_t first = parent ? 1 : 0;

	if (r->ending == CI_ENDING_DIVERGED) {
		ci_tries_incomplete(t->tries, "the program is not deterministic");
		return NULL;
	}
	if (t->tries->runner->lost)
		ci_tries_incomplete(t->tries, "the choices of a schedule were lost");
	size_t n = first + new_states(t, from + first);
	if (n == first)
		return NULL;
	if (t->bytes + size_of(n) > MOST_BYTES) {
		ci_tries_incomplete(t->tries, "what is still to try needs more than %d MiB",
				    MOST_BYTES >> 20);
		return NULL;
	}
	struct branch *b = calloc(1, size_of(n));
	if (!b) {
		t->tries->err = -ENOMEM;
		t->tries->over = true;
		return NULL;
	}
	b->parent = parent;
	if (parent)
		parent->refs++;
	b->refs = 1;
	b->from = (uint32_t)from;
	b->chosen = r->steps[from].chosen;
	b->n = (uint32_t)n;
	fill(b, &r->steps[from]);
	rewind_to(b, false);
	t->bytes += size_of(n);
	return b;
}

/* --- running --------------------------------------------------------------------------------- */

/* Writes the choices of b up to its alternative. */
static void give(struct tree *t, const struct branch *b)
{
	size_t end = b->from + b->at;

	for (const struct branch *c = b; c; end = c->from, c = c->parent)
		for (size_t i = c->from; i < end; i++) {
			const struct own *o = &c->own[i - c->from];

			t->given[i] = (struct ci_given){ .chosen = i == c->from ? c->chosen : 0,
							 .n = o->n,
							 .ids = o->ids };
		}
	t->given[b->from + b->at - 1].chosen = b->option;
}

/* Runs the alternative of b (NULL: the first schedule), and puts it onto the stack. */
static void try(struct tree *t, struct branch *b)
{
	size_t n = b ? b->from + b->at : 0;
	struct ci_plan plan = { .given_n = n, .strategy = &ci_strategy_first };

	if (!ci_array_reserve(&t->given, &t->given_size, n, sizeof *t->given)) {
		t->tries->err = -ENOMEM;
		t->tries->over = true;
		return;
	}
	if (b)
		give(t, b);
	plan.given = t->given;
	if (!ci_tries_new(t->tries, &plan))
		return;
	t->learnt = t->tries->runner->record->sites_n != t->sites;
	struct branch *child = make(t, b, n ? n - 1 : 0);
	if (child) {
		child->next = t->stack;
		t->stack = child;
	}
}

/* --- bounds ---------------------------------------------------------------------------------- */

/* All alternatives of the topmost branch are tried: it is over, or waits for the next bound. */
static void pop(struct tree *t)
{
	struct branch *b = t->stack;

	t->stack = b->next;
	b->next = NULL;
	if (!b->has_forced || b->forced || !t->may_keep) {
		t->beyond |= b->has_forced && !b->forced;
		release(t, b);
		return;
	}
	rewind_to(b, true);
	if (t->kept)
		t->last->next = b;
	else
		t->kept = b;
	t->last = b;
}

static void empty_stack(struct tree *t)
{
	while (t->stack && !t->tries->over && !t->learnt)
		if (advance(t->stack))
			try(t, t->stack);
		else
			pop(t);
}

static void search_bound(struct tree *t, struct branch *from)
{
	while (from) {
		struct branch *next = from->next;

		from->next = t->stack;
		t->stack = from;
		from = next;
		if (!t->tries->over && !t->learnt)
			empty_stack(t);
	}
}

static void fini(struct tree *t)
{
	while (t->stack || t->kept) {
		struct branch **list = t->stack ? &t->stack : &t->kept, *b = *list;

		*list = b->next;
		release(t, b);
	}
	free(t->given);
	ci_visited_fini(&t->visited);
}

/* Searches, until it is over or there are more choices than it began with. True: the latter. */
static bool search(struct ci_tries *tries, int preemptions, cigo_report *ret)
{
	struct tree t = { .tries = tries, .sites = tries->runner->record->sites_n };
	int *bound = &tries->progress.preemptions;

	*bound = 0;
	t.may_keep = preemptions != 0;
	try(&t, NULL);
	empty_stack(&t);
	while (t.kept && !tries->over && !t.learnt) {
		struct branch *from = t.kept;

		t.kept = t.last = NULL;
		++*bound;
		t.may_keep = preemptions < 0 || *bound < preemptions;
		search_bound(&t, from);
	}
	ret->preemptions = t.switches && (t.beyond || tries->over) ? *bound : -1;
	fini(&t);
	return t.learnt && !tries->over;
}

void ci_tree_search(struct ci_tries *tries, int preemptions, cigo_report *ret)
{
	while (search(tries, preemptions, ret))
		ci_tries_forget(tries);
}
