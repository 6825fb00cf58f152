/* SPDX-License-Identifier: MIT
 * Quoting, and telling numbers from other texts.
 */
#include "loop/trace_text.h"

#include <stdio.h>
#include <string.h>

/* The length of the well-formed UTF-8 character at s; 0: there is none. */
static int utf8_length(const unsigned char *s)
{
	int n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 0;

	for (int i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if (n > 2 && ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
		      (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f)))
		return 0;
	return n;
}

void ci_trace_quote(struct ci_trace_file *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + 200;
	char code[8];

	while (*s && s < end) {
		int n = utf8_length(s);

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
