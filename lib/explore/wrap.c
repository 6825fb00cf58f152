/* SPDX-License-Identifier: MIT
 * Breaking lines. A column is a character of UTF-8.
 */
#include "explore/wrap.h"

#include <string.h>

static int columns(const char *text, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (text[i] & 0xc0) != 0x80;
	return sum;
}

/* Writes one line of the text. */
static void wrap_line(FILE *out, const char *text, size_t n, int indent, int at)
{
	bool first = true;

	while (n) {
		size_t word = strcspn(text, " \n");
		int wide = columns(text, word = word < n ? word : n);

		if (!first && at + 1 + wide > CI_WRAP_COLUMNS) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		} else if (!first) {
			fputc(' ', out);
			at++;
		}
		fwrite(text, 1, word, out);
		at += wide;
		first = false;
		word += word < n;
		text += word;
		n -= word;
	}
	fputc('\n', out);
}

void ci_wrap(FILE *out, const char *text, int indent)
{
	int at = 0;

	do {
		size_t n = strcspn(text, "\n");

		fprintf(out, "%*s", at, "");
		wrap_line(out, text, n, indent, at);
		text += n + (text[n] == '\n');
		at = indent;
	} while (*text);
}
