/* SPDX-License-Identifier: MIT
 * Words of the program, in traces and stories. The lock of the preemptive model is not taken: a note
 * between two accesses to shared data would else change what the trace is to show.
 */
#include <stdarg.h>
#include <stdio.h>

#include "engine/engine.h"
#include "schedule/serial.h"

enum { TEXT = 201 };

/* Whether this thread may write to the loop's record: only the one that has the turn, or the baton. */
static bool is_told(const cigo_loop *loop)
{
	return loop->schedule && loop->schedule->record && (ci_turn || ci_self.held == loop);
}

void cigo_trace_note_v(const cigo_ctx *ctx, const char *format, va_list ap)
{
	uint64_t id;
	cigo_loop *loop = ci_trace_loop(&id);
	char text[TEXT];

	(void)ctx;
	if (!format || !loop || (!loop->tracers && !is_told(loop)))
		return;
	bool outside = ci_turn_outside; /* copies made in here are no accesses of the program's */
	ci_turn_outside = false;
	vsnprintf(text, sizeof text, format, ap);
	if (is_told(loop))
		ci_schedule_say(loop->schedule, ci_self.me ? ci_self.me->name : NULL, text);
	ci_trace_event(loop, note, .id = id, .value = text);
	ci_turn_outside = outside;
}

void cigo_trace_note(const cigo_ctx *ctx, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	cigo_trace_note_v(ctx, format, ap);
	va_end(ap);
}
