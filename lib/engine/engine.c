/* SPDX-License-Identifier: MIT
 *
 * Ticks and the driver. One function (next) pops the ready queue; one seam gives now (ci_engine_now)
 * and waits (wait_for_events).
 *
 * A tick: due timers go to the ready queue; the batch that is ready now is run, not what it adds;
 * poll. While busy, descriptors and clock are looked at only every 64 resumptions, or fewer where
 * those take more than 100 us, so that switching stays cheap and nothing is starved.
 */
#include "engine/engine.h"

#include <errno.h>
#include <unistd.h>

#include "thread/limit.h"
#include "base/misuse.h"
#include "engine/pool.h"
#include "engine/shuffle.h"

enum { STARVED_NS = 10000000 }; /* how often a thread is asked for again */

int64_t ci_engine_now(const cigo_loop *loop)
{
	return loop->options.clock == CIGO_CLOCK_VIRTUAL ? loop->virtual_now : ci_clock_now();
}

void ci_engine_ready(cigo_loop *loop, struct ci_runnable *r)
{
	if (r->where == CI_RESUME)
		ci_trace(loop, ready, ci_container_of(r, struct ci_coroutine, resume));
	if (ci_is_preemptive(loop) && r->where == CI_RESUME)
		ci_preemptive_start(ci_container_of(r, struct ci_coroutine, resume));
	else
		ci_list_append(&loop->ready, &r->link);
}

/* --- looking outside ------------------------------------------------------------------------- */

void ci_engine_deliver(cigo_loop *loop, struct ci_list *messages, int status)
{
	struct ci_list *node;

	while ((node = ci_list_pop(messages))) {
		struct ci_message *message = ci_list_entry(node, struct ci_message, link);
		message->deliver(loop, message, status);
	}
}

/* True: there were letters. Then the driver is not announced to sleep, and may not. */
static bool collect(cigo_loop *loop, bool polling)
{
	struct ci_list messages;

	ci_list_init(&messages);
	ci_inbox_collect(&loop->inbox, &messages, polling);
	bool any = !ci_list_empty(&messages);
	ci_engine_deliver(loop, &messages, 0);
	return any;
}

void ci_engine_collect(cigo_loop *loop)
{
	collect(loop, false);
	ci_preemptive_ring(loop); /* it may sleep, and must be announced again */
}

/* Waits in the poller, at most timeout ns of real time. Returns the number of events. */
static int wait_for_events(cigo_loop *loop, int64_t timeout)
{
	struct ci_event events[CI_EVENTS];

	loop->stats.polls++;
	ci_preemptive_sleep(loop, timeout);
	int n = loop->poller->ops->wait(loop->poller, timeout, events, CI_EVENTS);
	ci_preemptive_wake(loop);
	loop->polled += n > 0 ? n : 0;
	ci_fd_watcher_dispatch(loop, events, n);
	return n;
}

static bool nothing_is_ready(const cigo_loop *loop)
{
	return ci_list_empty(&loop->ready);
}

/* Nothing that is known of could ever make the loop go on; the starved then have no hope. */
static bool sleeps_for_ever(const cigo_loop *loop)
{
	return ci_timer_next(loop) == CIGO_NEVER && !loop->waits && !loop->outside &&
	       !loop->lingering && !loop->preemptive.roaming;
}

/* How long the driver may sleep, of real time. On the virtual clock *ret_jump says that it may
 * jump to the next timer if nothing happens in that time. */
static int64_t patience(cigo_loop *loop, bool *ret_jump)
{
	int64_t next = ci_timer_next(loop), ns = CIGO_NEVER;

	if (loop->options.clock != CIGO_CLOCK_VIRTUAL) {
		if (next != CIGO_NEVER) {
			int64_t now = ci_clock_now();
			ns = next > now ? next - now : 0;
		}
	} else if (next <= loop->virtual_now) {
		ns = 0;
	} else if (next != CIGO_NEVER && !loop->outside && !loop->preemptive.roaming &&
		   !ci_inbox_expects(&loop->inbox)) {
		*ret_jump = true;
		ns = loop->alien_waits ? loop->options.silence_ns : 0;
	}
	if (!ci_list_empty(&loop->starved) && ns > STARVED_NS)
		ns = STARVED_NS;
	int64_t pool = *ret_jump ? CIGO_NEVER : ci_pool_next(loop);
	if (pool != CIGO_NEVER && ns > 0) {
		int64_t wait = pool - ci_clock_now();
		ns = wait < 0 ? 0 : wait < ns ? wait : ns;
	}
	return ns;
}

static void tell_stuck(cigo_loop *loop)
{
	void (*stuck)(cigo_loop * loop) = loop->stuck;

	if (ci_inbox_expects(&loop->inbox))
		return;
	loop->stuck = NULL;
	stuck(loop);
}

/* Of a silence of ns, what is still to come: a wait may end early, by a signal or a ring that was about
 * nothing, and that does not break it. */
static int64_t rest_of_silence(cigo_loop *loop, int64_t ns)
{
	int64_t now = ci_clock_now();

	if (!loop->silent_until)
		loop->silent_until = ci_clock_add(now, ns);
	return loop->silent_until > now ? loop->silent_until - now : 0;
}

/* With nothing ready: sleeps until something may be. */
static void look_idle(cigo_loop *loop)
{
	bool jump = false;
	int64_t ns;

	if (collect(loop, true)) /* they may have changed everything: look again */
		return;
	if (ci_preemptive_tick(loop))
		return;
	if (ci_unlikely(loop->stuck) && sleeps_for_ever(loop))
		tell_stuck(loop);
	ns = patience(loop, &jump); /* from here on outsiders ring */
	if (jump && ns)
		ns = rest_of_silence(loop, ns);
	else
		loop->silent_until = 0;
	bool silent = (jump && !loop->waits) || wait_for_events(loop, ns) == 0;
	silent &= !collect(loop, false) && nothing_is_ready(loop);
	bool over = !loop->silent_until || ci_clock_now() >= loop->silent_until;
	if (!silent || over)
		loop->silent_until = 0;
	if (jump && silent && over)
		loop->virtual_now = ci_timer_next(loop);
}

static void look_busy(cigo_loop *loop)
{
	collect(loop, false);
	if (loop->waits)
		wait_for_events(loop, 0);
}

/* Sets the pace: as many resumptions as fit into CI_LOOK_NS, by what the last ones took. What comes
 * after an idle time may be of another kind: then it begins with 1, and doubles. */
static void set_pace(cigo_loop *loop, int64_t now, bool idle)
{
	int64_t took = now - loop->last_look;
	unsigned n = idle ? 1 : 2 * loop->look_after;

	if (n > CI_LOOK_AFTER || loop->options.clock == CIGO_CLOCK_VIRTUAL)
		n = CI_LOOK_AFTER;
	else if (!idle && took > CI_LOOK_NS)
		n = (unsigned)(CI_LOOK_NS * (int64_t)loop->since_look / took);
	loop->look_after = n ? n : 1;
	loop->last_look = now;
	loop->since_look = 0;
}

/* The strand that drives. */
static struct ci_strand *myself(cigo_loop *loop)
{
	return ci_self.me ? &ci_self.me->strand : &loop->home.strand;
}

static void look(cigo_loop *loop, bool idle)
{
	ci_trace(loop, poll, true);
	if (idle)
		look_idle(loop);
	else
		look_busy(loop);
	if (loop->affinity.on)
		ci_affinity_look(loop, myself(loop));
	int64_t now = ci_engine_now(loop);
	ci_timer_fire(loop, now);
	ci_pool_trim(loop);
	ci_trace(loop, poll, false);
	set_pace(loop, now, idle);
}

/* --- out of threads -------------------------------------------------------------------------- */

static void starve(cigo_loop *loop, struct ci_runnable *r)
{
	int64_t now = ci_clock_now();

	if (!r->since)
		r->since = now;
	loop->starved_look = now;
	ci_list_append(&loop->starved, &r->link);
}

/* Tries them again where a strand is free or it is time, and gives up those that have waited too
 * long. */
static void feed(cigo_loop *loop)
{
	int64_t now = ci_clock_now();
	bool time = now - loop->starved_look >= STARVED_NS;
	bool hopeless = nothing_is_ready(loop) && sleeps_for_ever(loop);

	if (time)
		loop->starved_look = now;
	ci_list_each(node, &loop->starved) {
		struct ci_runnable *r = ci_list_entry(node, struct ci_runnable, link);
		bool idle = ci_pool_find(loop, r->stack_size) != NULL;
		bool late = now - r->since >= loop->options.patience_ns;

		if (!idle && !time && !hopeless)
			continue;
		ci_list_unlink(node);
		if (idle || (!late && !hopeless)) {
			ci_list_append(&loop->ready, node);
			continue;
		}
		if (!loop->told_limit)
			ci_limit_warn("a task fails with -EAGAIN");
		loop->told_limit = true;
		r->give_up(loop, r, -EAGAIN);
		hopeless = false; /* one at a time: its end may be what the next waits for */
	}
}

/* --- ticks ----------------------------------------------------------------------------------- */

static bool nothing_is_left(const cigo_loop *loop)
{
	return loop->state >= CI_ENDING && !loop->live && !loop->outside && !loop->lingering &&
	       !loop->preemptive.roaming;
}

/* The run ends, and only those are left who wait for a consumer. The one that has waited longest goes,
 * to its end; then the next, which may hold it open. */
static void dismiss_leaver(cigo_loop *loop)
{
	struct ci_leaver *l = ci_list_entry(ci_list_pop(&loop->leavers), struct ci_leaver, link);

	l->leave(loop, l);
}

static bool tick(cigo_loop *loop)
{
	if (ci_unlikely(loop->parked) && loop->state >= CI_ENDING && loop->live == loop->parked &&
	    nothing_is_ready(loop) && !loop->outside && !loop->lingering &&
	    !loop->preemptive.roaming)
		dismiss_leaver(loop);
	bool idle = nothing_is_ready(loop);

	if (!ci_list_empty(&loop->starved)) {
		feed(loop);
		idle = nothing_is_ready(loop);
	}
	if (idle && nothing_is_left(loop))
		return false;
	if (idle || loop->since_look >= loop->look_after)
		look(loop, idle);
	ci_preemptive_tick(loop);
	ci_list_splice(&loop->batch, &loop->ready);
	if (loop->options.shuffle_seed)
		ci_shuffle(loop, &loop->batch);
	loop->stats.ticks++;
	return true;
}

/* What is to run next; NULL: nothing is left, for ever. */
static struct ci_runnable *next(cigo_loop *loop)
{
	for (;;) {
		struct ci_list *node = ci_list_pop(&loop->batch);

		if (node) {
			loop->since_look++;
			return ci_list_entry(node, struct ci_runnable, link);
		}
		if (!tick(loop))
			return NULL;
	}
}

/* --- the driver ------------------------------------------------------------------------------ */

static void strand_body(struct ci_coroutine *me);

/* A strand without a coroutine for r; NULL: there is none to be had now. */
static struct ci_coroutine *strand_for(cigo_loop *loop, const struct ci_runnable *r)
{
	struct ci_strand *idle = ci_pool_find(loop, r->stack_size);
	struct ci_coroutine *c;

	if (idle) {
		ci_list_unlink(&idle->idle);
		return ci_coroutine_on(idle);
	}
	if (ci_coroutine_create(&c, loop, r->stack_size, strand_body))
		return NULL;
	c->strand.cpu = myself(loop)->cpu; /* a thread inherits it */
	ci_list_append(&loop->strands, &c->strand.link);
	loop->stats.strands++;
	return c;
}

struct ci_coroutine *ci_engine_start(cigo_loop *loop, struct ci_runnable *r)
{
	struct ci_coroutine *s = strand_for(loop, r);

	if (s)
		s->start = r;
	return s;
}

/* Who must run r, prepared to do so; NULL: it was run here, or starves. */
static struct ci_coroutine *runner(cigo_loop *loop, struct ci_runnable *r,
				   struct ci_coroutine *empty)
{
	struct ci_coroutine *s = &loop->home;

	switch (r->where) {
	case CI_HERE: r->run(loop, r); return NULL;
	case CI_RESUME: return ci_container_of(r, struct ci_coroutine, resume);
	case CI_HOME: loop->home_call = r; return s;
	case CI_START:
		s = empty && empty->strand.stack_size >= r->stack_size ? empty
								       : strand_for(loop, r);
		if (s)
			s->start = r;
		else
			starve(loop, r);
		return s;
	}
	return NULL;
}

/* Puts s where it belongs now. */
static void settle(cigo_loop *loop, struct ci_strand *s)
{
	int where = loop->affinity.home;

	if (ci_unlikely(s == loop->spin.beside) && where != CI_AFFINITY_ANY)
		where = CI_AFFINITY_BESIDE(where);
	if (ci_unlikely(s->cpu != where))
		ci_affinity_settle(loop, s, where);
}

/* The last thing before the baton is passed. */
static void prepare(cigo_loop *loop, struct ci_coroutine *to)
{
	loop->stats.handoffs++;
	if (!loop->affinity.on)
		return;
	if (ci_unlikely(++loop->affinity.handoffs >= CI_AFFINITY_WINDOW))
		ci_affinity_review(loop);
	settle(loop, &to->strand);
}

static void take(struct ci_coroutine *me)
{
	ci_baton_take(&me->strand.baton, me->loop);
	if (ci_unlikely(me->strand.over)) /* it has no baton */
		return;
	if (ci_unlikely(me->loop->affinity.passed))
		ci_affinity_arrived(me->loop);
}

static void hand_over(cigo_loop *loop, struct ci_coroutine *me, struct ci_coroutine *to)
{
	int64_t spin = loop->affinity.spins ? ci_spin_pass(loop, &me->strand, &to->strand) : 0;

	prepare(loop, to);
	ci_baton_pass(&to->strand.baton);
	bool won = spin && ci_spin_wait(&me->strand, spin);
	take(me);
	if (spin && !me->strand.over)
		ci_spin_done(loop, won);
}

/* Drives until it is my turn. me has a suspended coroutine, or none (empty). */
static void drive(cigo_loop *loop, struct ci_coroutine *me, bool empty)
{
	struct ci_coroutine *to = loop->direct;

	loop->direct = NULL;
	while (!to) {
		struct ci_runnable *r = next(loop);

		to = r ? runner(loop, r, empty ? me : NULL) : &loop->home;
	}
	if (to == me) {
		loop->stats.avoided++;
		return;
	}
	if (empty)
		ci_list_prepend(&loop->idle, &me->strand.idle);
	hand_over(loop, me, to);
}

/* Coarse: it is asked for at each suspension, and only shown to people. */
static int64_t coarse_now(const cigo_loop *loop)
{
	return loop->options.clock == CIGO_CLOCK_VIRTUAL ? loop->virtual_now : ci_clock_coarse();
}

/* The coroutine on me does not run from here on; who looks on may see it. */
void ci_engine_away(struct ci_coroutine *me)
{
	me->away = true;
	if (!ci_engine_may_go_on(me)) /* else it only yields */
		me->since = coarse_now(me->loop);
	ci_engine_hold(me->loop, NULL);
}

void ci_engine_back(struct ci_coroutine *me)
{
	me->away = me->woken = false;
	ci_engine_hold(me->loop, me);
}

void ci_engine_name(struct ci_coroutine *me)
{
	if (me->named || !me->name)
		return;
	me->named = true;
	ci_strand_name(me->name);
}

void ci_engine_suspend(struct ci_coroutine *me)
{
	int saved = errno;

	ci_engine_name(me);
	ci_trace(me->loop, suspend, me);
	ci_engine_away(me);
	if (ci_is_preemptive(me->loop))
		ci_preemptive_suspend(me);
	else
		drive(me->loop, me, false);
	ci_engine_back(me);
	ci_trace(me->loop, resume, me);
	errno = saved;
}

void ci_engine_switch(struct ci_coroutine *me, struct ci_coroutine *to)
{
	me->loop->direct = to;
	ci_trace(me->loop, ready, to);
	ci_engine_suspend(me);
}

static void strand_body(struct ci_coroutine *me)
{
	if (ci_is_preemptive(me->loop)) {
		ci_preemptive_strand(me);
		return;
	}
	take(me);
	me->strand.tid = gettid();
	if (!me->strand.over && me->loop->affinity.on)
		settle(me->loop, &me->strand); /* those it makes inherit that */
	while (me->start) {
		struct ci_runnable *r = me->start;

		me->start = NULL;
		r->run(me->loop, r);
		drive(me->loop, me, true);
	}
}

void ci_engine_home(cigo_loop *loop)
{
	struct ci_runnable *r;

	while ((r = next(loop))) {
		struct ci_coroutine *to = runner(loop, r, NULL);

		if (to && to != &loop->home) {
			if (ci_is_preemptive(loop))
				ci_preemptive_start(to);
			else
				hand_over(loop, &loop->home, to);
		}
		while ((r = loop->home_call)) {
			loop->home_call = NULL;
			r->run(loop, r);
		}
	}
}

/* --- blocking sections ----------------------------------------------------------------------- */

void ci_engine_leave(struct ci_coroutine *me)
{
	cigo_loop *loop = me->loop;
	struct ci_coroutine *to =
		&loop->home; /* the driver of last resort: always there, and waiting */
	struct ci_list *node = loop->batch.next;

	if (node != &loop->batch) {
		struct ci_runnable *r = ci_list_entry(node, struct ci_runnable, link);

		if (r->where == CI_RESUME) {
			ci_list_unlink(node);
			loop->since_look++;
			to = ci_container_of(r, struct ci_coroutine, resume);
		}
	}
	prepare(loop, to);
	ci_baton_pass(&to->strand.baton);
}

void ci_engine_return(struct ci_coroutine *me)
{
	take(me);
	ci_engine_back(me);
	ci_trace(me->loop, resume, me);
}
