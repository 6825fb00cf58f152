/* SPDX-License-Identifier: MIT
 * The look outside. A busy driver looks at descriptors and clock only once in 64 resumptions, or
 * more often if these take more than 100 us. So a switch stays cheap.
 */
#include "engine/look.h"

#include "engine/engine.h"
#include "engine/pending.h"
#include "engine/pool.h"
#include "engine/starved.h"

void ci_look_collect(cigo_loop *loop)
{
	struct ci_list messages;

	ci_list_init(&messages);
	ci_inbox_collect(&loop->inbox, &messages);
	ci_engine_deliver(loop, &messages, 0);
}

/* Sets how long the driver may sleep, in real time, and whether the virtual clock may jump. */
static void be_patient(cigo_loop *loop, struct ci_look *l, unsigned pending)
{
	int64_t next = ci_timer_next(loop), ns = CIGO_NEVER;

	if (loop->options.clock != CIGO_CLOCK_VIRTUAL) {
		if (next != CIGO_NEVER) {
			int64_t now = ci_clock_now();
			ns = next > now ? next - now : 0;
		}
	} else if (next <= loop->virtual_now) {
		ns = 0;
	} else if (next != CIGO_NEVER && !(pending & CI_PENDING_REAL)) {
		l->jumps = true;
		ns = loop->alien_waits ? loop->options.silence_ns : 0;
	}
	if (!ci_list_empty(&loop->starved) && ns > CI_STARVED_NS)
		ns = CI_STARVED_NS;
	int64_t pool = l->jumps ? CIGO_NEVER : ci_pool_next(loop);
	if (pool != CIGO_NEVER && ns > 0) {
		int64_t wait = pool - ci_clock_now();
		ns = wait < 0 ? 0 : wait < ns ? wait : ns;
	}
	l->timeout = ns;
}

/* What remains of a silence of ns. A signal or a wake-up without a message may end a wait early;
 * that does not break the silence. */
static int64_t rest_of_silence(cigo_loop *loop, int64_t ns)
{
	int64_t now = ci_clock_now();

	if (!loop->silent_until)
		loop->silent_until = ci_clock_add(now, ns);
	return loop->silent_until > now ? loop->silent_until - now : 0;
}

/* Nothing is ready: prepares the driver's sleep. */
static void fall_asleep(cigo_loop *loop, struct ci_look *l)
{
	unsigned pending = ci_pending(loop);

	if (ci_unlikely(loop->tell_stuck) &&
	    !(pending & (CI_PENDING_WAKE | CI_PENDING_OUTSIDERS))) {
		loop->tell_stuck = false;
		loop->hooks->stuck(loop);
	}
	be_patient(loop, l, pending); /* from ci_inbox_sleep on, outsiders wake the driver */
	if (l->jumps && l->timeout)
		l->timeout = rest_of_silence(loop, l->timeout);
	else
		loop->silent_until = 0;
	l->waits = !l->jumps || loop->waits;
	loop->sleeps_until = ci_timer_next(loop);
}

struct ci_look ci_look_begin(cigo_loop *loop, bool idle)
{
	struct ci_look l = { .idle = idle };
	struct ci_list messages;

	ci_trace_event(loop, poll_begin, .id = 0);
	if (!idle) {
		ci_look_collect(loop);
		l.waits = loop->waits > 0;
	} else {
		ci_list_init(&messages);
		loop->outsiders = ci_inbox_sleep(&loop->inbox, &messages);
		l.sleeps = ci_list_empty(&messages);
		ci_engine_deliver(loop, &messages,
				  0); /* this may make coroutines ready or add timers */
	}
	if (l.sleeps && !(loop->model->tick && loop->model->tick(loop)))
		fall_asleep(loop, &l);
	loop->stats.polls += l.waits;
	return l;
}

/* Moves the virtual clock to the next timer, if nothing has happened during the silence. */
static void pass_time(cigo_loop *loop, const struct ci_look *l, bool silent)
{
	bool over = !loop->silent_until || ci_clock_now() >= loop->silent_until;

	if (!silent || over)
		loop->silent_until = 0;
	if (l->jumps && silent && over)
		loop->virtual_now = ci_timer_next(loop);
}

/* Sets how many resumptions come before the next look: as many as fit into CI_LOOK_NS, judged by
 * the last ones. After an idle time the number begins with 1 and doubles. */
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

void ci_look_end(cigo_loop *loop, const struct ci_look *l, int n)
{
	struct ci_list messages;

	ci_list_init(&messages);
	if (l->sleeps)
		ci_inbox_awake(&loop->inbox, &messages);
	if (l->waits)
		ci_fd_watcher_dispatch(loop, loop->events, n);
	if (l->sleeps) {
		bool silent = n == 0 && ci_list_empty(&messages);
		ci_engine_deliver(loop, &messages, 0);
		pass_time(loop, l, silent && ci_list_empty(&loop->ready));
	}
	if (loop->affinity.on)
		ci_affinity_look(loop, ci_engine_driver(loop));
	int64_t now = ci_engine_now(loop);
	ci_timer_fire(loop, now);
	ci_pool_trim(loop);
	ci_trace_event(loop, poll_end, .events = n);
	set_pace(loop, now, l->idle);
}
