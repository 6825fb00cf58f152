/* SPDX-License-Identifier: MIT
 * The table of a demo as JSON, for programs; kit.h says what it holds.
 */
#include "demos/kit/kit_parts.h"

#include <inttypes.h>

/* As lib/base/json.c writes them; but demos are linked with what is public alone. */
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

static const char *truth(bool b)
{
	return b ? "true" : "false";
}

static void variants(const struct kit_table *t, FILE *f)
{
	const char *comma = "";

	fputs(",\"variants\":[", f);
	for (size_t i = 0; t->demo->variants[i].name; i++) {
		const struct kit_variant *v = &t->demo->variants[i];

		if (!kit_table_has(t, i))
			continue;
		fprintf(f, "%s{", comma);
		member(f, "", "name", v->name);
		member(f, ",", "title", v->title);
		member(f, ",", "see", v->see);
		fputc('}', f);
		comma = ",";
	}
	fputc(']', f);
}

static void number(FILE *f, const struct kit_value *v)
{
	if (v && *v->json)
		fputs(v->json, f);
	else if (v)
		string(f, v->text);
	else
		fputs("null", f);
}

static const char *unit_of(const struct kit_table *t, const struct kit_row_of *r)
{
	for (size_t c = 0; c < t->n_columns; c++)
		if (r->values[c] && *r->values[c]->unit)
			return r->values[c]->unit;
	return "";
}

static void rows(const struct kit_table *t, FILE *f)
{
	fputs(",\"rows\":[", f);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct kit_row_of *r = &t->rows[i];

		member(f, i ? ",{" : "{", "variant", t->demo->variants[r->variant].name);
		member(f, ",", "what", r->what);
		member(f, ",", "unit", unit_of(t, r));
		fputs(",\"numbers\":[", f);
		for (size_t c = 0; c < t->n_columns; c++) {
			fputs(c ? "," : "", f);
			number(f, r->values[c]);
		}
		fputs("],\"values\":[", f);
		for (size_t c = 0; c < t->n_columns; c++) {
			fputs(c ? "," : "", f);
			string(f, r->values[c] ? r->values[c]->text : "");
		}
		fputs("]}", f);
	}
	fputc(']', f);
}

static void rows_of(const struct kit_table *t, FILE *f, size_t variant, size_t column)
{
	const char *comma = "";

	fputs(",\"rows\":[", f);
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct kit_value *v = t->rows[i].values[column];

		if (t->rows[i].variant != variant || !v)
			continue;
		fprintf(f, "%s{", comma);
		member(f, "", "name", t->rows[i].what);
		fputs(",\"value\":", f);
		number(f, v);
		if (*v->of)
			fprintf(f, ",\"of\":%s", v->of);
		member(f, ",", "unit", v->unit);
		fputc('}', f);
		comma = ",";
	}
	fputc(']', f);
}

static void found(const struct kit_table *t, FILE *f, size_t variant, size_t column)
{
	const struct kit_result *r = &t->results[variant][column];
	char line[512];

	if (r->explored) {
		fprintf(f,
			",\"explored\":{\"schedules\":%" PRIu64 ",\"wrong\":%" PRIu64
			",\"complete\":%s",
			r->schedules, r->failures, truth(r->complete));
		member(f, ",", "bound", r->bound);
		fputc('}', f);
	} else {
		fputs(",\"explored\":null", f);
	}
	fputs(",\"found\":[", f);
	for (size_t i = 0; i < r->n_found; i++) {
		const struct kit_found *one = &r->found[i];

		kit_found_line(t, variant, column, one, line, sizeof line);
		member(f, i ? ",{" : "{", "what", one->what);
		fprintf(f, ",\"ok\":%s,\"count\":%" PRIu64, truth(one->ok), one->count);
		member(f, ",", "schedule", one->schedule);
		member(f, ",", "line", line);
		fputc('}', f);
	}
	fputc(']', f);
}

static void results(const struct kit_table *t, FILE *f)
{
	const char *comma = "";
	char text[512];

	fputs(",\"results\":[", f);
	for (size_t v = 0; t->demo->variants[v].name; v++)
		for (size_t c = 0; kit_table_has(t, v) && c < t->n_columns; c++) {
			const struct kit_result *r = &t->results[v][c];

			fprintf(f, "%s{", comma);
			member(f, "", "name", t->demo->variants[v].name);
			member(f, ",", "model", t->columns[c]->name);
			fprintf(f, ",\"runs\":%d,\"wrong\":%d", r->runs, r->wrong);
			rows_of(t, f, v, c);
			kit_result_text(r, text, sizeof text);
			fprintf(f, ",\"verdict\":{\"ok\":%s", truth(kit_result_right(r)));
			member(f, ",", "text", text);
			fputc('}', f);
			found(t, f, v, c);
			fputc('}', f);
			comma = ",";
		}
	fputc(']', f);
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
	variants(t, f);
	rows(t, f);
	results(t, f);
	fputs(",\"notes\":[", f);
	for (size_t i = 0; i < t->n_notes; i++) {
		const struct kit_note_of *n = &t->notes[i];

		member(f, i ? ",{" : "{", "variant", t->demo->variants[n->variant].name);
		member(f, ",", "model", t->columns[n->column]->name);
		member(f, ",", "text", n->text);
		fputc('}', f);
	}
	fputs("]}\n", f);
}
