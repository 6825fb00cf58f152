/* SPDX-License-Identifier: MIT
 * Values of the program, shown to a person that follows its schedule or its trace.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cigo/schedule.h"
#include "engine/engine.h"
#include "engine/scheduled.h"

void cigo_show_v(const cigo_ctx *ctx, const char *name, const char *format, va_list ap)
{
	CI_ENTRY_QUIET;
	struct ci_schedule *s = ci_scheduled_current();
	cigo_loop *loop = ci_self.held; /* NULL: in a blocking section, or without a loop */
	char text[256];

	(void)ctx;
	if (name && format && ((s && s->record) || (loop && loop->tracers))) {
		vsnprintf(text, sizeof text, format, ap);
		if (s)
			ci_schedule_show(s, ci_self.me ? ci_self.me->name : NULL, name, text);
		if (loop)
			ci_trace_event(loop, show, .id = ci_trace_here(loop), .name = name,
				       .value = text);
	}
	ci_schedule_unref(s);
}

void cigo_show(const cigo_ctx *ctx, const char *name, const char *format, ...)
{
	CI_ENTRY_QUIET;
	va_list ap;

	va_start(ap, format);
	cigo_show_v(ctx, name, format, ap);
	va_end(ap);
}
