/* SPDX-License-Identifier: MIT
 * The threads of a loop that take part in a schedule, and what each waits for.
 */
#include "engine/turn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

static bool has_baton(void *arg)
{
	const struct ci_coroutine *c = arg;
	int n = 0;

	sem_getvalue((sem_t *)(uintptr_t)&c->strand.baton.sem, &n);
	return n > 0;
}

/* The coroutine on the strand, or the one that is about to start there. */
static void describe(const struct ci_turn *t, struct ci_candidate *k)
{
	const struct ci_coroutine *c = t->owner;

	if (c->start) {
		k->call = NULL;
		k->op = CI_OP_START;
		c->start->ops->describe(c->start, k);
	} else if (c->name) {
		k->id = c->id;
		k->name = c->name;
	}
}

static struct ci_turn *make(cigo_loop *loop)
{
	struct ci_turn *t = malloc(sizeof *t);

	if (t && ci_turn_init(t, loop->schedule)) {
		free(t);
		return NULL;
	}
	return t;
}

int ci_turn_make(cigo_loop *loop, struct ci_turn **ret)
{
	*ret = loop->home.turn ? make(loop) : NULL;
	return loop->home.turn && !*ret ? -ENOMEM : 0;
}

void ci_turn_adopt(struct ci_coroutine *c)
{
	if (!c->turn)
		return;
	c->turn->owner = c;
	c->turn->describe = describe;
	if (!c->loop->model->exclusive)
		ci_turn_add(c->turn, has_baton, c);
}

int ci_turn_create(struct ci_coroutine **ret, cigo_loop *loop, size_t stack_size,
		   struct ci_turn *turn)
{
	bool outside = ci_turn_outside;

	ci_turn_outside = false; /* else libcigo-points takes it for a thread of the program */
	int err = ci_coroutine_create(ret, loop, stack_size, turn, loop->model->strand_main);
	ci_turn_outside = outside;
	return err;
}

void ci_turn_come_back(struct ci_coroutine *c)
{
	ci_turn_inside();
	ci_turn_point(c->turn, &(struct ci_step){ .op = CI_OP_CALL,
						  .call = ci_call,
						  .object = c->loop->schedule });
}

void ci_turn_leave(struct ci_coroutine *c)
{
	if (c->turn && !c->loop->model->exclusive)
		ci_turn_dismiss(c->turn);
}

void ci_turn_free(struct ci_turn *t)
{
	if (t)
		ci_turn_fini(t);
	free(t);
}

void ci_turn_await_baton(struct ci_coroutine *c)
{
	ci_turn_wait(c->turn,
		     &(struct ci_step){ .op = CI_OP_RESUME,
					.call = c->call,
					.object = c->loop->schedule,
					.place = c->at_valid ? c->place : (struct ci_place){ 0 } },
		     has_baton, c, CIGO_NEVER);
}

int ci_turn_open(cigo_loop *loop)
{
	if (!loop->schedule || !loop->schedule->simulated)
		return 0;
	loop->home.turn = make(loop);
	if (!loop->home.turn)
		return -ENOMEM;
	loop->home.turn->name = "the loop";
	loop->home.turn->id = CI_TURN_LOOP;
	loop->home.turn->urgent = !loop->model->exclusive && !CI_TURN_SELF;
	loop->schedule->clock_real = loop->options.clock == CIGO_CLOCK_REAL;
	ci_turn_enter(loop->home.turn);
	if (loop->options.clock == CIGO_CLOCK_VIRTUAL)
		loop->virtual_now = ci_turn_now(loop->schedule);
	ci_self.slow = true;
	return 0;
}

void ci_turn_close(cigo_loop *loop)
{
	if (!loop->home.turn)
		return;
	ci_turn_end(loop->home.turn);
	ci_turn_free(loop->home.turn);
	loop->home.turn = NULL;
	ci_self.slow = false;
	ci_turn_outside = false;
}

/* --- the driver's sleep ---------------------------------------------------------------------- */

static bool something_came(void *arg)
{
	cigo_loop *loop = arg;
	struct pollfd fd = { .fd = loop->poller->fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0; /* not the inbox itself: a lost wake-up must be found */
}

void ci_turn_sleep(cigo_loop *loop)
{
	struct ci_turn *t = loop->home.turn;

	t->drives = true;
	struct pollfd world = { .fd = loop->poller->fd, .events = POLLIN };
	t->world = &world;
	t->world_n = loop->alien_waits || loop->outsiders;
	struct ci_step step = { .op = CI_OP_OTHER, .object = loop->schedule };
	int64_t until = ci_timer_next(loop);
	int err;
	CI_UNLOCKED(err = ci_turn_wait(t, &step, something_came, loop, until));
	t->drives = false;
	t->world_n = 0;
	if (loop->options.clock == CIGO_CLOCK_VIRTUAL)
		loop->virtual_now = ci_turn_now(loop->schedule);
	if (err == -EDEADLK)
		loop->hooks->stuck(loop);
}
