/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

int ci_json_character(const char *s, char text[8])
{
	unsigned char c = (unsigned char)*s;
	int n = ci_utf8_length((const unsigned char *)s);

	if (!n || c < ' ' || c == 0x7f) {
		snprintf(text, 8, "\\u%04x", n ? c : 0xfffdu);
	} else {
		int escaped = c == '"' || c == '\\';

		*text = '\\';
		memcpy(text + escaped, s, (size_t)n);
		text[escaped + n] = '\0';
	}
	return n ? n : 1;
}
