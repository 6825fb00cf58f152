/* SPDX-License-Identifier: MIT
 * The debug mode's warnings. In the cooperative model one coroutine runs at a time, so one time
 * stamp is enough. In the preemptive model none keeps the others waiting. Times are always real.
 */
#include "loop/debug.h"

#include "loop/dump.h"
#include "loop/stuck.h"
#include "base/misuse.h"

static void begin(void *arg, const cigo_trace_event *e)
{
	struct ci_debug *d = arg;

	if (!e->worker)
		d->since = e->when;
}

/* The baton was held until `what`, at e's place if it has one. */
static void end(struct ci_debug *d, const cigo_trace_event *e, const char *what)
{
	int64_t ns = d->since ? e->when - d->since : 0;
	char holder[64], place[160] = "";

	d->since = 0;
	if (ns <= d->loop->options.slow_ns || !ci_dump_holder(d->loop, holder, sizeof holder))
		return;
	if (e->file)
		snprintf(place, sizeof place, ", at %s:%d (%s)", ci_place_file(e->file), e->line,
			 e->function);
	ci_warn("%s held the baton for %lld ms, until %s%s", holder, (long long)(ns / 1000000),
		what, place);
}

static void suspended(void *arg, const cigo_trace_event *e)
{
	end(arg, e, e->call);
}

static void blocks(void *arg, const cigo_trace_event *e)
{
	end(arg, e, "blocking_begin");
}

static void over(void *arg, const cigo_trace_event *e)
{
	if (!e->worker)
		end(arg, e, "its end");
}

static const cigo_trace_hooks hooks = {
	.size = sizeof hooks,
	.start = begin,
	.resume = begin,
	.callback_begin = begin,
	.suspend = suspended,
	.blocking = blocks,
	.done = over,
	.callback_end = over,
};

static bool is_simulated(const cigo_loop *loop)
{
	return loop->schedule && loop->schedule->simulated;
}

/* Nothing that is known can ever wake the loop. */
void ci_debug_stuck(cigo_loop *loop)
{
	if (is_simulated(loop)) {
		ci_stuck(loop);
		return;
	}
	ci_warn("the loop sleeps for ever: no timer, descriptor, signal or thread can wake these:");
	if (ci_dump(loop, stderr))
		ci_warn("no memory for a dump");
}

void ci_debug_open(struct ci_debug *d, cigo_loop *loop, bool outsiders)
{
	*d = (struct ci_debug){ .loop = loop, .tracer = { .hooks = hooks, .arg = d } };
	if (loop->options.debug == CIGO_DEBUG_ON || is_simulated(loop))
		loop->tell_stuck = !outsiders;
	if (loop->options.debug != CIGO_DEBUG_ON)
		return;
	if (loop->model->exclusive)
		ci_trace_add(loop, &d->tracer);
}

void ci_debug_close(struct ci_debug *d)
{
	cigo_loop *loop = d->loop;

	if (loop->options.debug == CIGO_DEBUG_ON && loop->model->exclusive)
		ci_trace_remove(loop, &d->tracer);
	loop->tell_stuck = false;
}
