/* SPDX-License-Identifier: MIT
 * What has come out of a run, for an explorer to count.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cigo/schedule.h"
#include "engine/scheduled.h"
#include "schedule/serial.h"

void cigo_outcome(const char *format, ...)
{
	struct ci_schedule *s = ci_scheduled_current();

	if (ci_turn && s && ci_turn->schedule == s)
		ci_turn_note(ci_turn, s->record); /* the last one counts */
	if (s && s->record && format)
		CI_FORMAT(s->record->outcome, format);
	ci_schedule_unref(s);
}
