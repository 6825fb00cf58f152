/* SPDX-License-Identifier: MIT
 *
 * Who waits for whom: a search along awaits, through shields, sets of futures that are all awaited,
 * and groups. Breadth first, linked through the coroutines themselves: it needs no memory, and visits
 * each coroutine once.
 */
#include "task/park.h"
#include "task/shield.h"
#include "task/task.h"

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

/* One that was woken, by what it waited for or by a cancellation, waits no longer. */
static bool see_all_of(struct search *s, const struct ci_coroutine *coroutine)
{
	if (coroutine->park && coroutine->park->woken)
		return false;
	if (coroutine->awaits && see(s, coroutine->awaits))
		return true;
	for (size_t i = 0; i < coroutine->awaits_count; i++)
		if (see(s, coroutine->awaits_all[i]))
			return true;
	if (coroutine->awaits_members)
		ci_list_each(node, &coroutine->awaits_members->tasks)
			if (see(s, &ci_list_entry(node, struct ci_task, of_members)->f))
				return true;
	return false;
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

bool ci_members_all_wait_for(const struct ci_members *team, const struct ci_coroutine *me)
{
	ci_list_each(node, &team->tasks)
		if (!ci_future_waits_for(&ci_list_entry(node, struct ci_task, of_members)->f, me))
			return false; /* this one may end */
	return !ci_list_empty(&team->tasks);
}

bool ci_members_waits_for(const struct ci_members *team, const struct ci_coroutine *me)
{
	struct search s = { .number = ++me->loop->search, .goal = me };

	ci_list_each(node, &team->tasks)
		if (see(&s, &ci_list_entry(node, struct ci_task, of_members)->f))
			return true;
	return reaches(&s);
}
