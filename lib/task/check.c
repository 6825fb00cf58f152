/* SPDX-License-Identifier: MIT
 * What must hold under every schedule.
 */
#include <stdarg.h>
#include <stdio.h>

#include "cigo/schedule.h"
#include "base/misuse.h"
#include "engine/scheduled.h"

CIGO_PRINTF(5, 0)
static bool failed(const void *pc, const char *condition, const char *file, int line,
		   const char *format, va_list ap)
{
	struct ci_schedule *s = ci_scheduled_current();
	char text[512] = "";

	if (format)
		vsnprintf(text, sizeof text, format, ap);
	if (s) {
		ci_schedule_note_at(s, pc);
		ci_schedule_fail(s, CI_ENDING_CHECK, "%s:%d: %s%scheck failed: %s",
				 ci_place_file(file), line, text, *text ? "; " : "", condition);
		ci_schedule_unref(s);
		return false;
	}
	ci_warn("%s:%d: %s%scheck failed: %s", ci_place_file(file), line, text, *text ? "; " : "",
		condition);
	ci_abort();
}

bool cigo_check_failed_v(const char *condition, const char *file, int line, const char *format,
			 va_list ap)
{
	return failed(__builtin_return_address(0), condition, file, line, format, ap);
}

bool cigo_check_failed(const char *condition, const char *file, int line, const char *format, ...)
{
	const void *pc = __builtin_return_address(0);
	va_list ap;

	va_start(ap, format);
	failed(pc, condition, file, line, format, ap);
	va_end(ap);
	return false;
}
