/* SPDX-License-Identifier: MIT
 * The lab's index: an introduction, and of each demo its lesson, its table and its timeline.
 */
#include "demos/kit/lab.h"
#include "demos/timeline/timeline_text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* made of demos/timeline/ by embed.awk */
extern const char *const timeline_lab_html[], *const timeline_lab_css[], *const timeline_page_css[];

struct index {
	FILE *out;
	const struct lab_demo *demos;
	size_t n;
	const char *library;
};

static void put_lines(FILE *out, const char *const *lines)
{
	for (; *lines; lines++)
		fputs(*lines, out);
}

/* Text between two tags. */
static void put(FILE *out, const char *open, const char *text, const char *close)
{
	fputs(open, out);
	timeline_text(out, text);
	fputs(close, out);
}

static size_t length(const struct json *list)
{
	size_t n = 0;

	for (list = list ? list->first : NULL; list; list = list->next)
		n++;
	return n;
}

static void put_row(FILE *out, const struct json *row)
{
	const struct json *values = json_get(row, "values");

	put(out, "<tr><th scope=\"row\">", json_text(row, "what"), "</th>");
	for (const struct json *v = values ? values->first : NULL; v; v = v->next)
		put(out, "<td class=\"number\">", v->text && *v->text ? v->text : "–", "</td>");
	fputs("</tr>\n", out);
}

static void put_variant(FILE *out, const struct json *said, const struct json *variant)
{
	const struct json *rows = json_get(said, "rows"), *models = json_get(said, "models");
	const char *name = json_text(variant, "name");

	fprintf(out, "<tr class=\"part\"><th scope=\"rowgroup\" colspan=\"%zu\">",
		length(models) + 1);
	put(out, "<b>", name, "</b> ");
	timeline_text(out, json_text(variant, "title"));
	fputs("</th></tr>\n", out);
	for (const struct json *r = rows ? rows->first : NULL; r; r = r->next) {
		if (!strcmp(json_text(r, "variant"), name))
			put_row(out, r);
	}
}

static void put_table(FILE *out, const struct json *said)
{
	const struct json *models = json_get(said, "models"),
			  *variants = json_get(said, "variants");

	fputs("<div class=\"scroll\"><table>\n<thead><tr><td></td>", out);
	for (const struct json *m = models ? models->first : NULL; m; m = m->next)
		put(out, "<th scope=\"col\" class=\"number\">", m->text ? m->text : "", "</th>");
	fputs("</tr></thead>\n<tbody>\n", out);
	for (const struct json *v = variants ? variants->first : NULL; v; v = v->next)
		put_variant(out, said, v);
	fputs("</tbody></table></div>\n", out);
}

static void put_explanations(FILE *out, const struct json *said)
{
	const struct json *variants = json_get(said, "variants");

	fputs("<dl>\n", out);
	for (const struct json *v = variants ? variants->first : NULL; v; v = v->next) {
		if (!*json_text(v, "see"))
			continue;
		put(out, "<dt>", json_text(v, "name"), "</dt>");
		put(out, "<dd>", json_text(v, "see"), "</dd>\n");
	}
	fputs("</dl>\n", out);
}

static void put_notes(FILE *out, const struct json *said)
{
	const struct json *notes = json_get(said, "notes"), *last = NULL;

	if (!length(notes))
		return;
	fputs("<details><summary>Messages of the runs</summary>\n<pre>", out);
	for (const struct json *n = notes->first; n; last = n, n = n->next) {
		if (!last || strcmp(json_text(last, "variant"), json_text(n, "variant")) ||
		    strcmp(json_text(last, "model"), json_text(n, "model"))) {
			put(out, last ? "\n" : "", json_text(n, "variant"), ", ");
			put(out, "", json_text(n, "model"), ":\n");
		}
		put(out, "  ", json_text(n, "text"), "\n");
	}
	fputs("</pre></details>\n", out);
}

static void put_timeline(FILE *out, const char *name)
{
	put(out, "<p class=\"open\"><a href=\"", name, ".html\">");
	put(out, "The timeline of ", name, ", on a page of its own</a></p>\n");
	put(out,
	    "<details class=\"timeline\"><summary>Show the timeline here</summary>\n<iframe loading=\"lazy\" "
	    "title=\"Timeline of ",
	    name, "\" data-src=\"");
	put(out, "", name, ".html\"></iframe></details>\n");
}

static void put_demo(FILE *out, const struct lab_demo *d)
{
	const char *title = json_text(d->said, "title");

	put(out, "<section class=\"demo\" id=\"", d->name, "\">\n");
	put(out, "<p class=\"name\"><code>demos/", d->name, "</code></p>\n");
	put(out, "<h2>", *title ? title : d->name, "</h2>\n");
	if (d->failed)
		put(out, "<p class=\"failed\">This demo failed: ", d->failed, "</p>\n");
	if (d->said) {
		put(out, "<p class=\"lesson\">", json_text(d->said, "lesson"), "</p>\n");
		put_table(out, d->said);
		put_explanations(out, d->said);
		put_notes(out, d->said);
	}
	if (d->timeline)
		put_timeline(out, d->name);
	fputs("</section>\n", out);
}

static void put_contents(const struct index *x)
{
	for (size_t i = 0; i < x->n; i++) {
		const char *title = json_text(x->demos[i].said, "title");

		put(x->out, "<li><a href=\"#", x->demos[i].name, "\">");
		put(x->out, "<b>", x->demos[i].name, "</b> ");
		put(x->out, "<span>", title, "</span></a></li>\n");
	}
}

/* A line of the template that begins with @ names what takes its place. */
static void put_line(const struct index *x, const char *line)
{
	if (line[0] != '@') {
		fputs(line, x->out);
	} else if (!strcmp(line, "@css\n")) {
		put_lines(x->out, timeline_page_css);
		put_lines(x->out, timeline_lab_css);
	} else if (!strcmp(line, "@contents\n")) {
		put_contents(x);
	} else if (!strcmp(line, "@library\n")) {
		timeline_text(x->out, x->library);
	} else {
		for (size_t i = 0; i < x->n; i++)
			put_demo(x->out, &x->demos[i]);
	}
}

int lab_page(const char *folder, const struct lab_demo *demos, size_t n, const char *library)
{
	char path[PATH_MAX];
	int err = 0;

	if (snprintf(path, sizeof path, "%s/index.html", folder) >= (int)sizeof path)
		return -ENAMETOOLONG;
	FILE *out = fopen(path, "we");

	if (!out)
		return -errno;
	struct index x = { .out = out, .demos = demos, .n = n, .library = library };
	for (const char *const *line = timeline_lab_html; *line; line++)
		put_line(&x, *line);
	if (ferror(out))
		err = -EIO;
	if (fclose(out) && !err)
		err = -errno;
	if (err)
		unlink(path);
	return err;
}
