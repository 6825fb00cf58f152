/* SPDX-License-Identifier: MIT
 * Values of the program, shown to whoever follows its schedule.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cigo/schedule.h"
#include "engine/scheduled.h"

void cigo_show(const cigo_ctx *ctx, const char *name, const char *format, ...)
{
	struct ci_schedule *s = ci_scheduled_current();
	char text[256];
	va_list ap;

	(void)ctx;
	if (s && s->record && name && format) {
		va_start(ap, format);
		vsnprintf(text, sizeof text, format, ap);
		va_end(ap);
		ci_schedule_show(s, ci_self.me ? ci_self.me->name : NULL, name, text);
	}
	ci_schedule_unref(s);
}
