/* SPDX-License-Identifier: MIT
 * The lab's index. Of each demo in one order: a question to vote on; the timeline, with the moment that
 * decides, and the table of these runs; the table of the large runs; the game; the code.
 */
#include "demos/kit/lab.h"
#include "demos/kit/lab_lesson.h"
#include "demos/timeline/timeline_table.h"
#include "demos/timeline/timeline_text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* made of demos/timeline/ by embed.awk */
extern const char *const timeline_lab_html[], *const timeline_lab_css[], *const timeline_lab_js[];
extern const char *const timeline_page_css[];

struct index {
	FILE *out;
	const struct lab *lab;
	bool slides;
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

/* A title, in which a number stays with its unit: "5 ms" is not broken. */
static void put_title(FILE *out, const char *title)
{
	char text[512];
	size_t n = 0;

	for (const char *s = title; *s && n + 3 < sizeof text; s++) {
		bool unit = *s == ' ' && s > title && s[-1] >= '0' && s[-1] <= '9';

		n += (size_t)sprintf(text + n, unit ? "\xc2\xa0" : "%c", *s);
	}
	text[n] = 0;
	timeline_text(out, text);
}

static size_t length(const struct json *list)
{
	size_t n = 0;

	for (list = list ? list->first : NULL; list; list = list->next)
		n++;
	return n;
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

/* The vote; a teacher's page has the answer beside it. */
static void put_question(FILE *out, const struct lab_lesson *l, bool teacher)
{
	fprintf(out,
		"<form class=\"vote step\" data-right=\"%zu\">\n<fieldset>\n"
		"<legend>What do you predict?</legend>\n",
		l->right);
	put(out, "<p class=\"question\">", l->question, "</p>\n");
	for (size_t i = 0; l->choices[i]; i++) {
		fprintf(out, "<label><input type=\"radio\" name=\"vote-%s\" value=\"%zu\"> ",
			l->name, i);
		put(out, "<span>", l->choices[i], "</span></label>\n");
	}
	fputs("</fieldset>\n<p><button type=\"submit\">Vote, and see</button></p>\n"
	      "<p class=\"said-vote\" role=\"status\"></p>\n",
	      out);
	fprintf(out, "<p class=\"answer\"%s><b>", teacher ? "" : " data-sealed");
	timeline_text(out, l->choices[l->right]);
	put(out, ".</b> ", l->because, "</p>\n</form>\n");
}

/* What stands in the timeline's own page between two marks, one rank of headings lower. */
static void put_timeline(FILE *out, const char *folder, const char *name)
{
	static const char begin[] = "<!-- timeline -->\n", end[] = "<!-- end of timeline -->";
	char path[PATH_MAX];

	put(out, "<p class=\"open\"><a href=\"", name, ".html\">");
	put(out, "The timeline of ", name, ", on a page of its own</a></p>\n");
	snprintf(path, sizeof path, "%s/%s.html", folder, name);
	char *page = timeline_read(path), *at = page ? strstr(page, begin) : NULL;
	char *stop = at ? strstr(at, end) : NULL;

	if (stop) {
		*stop = 0;
		at += strlen(begin);
		for (char *h = at; (h = strstr(h, "h2")); h++)
			if (h[-1] == '<' || h[-1] == '/')
				h[1] = '3';
		fputs(at, out);
	}
	free(page);
}

static void put_table(FILE *out, const struct json *said)
{
	fputs("<section class=\"large step\">\n<h3>The same with more to do</h3>\n", out);
	timeline_table(out, said);
	put_explanations(out, said);
	put_notes(out, said);
	fputs("</section>\n", out);
}

/* The game is a page of its own, made beside this one where there is one. */
static void put_game(FILE *out, const char *folder, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s.play.html", folder, name);
	if (access(path, R_OK))
		return;
	put(out, "<section class=\"game step\">\n<h3>You are the scheduler</h3>\n<p><a href=\"",
	    name, ".play.html\">The game on a page of its own</a></p>\n");
	put(out, "<iframe loading=\"lazy\" title=\"The game of ", name, "\" src=\"");
	put(out, "", name, ".play.html\"></iframe>\n</section>\n");
}

/* From the line that has the function's name and an opening parenthesis, and is followed by a brace. */
static const char *const *find_function(const char *const *line, const char *focus)
{
	char name[64];

	snprintf(name, sizeof name, "%s(", focus);
	for (; *line; line++) {
		const char *at = strstr(*line, name);

		if (**line != '\t' && at && at > *line && at[-1] == ' ' && line[1] &&
		    !strcmp(line[1], "{\n"))
			return line;
	}
	return NULL;
}

/* The first of the names in focus that the source has. */
static const char *const *find_focus(const struct lab_lesson *l)
{
	const char *const *found = NULL;
	char names[128], *at = names, *name;

	snprintf(names, sizeof names, "%s", l->focus);
	while (!found && (name = strsep(&at, " ")))
		found = find_function(l->source, name);
	return found;
}

static void put_code(FILE *out, const struct lab_lesson *l)
{
	const char *const *line = find_focus(l);

	fputs("<section class=\"code step\">\n<h3>The code</h3>\n", out);
	if (line) {
		fputs("<pre tabindex=\"0\">", out);
		for (bool more = true; more; line++) {
			timeline_text(out, *line);
			more = line[1] && strcmp(*line, "}\n");
		}
		fputs("</pre>\n", out);
	}
	put(out, "<details><summary>All of ", l->file, "</summary>\n<pre tabindex=\"0\">");
	for (line = l->source; *line; line++)
		timeline_text(out, *line);
	fputs("</pre></details>\n</section>\n", out);
}

static void put_demo(const struct index *x, const struct lab_demo *d)
{
	const char *title = json_text(d->said, "title");
	const struct lab_lesson *lesson = lab_lesson(d->name);
	FILE *out = x->out;

	put(out, "<section class=\"demo\" id=\"", d->name, "\">\n");
	put(out, "<p class=\"name\"><code>demos/", d->name, "</code></p>\n");
	fputs("<h2>", out);
	put_title(out, *title ? title : d->name);
	fputs("</h2>\n", out);
	if (d->failed)
		put(out, "<p class=\"failed\">This demo failed: ", d->failed, "</p>\n");
	if (d->said)
		put(out, "<p class=\"lesson\">", json_text(d->said, "lesson"), "</p>\n");
	if (lesson && d->said)
		put_question(out, lesson, x->lab->teacher);
	put(out, "<div class=\"result\" data-look=\"", lesson ? lesson->look : "", "\"");
	fputs(lesson && d->said && !x->lab->teacher ? " data-sealed>\n" : ">\n", out);
	if (d->timeline)
		put_timeline(out, x->lab->out, d->name);
	if (d->said)
		put_table(out, d->said);
	put_game(out, x->lab->out, d->name);
	if (lesson)
		put_code(out, lesson);
	fputs("</div>\n</section>\n", out);
}

/* The page of lab --cost, if it lies beside this one. */
static void put_cost(const struct index *x)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/cost.html", x->lab->out);
	if (!x->slides && !access(path, R_OK))
		fputs("<li><a href=\"cost.html\"><b>cost</b> <span>What does serving cost? Four "
		      "servers along four axes</span></a></li>\n",
		      x->out);
}

static void put_contents(const struct index *x)
{
	for (size_t i = 0; i < x->lab->n; i++) {
		const struct lab_demo *d = &x->lab->demos[i];

		put(x->out, "<li><a href=\"#", d->name, "\">");
		put(x->out, "<b>", d->name, "</b> ");
		put(x->out, "<span>", json_text(d->said, "title"), "</span></a></li>\n");
	}
	put_cost(x);
}

/* A line of the template that begins with @ names what takes its place. */
static void put_line(const struct index *x, const char *line)
{
	if (line[0] != '@') {
		fputs(line, x->out);
	} else if (!strcmp(line, "@css\n")) {
		put_lines(x->out, timeline_page_css);
		put_lines(x->out, timeline_lab_css);
	} else if (!strcmp(line, "@body\n")) {
		fprintf(x->out, "<body class=\"lab%s\">\n", x->slides ? " slides" : "");
	} else if (!strcmp(line, "@contents\n")) {
		put_contents(x);
	} else if (!strcmp(line, "@library\n")) {
		timeline_text(x->out, x->lab->library);
	} else if (!strcmp(line, "@theme\n")) {
		timeline_theme(x->out);
	} else if (!strcmp(line, "@scripts\n")) {
		timeline_scripts(x->out);
	} else if (!strcmp(line, "@lab\n")) {
		put_lines(x->out, timeline_lab_js);
	} else {
		for (size_t i = 0; i < x->lab->n; i++)
			put_demo(x, &x->lab->demos[i]);
	}
}

int lab_page(const struct lab *lab, const char *name, bool slides)
{
	char path[PATH_MAX];
	int err = 0;

	if (snprintf(path, sizeof path, "%s/%s", lab->out, name) >= (int)sizeof path)
		return -ENAMETOOLONG;
	FILE *out = fopen(path, "we");

	if (!out)
		return -errno;
	struct index x = { .out = out, .lab = lab, .slides = slides };
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
