/* SPDX-License-Identifier: MIT
 * What has come out of a run, for an explorer to count.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cigo/schedule.h"
#include "engine/scheduled.h"
#include "schedule/serial.h"

void cigo_outcome_v(const char *format, va_list ap)
{
	struct ci_schedule *s = ci_scheduled_current();

	if (ci_turn && s && ci_turn->schedule == s)
		ci_turn_note(ci_turn, s->record); /* the last one counts */
	if (s && s->record && format)
		vsnprintf(s->record->outcome, sizeof s->record->outcome, format, ap);
	ci_schedule_unref(s);
}

void cigo_outcome(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	cigo_outcome_v(format, ap);
	va_end(ap);
}
