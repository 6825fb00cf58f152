/* SPDX-License-Identifier: MIT
 * Calls the hooks of all tracers of a loop.
 */
#include "engine/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "base/misuse.h"
#include "base/sized.h"

void ci_trace_add(cigo_loop *loop, struct ci_tracer *t)
{
	t->next = loop->tracers;
	loop->tracers = t;
}

void ci_trace_remove(cigo_loop *loop, struct ci_tracer *t)
{
	struct ci_tracer **p = &loop->tracers;

	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
}

int cigo_trace_set(cigo_loop *loop, const cigo_trace_hooks *hooks, void *arg)
{
	CI_ENTRY;
	if (!loop)
		return -ENOMEM;
	cigo_trace_hooks known;
	CI_SIZED_TAKE(cigo_trace_hooks, &known, hooks);
	ci_expect(loop->state == CI_NEW, "the loop's run has begun");
	ci_expect(!loop->user_tracer, "the loop has its hooks already");
	loop->user_tracer = calloc(1, sizeof *loop->user_tracer);
	if (!loop->user_tracer)
		return -ENOMEM;
	loop->user_tracer->hooks = known;
	loop->user_tracer->arg = arg;
	ci_trace_add(loop, loop->user_tracer);
	return 0;
}

void ci_trace_tell(cigo_loop *loop, size_t hook, cigo_trace_event *e)
{
	cigo_trace_fn *call;

	e->size = sizeof *e;
	e->when = ci_clock_now();
	for (const struct ci_tracer *t = loop->tracers; t; t = t->next) {
		memcpy(&call, (const char *)&t->hooks + hook, sizeof call);
		if (call)
			call(t->arg, e);
	}
}

uint64_t ci_trace_here(const cigo_loop *loop)
{
	const struct ci_coroutine *me = ci_self.me;

	return me && me->loop == loop && !ci_coroutine_is_away(me) ? me->id : 0;
}

const char *ci_trace_name(const char *call)
{
	static const char prefix[] = "cigo_";

	if (!call)
		return "";
	return strncmp(call, prefix, sizeof prefix - 1) ? call : call + sizeof prefix - 1;
}

void ci_trace_queued(cigo_loop *loop, uint64_t id)
{
	ci_trace_event(loop, ready, .id = id, .by = ci_trace_here(loop));
}

void ci_trace_ready(cigo_loop *loop, const struct ci_coroutine *s)
{
	if (ci_coroutine_is_away(s))
		ci_trace_queued(loop, s->id);
}

void ci_trace_suspend(cigo_loop *loop, const struct ci_coroutine *me)
{
	cigo_trace_event e = { .id = me->id, .call = ci_trace_name(me->call) };

	if (me->at_valid) {
		e.file = me->place.file;
		e.function = me->place.function;
		e.line = me->place.line;
	}
	loop->hooks->awaited(me, &e.on, &e.on_id);
	ci_trace_tell(loop, offsetof(cigo_trace_hooks, suspend), &e);
	if (me->state == CI_CORO_YIELDING)
		ci_trace_queued(loop, me->id);
}

cigo_loop *ci_trace_loop(uint64_t *ret_id)
{
	const struct ci_coroutine *me = ci_self.me;

	*ret_id = 0;
	if (me && me->id) {
		*ret_id = me->id;
		return me->loop;
	}
	if (ci_self.employer) {
		*ret_id = ci_self.worker;
		return ci_self.employer;
	}
	return ci_self.held ? ci_self.held : ci_self.roams;
}

void ci_trace_thread(cigo_loop *loop, uint64_t id, bool begins)
{
	for (const struct ci_tracer *t = loop->tracers; t; t = t->next)
		if (t->thread)
			t->thread(t->arg, id, begins);
}

void ci_trace_object(cigo_loop *loop, const void *object, size_t size, const char *name)
{
	for (const struct ci_tracer *t = loop->tracers; t; t = t->next)
		if (t->object)
			t->object(t->arg, object, size, name);
}
