/* SPDX-License-Identifier: MIT
 * Quoting, and telling numbers from other texts.
 */
#include "loop/trace_text.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void ci_trace_quote(struct ci_trace_file *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + 200;
	char code[8];

	while (*s && s < end) {
		int n = ci_utf8_length(s);

		if (!n || *s < ' ' || *s == 0x7f) {
			snprintf(code, sizeof code, "\\u%04x", n ? *s : 0xfffdu);
			ci_trace_file_put(f, code);
		} else {
			if (*s == '"' || *s == '\\')
				ci_trace_file_put(f, "\\");
			ci_trace_file_bytes(f, (const char *)s, (size_t)n);
		}
		s += n ? n : 1;
	}
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
