/* SPDX-License-Identifier: MIT
 * The table of a demo, from its JSON.
 */
#include "demos/timeline/timeline_table.h"
#include "demos/timeline/timeline_text.h"

#include <stdbool.h>
#include <string.h>

static void put(FILE *out, const char *open, const char *text, const char *close)
{
	fputs(open, out);
	timeline_text(out, text);
	fputs(close, out);
}

static const struct json *first(const struct json *j, const char *name)
{
	j = json_get(j, name);
	return j ? j->first : NULL;
}

static void put_row(FILE *out, const struct json *row)
{
	put(out, "<tr><th scope=\"row\">", json_text(row, "what"), "</th>");
	for (const struct json *v = first(row, "values"); v; v = v->next)
		put(out, "<td class=\"number\">", v->text && *v->text ? v->text : "–", "</td>");
	fputs("</tr>\n", out);
}

/* What came out of a variant in a model; NULL: it says nothing of that. */
static const struct json *verdict(const struct json *said, const char *variant, const char *model)
{
	for (const struct json *r = first(said, "results"); r; r = r->next) {
		if (!strcmp(json_text(r, "name"), variant) &&
		    !strcmp(json_text(r, "model"), model) && strcmp(json_text(r, "runs"), "0"))
			return json_get(r, "verdict");
	}
	return NULL;
}

static void put_verdict(FILE *out, const struct json *v)
{
	bool right = !strcmp(json_text(v, "ok"), "true");

	fprintf(out, "<td class=\"verdict %s\"><b>%s</b> ", right ? "right" : "wrong",
		right ? "✓ right" : "✗ wrong");
	timeline_text(out, json_text(v, "text"));
	fputs("</td>", out);
}

static bool has_verdict(const struct json *said, const char *variant)
{
	bool any = false;

	for (const struct json *m = first(said, "models"); m; m = m->next)
		any |= verdict(said, variant, m->text) && verdict(said, variant, m->text)->first;
	return any;
}

static void put_verdicts(FILE *out, const struct json *said, const char *variant)
{
	fputs("<tr><th scope=\"row\">verdict</th>", out);
	for (const struct json *m = first(said, "models"); m; m = m->next) {
		const struct json *v = verdict(said, variant, m->text);

		if (v && v->first)
			put_verdict(out, v);
		else
			fputs("<td class=\"number\">–</td>", out);
	}
	fputs("</tr>\n", out);
}

static void put_variant(FILE *out, const struct json *said, const struct json *variant,
			size_t cells)
{
	const char *name = json_text(variant, "name");

	fprintf(out, "<tr class=\"part\"><th scope=\"rowgroup\" colspan=\"%zu\">", cells);
	put(out, "<b>", name, "</b> ");
	timeline_text(out, json_text(variant, "title"));
	fputs("</th></tr>\n", out);
	bool judged = has_verdict(said, name);

	for (const struct json *r = first(said, "rows"); r; r = r->next) {
		/* the verdict comes last, with its words */
		if (!strcmp(json_text(r, "variant"), name) &&
		    !(judged && !strcmp(json_text(r, "what"), "verdict")))
			put_row(out, r);
	}
	if (judged)
		put_verdicts(out, said, name);
}

void timeline_table(FILE *out, const struct json *said)
{
	size_t cells = 1;

	if (*json_text(said, "caption"))
		put(out, "<p class=\"caption\">", json_text(said, "caption"), "</p>\n");
	fputs("<div class=\"scroll\"><table>\n<thead><tr><td></td>", out);
	for (const struct json *m = first(said, "models"); m; m = m->next, cells++)
		put(out, "<th scope=\"col\" class=\"number\">", m->text ? m->text : "", "</th>");
	fputs("</tr></thead>\n<tbody>\n", out);
	for (const struct json *v = first(said, "variants"); v; v = v->next)
		put_variant(out, said, v, cells);
	fputs("</tbody></table></div>\n", out);
}
