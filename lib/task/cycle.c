/* SPDX-License-Identifier: MIT
 *
 * Who waits for whom: a search along awaits, through shields, sets of futures that are all awaited,
 * and groups. Breadth first, linked through the coroutines themselves: it needs no memory, and visits
 * each coroutine once.
 */
#include "task/park.h"
#include "task/shield.h"
#include "task/task.h"
#include "task/wait_info.h"

struct search {
	uint64_t number; /* marks the coroutines seen by this search */
	struct ci_coroutine *first, *last;
	const struct ci_coroutine *goal;
};

/* True: f is the goal, or behind it. */
static bool see(struct search *s, const cigo_future *f)
{
	while (f && !f->done && f->ops == &ci_shield_ops)
		f = ci_container_of(f, struct ci_shield, f)->inner;
	if (!f || f->done)
		return false;
	const struct ci_task *t = ci_task_of(f);
	struct ci_coroutine *coroutine = t ? t->coroutine : NULL;
	if (!coroutine || coroutine->searched == s->number)
		return false;
	if (coroutine == s->goal)
		return true;
	coroutine->searched = s->number;
	coroutine->search_next = NULL;
	if (s->first)
		s->last->search_next = coroutine;
	else
		s->first = coroutine;
	s->last = coroutine;
	return false;
}

static bool see_members(struct search *s, const struct ci_members *members)
{
	ci_list_each(node, &members->tasks)
		if (see(s, &ci_list_entry(node, struct ci_task, of_members)->f))
			return true;
	return false;
}

/* Whether it waits for just one member; those in the group's line come after the others. */
static bool is_one(const struct ci_members *members)
{
	unsigned n = 0;

	ci_list_each(node, &members->tasks)
		n += !ci_list_entry(node, struct ci_task, of_members)->held;
	return n == 1;
}

/* Any of several is no reason to wait for one of them, but any of one is. */
static bool see_all_of(struct search *s, const struct ci_coroutine *coroutine)
{
	struct ci_wait_info w = ci_wait_info(coroutine);

	if (w.all || w.count == 1)
		for (size_t i = 0; i < w.count; i++)
			if (see(s, w.futures[i]))
				return true;
	return w.members && (w.all || is_one(w.members)) && see_members(s, w.members);
}

static bool reaches(struct search *s)
{
	for (; s->first; s->first = s->first->search_next)
		if (see_all_of(s, s->first))
			return true;
	return false;
}

bool ci_future_waits_for(const cigo_future *f, const struct ci_coroutine *me)
{
	struct search s = { .number = ++me->loop->search, .goal = me };

	return see(&s, f) || reaches(&s);
}

bool ci_members_all_wait_for(const struct ci_members *members, const struct ci_coroutine *me)
{
	ci_list_each(node, &members->tasks) {
		const struct ci_task *t = ci_list_entry(node, struct ci_task, of_members);

		if (!t->held && !ci_future_waits_for(&t->f, me))
			return false; /* this one may end */
	}
	return !ci_list_empty(&members->tasks);
}

bool ci_members_waits_for(const struct ci_members *members, const struct ci_coroutine *me)
{
	struct search s = { .number = ++me->loop->search, .goal = me };

	return see_members(&s, members) || reaches(&s);
}
