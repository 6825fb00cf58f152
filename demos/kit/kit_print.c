/* SPDX-License-Identifier: MIT
 * The table of a demo for people: no line longer than 80 characters, and colours where a terminal
 * shows them.
 */
#include "demos/kit/kit_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Characters of UTF-8. */
static int width(const char *s)
{
	int n = 0;

	for (; s && *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static void pad(FILE *f, int n)
{
	fprintf(f, "%*s", n > 0 ? n : 0, "");
}

/* On a terminal that knows colours, and whose user wants them: https://no-color.org. */
static bool in_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && *term && strcmp(term, "dumb") != 0 && isatty(fileno(f));
}

static void paint(FILE *f, const char *colour, const char *text)
{
	if (*colour && in_colour(f))
		fprintf(f, "\033[%sm%s\033[0m", colour, text);
	else
		fputs(text, f);
}

enum { WORD = 512 };

void kit_paragraph(FILE *f, const char *text, int edge, int indent)
{
	int at = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		char word[WORD];

		snprintf(word, sizeof word, "%.*s", (int)n, text);
		if (at && at + 1 + width(word) > edge) {
			fputc('\n', f);
			at = 0;
		}
		if (!at)
			pad(f, at = indent);
		else
			at += fprintf(f, " ") > 0;
		fputs(word, f);
		at += width(word);
		text += n;
		text += *text == ' ';
	}
	fputc('\n', f);
}

/* Of the column at least as wide as what stands in it, its head included. */
static int column_width(const struct kit_table *t, size_t c)
{
	int wide = width(t->columns[c]->name);

	for (size_t i = 0; i < t->n_rows; i++) {
		const struct kit_value *v = t->rows[i].values[c];

		if (v && width(v->text) > wide)
			wide = width(v->text);
	}
	return wide;
}

/* Columns of a table that stand beside each other. */
struct part {
	size_t from, to;
	int what, wide[KIT_COLUMNS]; /* widths */
};

static const char *colour_of(const struct kit_row_of *r, const struct kit_value *v)
{
	if (strcmp(r->what, "verdict") == 0)
		return *v->json == 't' ? "32" : "31;1";
	if (strstr(r->what, "wrong ") && *v->json != '0')
		return "31";
	return "";
}

static void print_rows(const struct kit_table *t, size_t variant, FILE *f, const struct part *p)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct kit_row_of *r = &t->rows[i];

		if (r->variant != variant)
			continue;
		fprintf(f, "  %s", r->what);
		pad(f, p->what - width(r->what));
		for (size_t c = p->from; c < p->to; c++) {
			const struct kit_value *v = r->values[c];
			const char *text = v ? v->text : "-";

			pad(f, 2 + p->wide[c] - width(text));
			paint(f, v ? colour_of(r, v) : "", text);
		}
		fputc('\n', f);
	}
}

static void print_part(const struct kit_table *t, FILE *f, const struct part *p)
{
	pad(f, 2 + p->what);
	for (size_t c = p->from; c < p->to; c++) {
		pad(f, 2 + p->wide[c] - width(t->columns[c]->name));
		paint(f, "1", t->columns[c]->name);
	}
	fputc('\n', f);
	for (size_t v = 0; t->demo->variants[v].name; v++)
		if (kit_table_has(t, v)) {
			paint(f, "1", t->demo->variants[v].name);
			fprintf(f, ": %s\n", t->demo->variants[v].title);
			print_rows(t, v, f, p);
		}
}

/* Characters in a line of the terminal f is, and never more than KIT_EDGE. */
static int edge_of(FILE *f)
{
	struct winsize w;

	return ioctl(fileno(f), TIOCGWINSZ, &w) || !w.ws_col || w.ws_col > KIT_EDGE ? KIT_EDGE
										    : w.ws_col;
}

/* As many columns as fit beside each other, then the next. */
static void print_parts(const struct kit_table *t, FILE *f, int edge)
{
	struct part p = { 0 };

	for (size_t i = 0; i < t->n_rows; i++)
		if (width(t->rows[i].what) > p.what)
			p.what = width(t->rows[i].what);
	for (size_t c = 0; c < t->n_columns; c++)
		p.wide[c] = column_width(t, c);
	for (; p.from < t->n_columns; p.from = p.to) {
		int wide = 2 + p.what;

		p.to = p.from;
		do
			wide += 2 + p.wide[p.to++];
		while (p.to < t->n_columns && wide + 2 + p.wide[p.to] <= edge);
		if (p.from)
			fputc('\n', f);
		print_part(t, f, &p);
	}
}

/* --- the two kinds of evidence ------------------------------------------------------------------ */

static void print_place(const struct kit_table *t, FILE *f, size_t v, size_t c)
{
	fputs("  ", f);
	paint(f, "1", t->demo->variants[v].name);
	fprintf(f, ", %s: ", t->columns[c]->name);
}

/* A line of the shell, in several that end with a backslash if it is too long for one. */
static void print_line(FILE *f, const char *line, int edge)
{
	int at = 4;

	pad(f, at);
	for (const char *s = line; *s; s++) {
		int next = (int)strcspn(s + 1, " ");

		if (*s == ' ' && at + 1 + next > edge - 2) {
			fputs(" \\", f);
			fputc('\n', f);
			pad(f, at = 8);
			continue;
		}
		fputc(*s, f);
		at++;
	}
	fputc('\n', f);
}

/* What follows the last colon: how it is wrong. */
static const char *kind_of(const struct kit_found *one)
{
	const char *colon = strrchr(one->what, ':');

	return colon ? colon : one->what;
}

static bool is_new(const struct kit_result *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!r->found[k].ok && strcmp(kind_of(&r->found[k]), kind_of(&r->found[i])) == 0)
			return false;
	return !r->found[i].ok;
}

/* Those that are wrong, one of each kind. */
static void print_found(const struct kit_table *t, FILE *f, size_t v, size_t c, int edge)
{
	const struct kit_result *r = &t->results[v][c];
	char text[700], line[512];
	char a[32], b[32];

	print_place(t, f, v, c);
	fprintf(f, "%s of %s orders wrong (%s)\n", kit_with_commas(a, (int64_t)r->failures),
		kit_with_commas(b, (int64_t)r->schedules), r->bound);
	for (size_t i = 0; i < r->n_found; i++) {
		const struct kit_found *one = &r->found[i];

		if (!is_new(r, i))
			continue;
		snprintf(text, sizeof text, "%s:", one->what);
		kit_paragraph(f, text, edge, 4);
		kit_found_line(t, v, c, one, line, sizeof line);
		print_line(f, line, edge);
	}
}

static void print_explored(const struct kit_table *t, FILE *f, int edge)
{
	bool any = false;

	for (size_t v = 0; t->demo->variants[v].name; v++)
		for (size_t c = 0; c < t->n_columns; c++) {
			if (!t->results[v][c].explored)
				continue;
			if (!any)
				fputs("\nFound by exploring. This is exact: each line shows the "
				      "same again, every time.\n",
				      f);
			any = true;
			print_found(t, f, v, c, edge);
		}
	for (size_t v = 0; !any && t->demo->variants[v].name; v++)
		if (t->demo->variants[v].explored && kit_table_has(t, v)) {
			fprintf(f,
				"\nNot explored, as %s_points is not built: chance alone says little.\n",
				t->demo->name);
			any = true;
		}
}

static void print_met(const struct kit_table *t, FILE *f, int edge)
{
	bool any = false;

	for (size_t v = 0; t->demo->variants[v].name; v++)
		for (size_t c = 0; c < t->n_columns; c++) {
			const struct kit_result *r = &t->results[v][c];
			char text[700];

			if (r->runs < 2)
				continue;
			if (!any)
				fputs("\nMet by chance. Another machine, or another day, has other "
				      "numbers. The table\nshows one run: of those that came out "
				      "as most did, the one of median time.\n",
				      f);
			any = true;
			snprintf(text, sizeof text, "%s, %s: %d of %d runs wrong%s%s",
				 t->demo->variants[v].name, t->columns[c]->name, r->wrong, r->runs,
				 r->said_wrong && *r->said_wrong ? "; such as: " : "",
				 r->said_wrong ? r->said_wrong : "");
			kit_paragraph(f, text, edge, 2);
		}
}

/* What does not fit goes on in the next line, a little further in. */
static void print_long(FILE *f, const char *text, int edge)
{
	int before = 2 + (int)strspn(text, " "), at = before;

	pad(f, before);
	for (text += before - 2; *text;) {
		int n = (int)strcspn(text + 1, " ") + 1;

		if (at + n > edge) {
			fputc('\n', f);
			pad(f, at = before + 4);
			text += *text == ' ';
			n = (int)strcspn(text, " ");
		}
		at += fprintf(f, "%.*s", n, text);
		text += n;
	}
	fputc('\n', f);
}

static void print_notes(const struct kit_table *t, FILE *f, int edge)
{
	for (size_t i = 0; i < t->n_notes; i++) {
		const struct kit_note_of *n = &t->notes[i];
		bool first = !i || n[-1].variant != n->variant || n[-1].column != n->column;

		if (first)
			fprintf(f, "\n%s, %s:\n", t->demo->variants[n->variant].name,
				t->columns[n->column]->name);
		if (2 + width(n->text) <= edge)
			fprintf(f, "  %s\n", n->text);
		else
			print_long(f, n->text, edge);
	}
}

void kit_table_print(const struct kit_table *t, FILE *f)
{
	int edge = edge_of(f);

	print_parts(t, f, edge);
	print_explored(t, f, edge);
	print_met(t, f, edge);
	print_notes(t, f, edge);
	for (size_t v = 0; t->demo->variants[v].name; v++)
		if (kit_table_has(t, v)) {
			char text[2048];

			snprintf(text, sizeof text, "%s: %s", t->demo->variants[v].name,
				 t->demo->variants[v].see);
			fputc('\n', f);
			kit_paragraph(f, text, edge, 0);
		}
}
