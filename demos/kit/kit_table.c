/* SPDX-License-Identifier: MIT
 * The table of a demo: collected row by row, printed for people or as JSON.
 */
#include "demos/kit/kit_parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

void kit_table_put(struct kit_table *t, size_t variant, size_t column, const char *what,
		   const char *value)
{
	size_t i = 0;

	while (i < t->n_rows && (t->rows[i].variant != variant || strcmp(t->rows[i].what, what)))
		i++;
	if (i == KIT_ROWS)
		return;
	if (i == t->n_rows) {
		t->rows[i].variant = variant;
		t->rows[i].what = strdup(what);
		t->n_rows++;
	}
	free(t->rows[i].values[column]);
	t->rows[i].values[column] = strdup(value);
}

void kit_table_note(struct kit_table *t, size_t variant, size_t column, const char *text)
{
	if (t->n_notes < KIT_NOTES)
		t->notes[t->n_notes++] = (struct kit_note_of){ variant, column, strdup(text) };
}

void kit_table_free(struct kit_table *t)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		free(t->rows[i].what);
		for (size_t c = 0; c < KIT_COLUMNS; c++)
			free(t->rows[i].values[c]);
	}
	for (size_t i = 0; i < t->n_notes; i++)
		free(t->notes[i].text);
}

/* --- for people ------------------------------------------------------------------------------- */

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

void kit_paragraph(FILE *f, const char *text, int edge)
{
	int at = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		char word[128];

		snprintf(word, sizeof word, "%.*s", (int)n, text);
		if (at && at + 1 + width(word) > edge) {
			fputc('\n', f);
			at = 0;
		}
		at += fprintf(f, "%s%s", at ? " " : "", word);
		text += n;
		text += *text == ' ';
	}
	fputc('\n', f);
}

/* Of the column at least as wide as what stands in it, its head included. */
static int column_width(const struct kit_table *t, size_t c)
{
	int wide = width(t->columns[c]->name);

	for (size_t i = 0; i < t->n_rows; i++)
		if (width(t->rows[i].values[c]) > wide)
			wide = width(t->rows[i].values[c]);
	return wide;
}

/* Columns of a table that stand beside each other. */
struct part {
	size_t from, to;
	int what, wide[KIT_COLUMNS]; /* widths */
};

static void print_rows(const struct kit_table *t, size_t variant, FILE *f, const struct part *p)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct kit_row_of *r = &t->rows[i];

		if (r->variant != variant)
			continue;
		fprintf(f, "  %s", r->what);
		pad(f, p->what - width(r->what));
		for (size_t c = p->from; c < p->to; c++) {
			const char *value = r->values[c] ? r->values[c] : "-";

			pad(f, 2 + p->wide[c] - width(value));
			fputs(value, f);
		}
		fputc('\n', f);
	}
}

static bool has_rows(const struct kit_table *t, size_t variant)
{
	for (size_t i = 0; i < t->n_rows; i++)
		if (t->rows[i].variant == variant)
			return true;
	return false;
}

static void print_notes(const struct kit_table *t, FILE *f)
{
	for (size_t i = 0; i < t->n_notes; i++) {
		const struct kit_note_of *n = &t->notes[i];
		bool first = !i || n[-1].variant != n->variant || n[-1].column != n->column;

		if (first)
			fprintf(f, "\n%s, %s:\n", t->demo->variants[n->variant].name,
				t->columns[n->column]->name);
		fprintf(f, "  %s\n", n->text);
	}
}

static void print_part(const struct kit_table *t, FILE *f, const struct part *p)
{
	pad(f, 2 + p->what);
	for (size_t c = p->from; c < p->to; c++) {
		pad(f, 2 + p->wide[c] - width(t->columns[c]->name));
		fputs(t->columns[c]->name, f);
	}
	fputc('\n', f);
	for (size_t v = 0; t->demo->variants[v].name; v++)
		if (has_rows(t, v)) {
			fprintf(f, "%s: %s\n", t->demo->variants[v].name,
				t->demo->variants[v].title);
			print_rows(t, v, f, p);
		}
}

/* Characters in a line of the terminal f is; 0: it is none. */
static int terminal(FILE *f)
{
	struct winsize w;

	return ioctl(fileno(f), TIOCGWINSZ, &w) ? 0 : w.ws_col;
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
		while (p.to < t->n_columns && (!edge || wide + 2 + p.wide[p.to] <= edge));
		if (p.from)
			fputc('\n', f);
		print_part(t, f, &p);
	}
}

void kit_table_print(const struct kit_table *t, FILE *f)
{
	int edge = terminal(f);

	print_parts(t, f, edge);
	print_notes(t, f);
	for (size_t v = 0; t->demo->variants[v].name; v++)
		if (has_rows(t, v)) {
			char text[2048];

			snprintf(text, sizeof text, "%s: %s", t->demo->variants[v].name,
				 t->demo->variants[v].see);
			fputc('\n', f);
			kit_paragraph(f, text, edge && edge < 100 ? edge : 100);
		}
}

/* --- for programs ----------------------------------------------------------------------------- */

static void string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; s && *s; s++)
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < ' ')
			fprintf(f, "\\u%04x", (unsigned char)*s);
		else
			fputc(*s, f);
	fputc('"', f);
}

static void member(FILE *f, const char *before, const char *name, const char *value)
{
	fprintf(f, "%s\"%s\":", before, name);
	string(f, value);
}

static void json_variants(const struct kit_table *t, FILE *f)
{
	const char *comma = "";

	fputs(",\"variants\":[", f);
	for (size_t i = 0; t->demo->variants[i].name; i++) {
		const struct kit_variant *v = &t->demo->variants[i];

		if (!has_rows(t, i))
			continue;
		fprintf(f, "%s{", comma);
		member(f, "", "name", v->name);
		member(f, ",", "title", v->title);
		member(f, ",", "see", v->see);
		fputc('}', f);
		comma = ",";
	}
}

static void json_rows(const struct kit_table *t, FILE *f)
{
	fputs("],\"rows\":[", f);
	for (size_t i = 0; i < t->n_rows; i++) {
		member(f, i ? ",{" : "{", "variant", t->demo->variants[t->rows[i].variant].name);
		member(f, ",", "what", t->rows[i].what);
		fputs(",\"values\":[", f);
		for (size_t c = 0; c < t->n_columns; c++) {
			fputs(c ? "," : "", f);
			string(f, t->rows[i].values[c]);
		}
		fputs("]}", f);
	}
}

void kit_table_json(const struct kit_table *t, FILE *f)
{
	member(f, "{", "demo", t->demo->name);
	member(f, ",", "title", t->demo->title);
	member(f, ",", "lesson", t->demo->lesson);
	fputs(",\"models\":[", f);
	for (size_t c = 0; c < t->n_columns; c++) {
		fputs(c ? "," : "", f);
		string(f, t->columns[c]->name);
	}
	fputc(']', f);
	json_variants(t, f);
	json_rows(t, f);
	fputs("],\"notes\":[", f);
	for (size_t i = 0; i < t->n_notes; i++) {
		const struct kit_note_of *n = &t->notes[i];

		member(f, i ? ",{" : "{", "variant", t->demo->variants[n->variant].name);
		member(f, ",", "model", t->columns[n->column]->name);
		member(f, ",", "text", n->text);
		fputc('}', f);
	}
	fputs("]}\n", f);
}
