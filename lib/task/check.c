/* SPDX-License-Identifier: MIT
 * What must hold under every schedule.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cigo/schedule.h"
#include "base/misuse.h"
#include "engine/scheduled.h"

bool cigo_check_failed(const char *condition, const char *file, int line, const char *format, ...)
{
	struct ci_schedule *s = ci_scheduled_current();
	char text[512] = "";

	if (format)
		CI_FORMAT(text, format);
	if (s) {
		ci_schedule_note_at(s, __builtin_return_address(0));
		ci_schedule_fail(s, CI_ENDING_CHECK, "%s:%d: %s%scheck failed: %s",
				 ci_place_file(file), line, text, *text ? "; " : "", condition);
		ci_schedule_unref(s);
		return false;
	}
	ci_warn("%s:%d: %s%scheck failed: %s", ci_place_file(file), line, text, *text ? "; " : "",
		condition);
	ci_abort();
}
