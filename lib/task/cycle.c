/* SPDX-License-Identifier: MIT
 * The search of the wait graph, through shields, sets of futures, groups and mutexes. Depth first;
 * the path is linked through the coroutines' records, so the search needs no memory and does not
 * recurse. It visits each coroutine once, with the baton held.
 *
 * Mutexes count for dumps only: as elsewhere, a lock call does not fail if it closes a circle.
 */
#include "task/cycle.h"

#include "task/shield.h"
#include "task/wait_info.h"

struct search {
	uint64_t number;		 /* marks the coroutines that the search has seen */
	const struct ci_coroutine *goal; /* NULL: the search is for circles */
	void (*found)(const struct ci_coroutine *first, const struct ci_coroutine *last, void *arg);
	void *arg;
};

/* The coroutine that must end before f is done; NULL: none. */
static struct ci_coroutine *coroutine_of(const cigo_future *f)
{
	while (f && !f->done && f->ops == &ci_shield_ops)
		f = ci_container_of(f, struct ci_shield, f)->inner;
	const struct ci_task *t = f && !f->done ? ci_task_of(f) : NULL;
	return t ? t->coroutine : NULL;
}

static struct ci_coroutine *coroutine_of_member(const struct ci_list *node)
{
	return coroutine_of(&ci_list_entry(node, const struct ci_task, of_members)->f);
}

/* Whether the wait needs each of its futures and members. A wait for any of several needs none of
 * them. Members that a limited group holds back do not count: they start after the others. */
static bool waits_for_each(const struct ci_wait_info *w)
{
	size_t n = w->count;

	if (w->all)
		return true;
	if (w->members)
		ci_list_of(const struct ci_task, t, &w->members->tasks, of_members)
			n += !t->held;
	return n == 1;
}

/* The next coroutine that c needs to resume; NULL: no more. */
static struct ci_coroutine *next_of(const struct search *s, struct ci_coroutine *c)
{
	struct ci_wait_info w = ci_wait_info(c);
	struct ci_search_mark *m = &c->search;
	struct ci_coroutine *to = NULL;

	if (!m->at++) {
		m->member = w.members ? w.members->tasks.next : NULL;
		to = s->goal ? NULL : w.holder;
	}
	if (!waits_for_each(&w))
		return to;
	for (; !to && m->at <= w.count; m->at++)
		to = coroutine_of(w.futures[m->at - 1]);
	for (; !to && m->member && m->member != &w.members->tasks; m->member = m->member->next)
		to = coroutine_of_member(m->member);
	return to;
}

/* True: root is the goal, or leads to it. The path ends with `last`. */
static bool look(const struct search *s, struct ci_coroutine *root)
{
	struct ci_coroutine *last = NULL, *c = root;

	for (;;) {
		if (c == s->goal)
			return true;
		if (c->search.number != s->number) {
			c->search = (struct ci_search_mark){ .number = s->number, .from = last };
			last = c;
		} else if (!c->search.over && s->found) {
			s->found(c, last, s->arg);
		}
		while (last && !(c = next_of(s, last))) { /* back */
			last->search.over = true;
			last = last->search.from;
		}
		if (!last)
			return false;
	}
}

static bool leads_to(const cigo_future *f, const struct search *s)
{
	struct ci_coroutine *c = coroutine_of(f);

	return c && look(s, c);
}

bool ci_future_waits_for(const cigo_future *f, const struct ci_coroutine *me)
{
	return leads_to(f, &(struct search){ .number = ++me->loop->search, .goal = me });
}

bool ci_members_waits_for(const struct ci_members *members, const struct ci_coroutine *me)
{
	struct search s = { .number = ++me->loop->search, .goal = me };

	ci_list_of(const struct ci_task, t, &members->tasks, of_members)
		if (leads_to(&t->f, &s))
			return true;
	return false;
}

bool ci_members_all_wait_for(const struct ci_members *members, const struct ci_coroutine *me)
{
	ci_list_of(const struct ci_task, t, &members->tasks, of_members) {
		if (!t->held && !ci_future_waits_for(&t->f, me))
			return false; /* this one may end */
	}
	return !ci_list_empty(&members->tasks);
}

void ci_cycle_look(struct ci_coroutine *root, uint64_t number,
		   void (*found)(const struct ci_coroutine *first, const struct ci_coroutine *last,
				 void *arg),
		   void *arg)
{
	if (root->search.number != number)
		look(&(struct search){ .number = number, .found = found, .arg = arg }, root);
}
