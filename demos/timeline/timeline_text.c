/* SPDX-License-Identifier: MIT
 * Text as HTML: whatever the bytes, what comes out is text of the page, and valid UTF-8.
 */
#include "demos/timeline/timeline_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many bytes of valid UTF-8 are at s, at most n are looked at; 0: none. */
static size_t character(const unsigned char *s, size_t n)
{
	size_t length = s[0] < 0x80   ? 1
			: s[0] < 0xc2 ? 0
			: s[0] < 0xe0 ? 2
			: s[0] < 0xf0 ? 3
			: s[0] < 0xf5 ? 4
				      : 0;

	if (length > n)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if (length > 2) { /* overlong, a surrogate, beyond the last */
		if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
		    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
			return 0;
	}
	return length;
}

/* n bytes as the text of an element or an attribute. */
static void put_text(FILE *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		const unsigned char *s = (const unsigned char *)text + i;
		size_t length = character(s, n - i);

		if (*s == '<')
			fputs("&lt;", out);
		else if (*s == '>')
			fputs("&gt;", out);
		else if (*s == '&')
			fputs("&amp;", out);
		else if (*s == '"')
			fputs("&quot;", out);
		else if (!length || (*s < ' ' && *s != '\n' && *s != '\t') || *s == 0x7f)
			fputs("\xef\xbf\xbd", out);
		else
			fwrite(s, 1, length, out);
		i += length ? length : 1;
	}
}

void timeline_text(FILE *out, const char *text)
{
	put_text(out, text, strlen(text));
}

/* ---- tables: cells are parted by a tab, or by two spaces or more ---- */

struct line {
	const char *at;
	size_t n;
};

static struct line next_line(const char **text, const char *end)
{
	const char *nl = memchr(*text, '\n', (size_t)(end - *text));
	struct line l = { *text, (size_t)((nl ? nl : end) - *text) };

	*text = nl ? nl + 1 : end;
	return l;
}

/* Takes the next cell off the line; false: there is none. */
static bool next_cell(struct line *l, struct line *ret)
{
	size_t n = 0, skip;

	while (l->n && *l->at == ' ')
		l->at++, l->n--;
	if (!l->n)
		return false;
	while (n < l->n && l->at[n] != '\t' &&
	       !(l->at[n] == ' ' && n + 1 < l->n && l->at[n + 1] == ' '))
		n++;
	skip = n < l->n ? n + 1 : n;
	*ret = (struct line){ l->at, n };
	l->at += skip, l->n -= skip;
	return true;
}

static size_t cells(struct line l)
{
	struct line cell;
	size_t n = 0;

	while (next_cell(&l, &cell))
		n++;
	return n;
}

/* A head of k cells (k + 1, if the first column has one too), then lines of k + 1, and lines of one,
 * which do not begin with a space, as titles of what follows. 0: it is no table; else k + 1. */
static size_t columns(const char *text, const char *end)
{
	struct line head = next_line(&text, end);
	size_t k = cells(head) + (head.n && head.at[0] == ' '), rows = 0;

	while (text < end) {
		struct line l = next_line(&text, end);
		size_t n = cells(l);

		if (n != k && (n != 1 || l.at[0] == ' '))
			return 0;
		rows += n == k;
	}
	return rows && k > 1 ? k : 0;
}

static void put_cell(FILE *out, const char *name, const char *more, struct line text)
{
	fprintf(out, "<%s%s>", name, more);
	put_text(out, text.at, text.n);
	fprintf(out, "</%s>", name);
}

static void put_head(FILE *out, struct line l)
{
	struct line cell;
	bool first = true;

	fputs("<thead><tr>", out);
	if (l.n && l.at[0] == ' ') {
		fputs("<td></td>", out);
		first = false;
	}
	for (; next_cell(&l, &cell); first = false)
		put_cell(out, "th", first ? " scope=\"col\"" : " scope=\"col\" class=\"number\"",
			 cell);
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void put_table(FILE *out, const char *text, const char *end, size_t k)
{
	fputs("<div class=\"scroll\"><table>\n", out);
	put_head(out, next_line(&text, end));
	while (text < end) {
		struct line l = next_line(&text, end), cell;

		if (cells(l) == 1 && k > 1) {
			fprintf(out, "<tr class=\"part\"><th colspan=\"%zu\" scope=\"rowgroup\">",
				k);
			put_text(out, l.at, l.n);
			fputs("</th></tr>\n", out);
			continue;
		}
		fputs("<tr>", out);
		next_cell(&l, &cell);
		put_cell(out, "th", " scope=\"row\"", cell);
		while (next_cell(&l, &cell))
			put_cell(out, "td", " class=\"number\"", cell);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table></div>\n", out);
}

static void put_block(FILE *out, const char *text, const char *end)
{
	size_t k = columns(text, end);
	bool as_is = false;

	if (k) {
		put_table(out, text, end, k);
		return;
	}
	for (const char *s = text; s + 1 < end && !as_is; s++)
		as_is = s[0] == ' ' && s[1] == ' ';
	fputs(as_is ? "<pre>" : "<p>", out);
	put_text(out, text, (size_t)(end - text));
	fputs(as_is ? "</pre>\n" : "</p>\n", out);
}

void timeline_summary(FILE *out, const char *text)
{
	while (text && *(text += strspn(text, "\n"))) {
		const char *end = strstr(text, "\n\n");

		if (!end)
			end = text + strlen(text);
		put_block(out, text, end);
		text = end;
	}
}
