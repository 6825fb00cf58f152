/* SPDX-License-Identifier: MIT
 * What a schedule chooses among. Whatever is ready may go on next, in any order: there are no ticks.
 * One exception keeps loops of yields from going on for ever, as in CHESS (Musuvathi, Qadeer 2008):
 * a coroutine that yields waits until all that were ready then have gone on. Those that yield wait
 * in loop->yielded until that is so.
 *
 * Invariant: loop->batch is sorted by `turn`, so the first candidate is the one that would go on
 * without a schedule.
 */
#include "engine/scheduled.h"

#include <stdlib.h>

#include "base/array.h"
#include "engine/engine.h"

/* Numbers what has become ready since, and moves it to the batch. */
static void collect(cigo_loop *loop)
{
	ci_list_of(struct ci_runnable, r, &loop->ready, link)
		r->turn = ++loop->turns;
	ci_list_splice(&loop->batch, &loop->ready);
}

static void insert_by_turn(struct ci_list *batch, struct ci_runnable *r)
{
	struct ci_list *pos = batch->next;

	while (pos != batch && ci_list_entry(pos, struct ci_runnable, link)->turn < r->turn)
		pos = pos->next;
	ci_list_add_before(pos, &r->link);
}

/* Moves those to the batch that have yielded before all that is there became ready. */
static void readmit(cigo_loop *loop)
{
	uint64_t oldest = ci_list_empty(&loop->batch)
				  ? UINT64_MAX
				  : ci_list_first(&loop->batch, struct ci_runnable, link)->turn;

	ci_list_of(struct ci_runnable, r, &loop->yielded, link) {
		if (r->turn > oldest)
			break;
		ci_list_unlink(&r->link);
		insert_by_turn(&loop->batch, r);
	}
}

void ci_scheduled_yield(struct ci_coroutine *c)
{
	collect(c->loop);
	c->resume.turn = ++c->loop->turns;
	ci_list_append(&c->loop->yielded, &c->resume.link);
}

/* --- choices --------------------------------------------------------------------------------- */

static void describe_coroutine(const struct ci_coroutine *c, struct ci_candidate *k)
{
	k->id = c->id;
	k->name = c->name;
	k->call = c->call;
	k->op = CI_OP_RESUME;
	if (c->at_valid)
		k->place = c->place;
}

static void describe(const struct ci_runnable *r, struct ci_candidate *k)
{
	*k = (struct ci_candidate){ .op = CI_OP_OTHER };
	if (r->where == CI_RESUME)
		describe_coroutine(ci_container_of(r, const struct ci_coroutine, resume), k);
	else if (r->ops->describe)
		r->ops->describe(r, k);
}

/* Whether there is room for n candidates; if there is no memory, the schedule has failed. */
static bool room(cigo_loop *loop, size_t n)
{
	if (ci_array_reserve(&loop->candidates, &loop->candidates_size, n,
			     sizeof *loop->candidates))
		return true;
	ci_schedule_fail(loop->schedule, CI_ENDING_LIMIT, "no memory for %zu candidates", n);
	return false;
}

static size_t add_waiting(cigo_loop *loop, size_t n, const struct ci_coroutine *c)
{
	loop->candidates[n] = (struct ci_candidate){ .name = NULL };
	describe_coroutine(c, &loop->candidates[n]);
	return n + 1;
}

/* Describes the coroutines that cannot go on behind the n candidates, if the schedule asks for them. Returns
 * how many. */
static size_t describe_waiting(cigo_loop *loop, size_t n)
{
	size_t all = n;

	if (!ci_schedule_is_wide(loop->schedule))
		return 0;
	ci_list_of(const struct ci_coroutine, c, &loop->strands, strand.link) {
		bool waits = c->name && ci_coroutine_is_away(c) && c->state != CI_CORO_READY;

		if (waits && room(loop, all + 1))
			all = add_waiting(loop, all, c);
	}
	ci_list_each(node, &loop->yielded) /* they are ready, but no candidates */
		if (room(loop, all + 1))
			describe(ci_list_entry(node, struct ci_runnable, link),
				 &loop->candidates[all++]);
	return all - n;
}

void ci_scheduled_left(cigo_loop *loop)
{
	int n = (int)describe_waiting(loop, 0);

	if (n)
		ci_schedule_note_left(loop->schedule, loop->candidates, n);
}

static int choose(cigo_loop *loop, enum ci_choice_kind kind, size_t n, size_t waiting)
{
	return ci_schedule_choose(loop->schedule, &(struct ci_choice){ .kind = kind,
								       .n = (int)n,
								       .waiting = (int)waiting,
								       .among = loop->candidates });
}

struct ci_list *ci_scheduled_pop(cigo_loop *loop)
{
	size_t n = 0;

	if (!loop->model->exclusive) { /* home starts them all; then their threads are chosen among */
		ci_list_splice(&loop->batch, &loop->ready);
		return ci_list_pop(&loop->batch);
	}
	collect(loop);
	readmit(loop);
	ci_list_each(node, &loop->batch)
		n++;
	if (n < 2 || !room(loop, n))
		return ci_list_pop(&loop->batch);
	n = 0;
	ci_list_of(const struct ci_runnable, r, &loop->batch, link)
		describe(r, &loop->candidates[n++]);
	struct ci_list *node = loop->batch.next;
	size_t waiting = describe_waiting(loop, n);
	for (int i = choose(loop, CI_CHOOSE_READY, n, waiting); i > 0; i--)
		node = node->next;
	ci_list_unlink(node);
	return node;
}

size_t ci_scheduled_index(cigo_loop *loop, enum ci_choice_kind kind, const char *name, size_t n)
{
	if (n < 2 || !room(loop, n))
		return 0;
	for (size_t i = 0; i < n; i++)
		loop->candidates[i] =
			(struct ci_candidate){ .id = i, .name = name, .op = CI_OP_OTHER };
	return (size_t)choose(loop, kind, n, 0);
}

/* Whether some could go on before the next timer fires: in the preemptive model those that run, and they
 * are woken when home sleeps. */
static bool is_any_ready(const cigo_loop *loop)
{
	return !loop->model->exclusive
		       ? loop->beside > 0
		       : !ci_list_empty(&loop->ready) || !ci_list_empty(&loop->batch);
}

/* One of n timers, or n: those that are ready go on first, as far as they can. With a real clock
 * timers that are due at nearly the same time may have a look between them, too. */
static size_t choose_timer(cigo_loop *loop, size_t n)
{
	if (!loop->schedule->simulated || !is_any_ready(loop))
		return ci_scheduled_index(loop, CI_CHOOSE_TIMER, "timer", n);
	if (!room(loop, n + 1))
		return 0;
	for (size_t i = 0; i <= n; i++)
		loop->candidates[i] =
			(struct ci_candidate){ .id = i, .name = "timer", .op = CI_OP_OTHER };
	loop->candidates[n].name = "what is ready";
	return (size_t)choose(loop, CI_CHOOSE_TIMER, n + 1, 0);
}

/* Only timers that do more than wake one coroutine must be ordered: what is woken is chosen among
 * later anyway. */
struct ci_timer *ci_scheduled_timer(cigo_loop *loop, struct ci_timer *first)
{
	struct ci_timer *due[64];
	size_t n = 0, decisive = 0;
	struct ci_heap_node *node;

	while (n < sizeof due / sizeof *due && (node = ci_heap_first(&loop->timers)) &&
	       node->key == first->node.key) {
		due[n] = ci_container_of(node, struct ci_timer, node);
		decisive += !due[n++]->wakes_only;
		ci_heap_remove(&loop->timers, node);
	}
	for (size_t i = 0; i < n; i++)
		ci_heap_push(&loop->timers, &due[i]->node);
	if (!decisive)
		return first;
	size_t i = choose_timer(loop, n);
	return i < n ? due[i] : NULL;
}

struct ci_schedule *ci_scheduled_current(void)
{
	const cigo_loop *loop = ci_self.held ? ci_self.held : ci_self.roams;

	return loop && loop->schedule ? ci_schedule_ref(loop->schedule) : ci_schedule_current();
}

void ci_scheduled_fini(cigo_loop *loop)
{
	free(loop->candidates);
	loop->candidates = NULL;
	loop->candidates_size = 0;
}
