/* SPDX-License-Identifier: MIT
 * The cooperative model: the baton goes from thread to thread, each on its own semaphore.
 *
 * Invariant: only the thread that holds the loop's baton touches the fields of struct cigo_loop.
 * Each handoff orders what came before it, so these are plain memory, without atomics or locks;
 * TSan checks that. The exceptions: `inbox`, which has a lock; `holder`, published by atomic words;
 * what is final before another thread gets the loop; `state`, which a thread without the baton
 * reads only to report misuse, or when the loop has ended.
 *
 * The driver is not a thread. The thread that holds the baton and has nothing to run drives, on its
 * own stack, until another thread must run; then it passes the baton straight to that thread. The
 * driver keeps no state on the stack, so any thread can drive next. So there is one handoff per
 * switch, and none if the next runnable is the driver's own coroutine, or can start on the driver's
 * empty strand.
 */
#include <unistd.h>

#include "engine/engine.h"
#include "engine/scheduled.h"
#include "engine/tick.h"
#include "engine/turn.h"

/* --- the handoff ----------------------------------------------------------------------------- */

enum spun { DID_NOT, IN_VAIN, WON };

/* Moves s to the home CPU, if there is one and s is elsewhere; else unbinds it. */
static void settle(cigo_loop *loop, struct ci_strand *s)
{
	int where = loop->affinity.home;

	if (ci_unlikely(s == loop->spin.beside) && where != CI_AFFINITY_ANY)
		where = CI_AFFINITY_BESIDE(where);
	if (ci_unlikely(s->cpu != where))
		ci_affinity_settle(loop, s, where);
}

static void pass(cigo_loop *loop, struct ci_coroutine *to)
{
	loop->stats.handoffs++;
	if (loop->affinity.on) {
		if (ci_unlikely(++loop->affinity.handoffs >= CI_AFFINITY_WINDOW))
			ci_affinity_review(loop);
		settle(loop, &to->strand);
	}
	ci_baton_pass(&to->strand.baton);
}

/* A handoff is pass_and_spin, ci_baton_take, arrived. The function that suspends calls all three,
 * so that the backtrace of a waiting thread is short. */
static enum spun pass_and_spin(cigo_loop *loop, struct ci_coroutine *me, struct ci_coroutine *to)
{
	int64_t spin = loop->affinity.spins ? ci_spin_pass(loop, &me->strand, &to->strand) : 0;

	pass(loop, to);
	return !spin ? DID_NOT : ci_spin_wait(&me->strand, spin) ? WON : IN_VAIN;
}

static void arrived(struct ci_coroutine *me, enum spun spun)
{
	if (ci_unlikely(me->strand.over)) /* its thread is to end, and has no baton */
		return;
	if (ci_unlikely(me->loop->affinity.passed))
		ci_affinity_arrived(me->loop);
	if (spun != DID_NOT)
		ci_spin_done(me->loop, spun == WON);
}

/* --- the driver ------------------------------------------------------------------------------ */

/* Drives until it is the turn of me. me is suspended or ready, or has no coroutine. */
static void drive(struct ci_coroutine *me)
{
	cigo_loop *loop = me->loop;
	bool empty = me->state == CI_CORO_EMPTY;
	struct ci_coroutine *to = NULL;

	while (!to)
		to = ci_engine_runner(loop, ci_tick_next(loop), empty ? me : NULL);
	if (to == me) {
		loop->stats.avoided++;
		return;
	}
	if (empty)
		ci_list_prepend(&loop->idle, &me->strand.idle);
	enum spun spun = pass_and_spin(loop, me, to);
	ci_baton_take(&me->strand.baton, loop);
	arrived(me, spun);
}

static void strand_main(struct ci_coroutine *me)
{
	ci_turn = me->loop->home.turn;
	ci_self.slow = ci_turn != NULL;
	ci_baton_take(&me->strand.baton, me->loop);
	arrived(me, DID_NOT);
	me->strand.tid = gettid();
	if (!me->strand.over && me->loop->affinity.on)
		settle(me->loop, &me->strand); /* threads that it makes inherit the CPU */
	while (me->start) {
		struct ci_runnable *r = me->start;

		me->start = NULL;
		r->ops->run(me->loop, r);
		drive(me);
		if (ci_unlikely(ci_self.slow) && !me->strand.over) { /* perhaps in another loop */
			ci_self.held = me->loop;
			ci_turn = me->loop->home.turn;
		}
	}
}

static void dispatch(cigo_loop *loop, struct ci_coroutine *to)
{
	enum spun spun = pass_and_spin(loop, &loop->home, to);

	ci_baton_take(&loop->home.strand.baton, loop);
	arrived(&loop->home, spun);
}

static void wake(struct ci_coroutine *c)
{
	ci_list_append(&c->loop->ready, &c->resume.link);
}

static void yield(struct ci_coroutine *me)
{
	ci_coroutine_move(me, CI_CORO_YIELDING);
	if (ci_unlikely(me->loop->schedule != NULL))
		ci_scheduled_yield(me);
	else
		wake(me);
	ci_engine_suspend(me);
}

/* --- blocking sections ----------------------------------------------------------------------- */

/* Passes the baton to the next coroutine, or else to home: the home thread waits for it. */
static void leave(struct ci_coroutine *me)
{
	struct ci_coroutine *to;

	if (ci_unlikely(me->turn != NULL))
		ci_turn_add(me->turn, NULL, NULL);
	ci_affinity_release(me->loop, &me->strand);
	to = ci_tick_next_coroutine(me->loop);
	pass(me->loop, to ? to : &me->loop->home);
	if (ci_unlikely(me->turn != NULL))
		ci_turn_begin(me->turn);
}

struct comeback {
	struct ci_message message;
	struct ci_coroutine *me;
};

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	struct ci_coroutine *c = ci_container_of(message, struct comeback, message)->me;

	(void)loop, (void)status; /* a section keeps the run from its end */
	ci_section_over(c);
	wake(c);
}

static void come_back(struct ci_coroutine *me)
{
	struct comeback c = { .message.deliver = deliver, .me = me };

	if (ci_unlikely(me->turn != NULL))
		ci_turn_come_back(me);
	ci_inbox_post(&me->loop->inbox, &c.message);
	if (ci_unlikely(me->turn != NULL)) {
		ci_turn_end(me->turn);
		ci_turn = me->loop->home.turn;
	}
	ci_baton_take(&me->strand.baton, me->loop);
	arrived(me, DID_NOT);
}

/* --- the run --------------------------------------------------------------------------------- */

static int open_model(cigo_loop *loop)
{
	ci_affinity_open(loop);
	ci_spin_open(loop);
	ci_self.held = loop;
	return 0;
}

static void close_model(cigo_loop *loop)
{
	ci_affinity_close(loop);
	ci_self.held = NULL;
}

/* No coroutine runs while home is in a callback. */
static void nothing(cigo_loop *loop)
{
	(void)loop;
}

const struct ci_model_ops ci_cooperative = {
	.name = "cooperative",
	.exclusive = true,
	.open = open_model,
	.close = close_model,
	.wake = wake,
	.suspend = drive,
	.yield = yield,
	.leave = leave,
	.come_back = come_back,
	.strand_main = strand_main,
	.dispatch = dispatch,
	.callback_over = nothing,
	.await_callback = nothing,
};
