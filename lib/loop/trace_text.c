/* SPDX-License-Identifier: MIT
 * Quoting, and telling numbers from other texts.
 */
#include "loop/trace_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

void ci_trace_quote(struct ci_trace_file *f, const char *text)
{
	const char *end = text + 200;
	char character[8];

	while (*text && text < end) {
		text += ci_json_character(text, character);
		ci_trace_file_put(f, character);
	}
}

void ci_trace_print(struct ci_trace_file *f, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	for (const char *p; (p = strchr(format, '%')); format = p + 1) {
		ci_trace_file_bytes(f, format, (size_t)(p - format));
		bool wide = *++p == 'j';

		p += wide;
		if (*p == 's')
			ci_trace_quote(f, va_arg(ap, const char *));
		else if (*p == 'i')
			ci_trace_file_time(f, va_arg(ap, intmax_t));
		else
			ci_trace_file_number(f, wide ? va_arg(ap, intmax_t) : va_arg(ap, int));
	}
	va_end(ap);
	ci_trace_file_put(f, format);
}

static const char *digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

bool ci_trace_is_number(const char *text)
{
	const char *p = text + (*text == '-'), *end = digits(p);

	if (end == p || (*p == '0' && end > p + 1) || strlen(text) > 40)
		return false;
	if (*end == '.' && digits(end + 1) > end + 1)
		end = digits(end + 1);
	if (*end == 'e' || *end == 'E') {
		p = end + 1 + (end[1] == '-' || end[1] == '+');
		end = digits(p);
		if (end == p || end > p + 2)
			return false;
	}
	return !*end;
}
