/* SPDX-License-Identifier: MIT
 * A trace as text, for a page without scripts: of each lane how long it did what, and the program's notes.
 */
#include "demos/timeline/timeline_table.h"
#include "demos/timeline/timeline_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 200, SUMS = 10, NOTES = 100 };

/* What lanes do, in the order of the columns; a kernel's span by its name, the others by their category. */
static const char *const doing[SUMS] = { "run",	 "on CPU", "preempted", "blocked",  "ready",
					 "wait", "worker", "blocking",	"callback", "poll" };

struct lane {
	long tid;
	const char *name;
	double us[SUMS];
	bool notes;
};

struct twin {
	struct lane lanes[LANES];
	size_t n;
	bool used[SUMS];
};

char *timeline_read(const char *path)
{
	FILE *in = fopen(path, "re"), *out;
	char *text = NULL, buf[4096];
	size_t size, n;

	if (!in)
		return NULL;
	if ((out = open_memstream(&text, &size))) {
		while ((n = fread(buf, 1, sizeof buf, in)) > 0)
			fwrite(buf, 1, n, out);
		fclose(out);
	}
	fclose(in);
	return text;
}

/* An event's lane is its coroutine; a trace without lanes is shown by thread. */
static struct lane *lane_of(struct twin *t, const struct json *e)
{
	long tid = strtol(json_text(e, json_get(e, "lane") ? "lane" : "tid"), NULL, 10);
	size_t i = 0;

	while (i < t->n && t->lanes[i].tid != tid)
		i++;
	if (i == t->n && i < LANES)
		t->lanes[t->n++] = (struct lane){ .tid = tid, .name = tid ? "" : "loop" };
	return i < LANES ? &t->lanes[i] : NULL;
}

static void add_span(struct twin *t, struct lane *l, const struct json *e)
{
	bool kernel = !strcmp(json_text(e, "cat"), "kernel");
	const char *what = json_text(e, kernel ? "name" : "cat");

	for (size_t i = 0; i < SUMS; i++) {
		if (strcmp(what, doing[i]))
			continue;
		l->us[i] += strtod(json_text(e, "dur"), NULL);
		t->used[i] = true;
		return;
	}
}

static bool is_note(const struct json *e)
{
	return !strcmp(json_text(e, "ph"), "i") && !strcmp(json_text(e, "name"), "note");
}

static bool is_name(const struct json *e)
{
	const char *name = json_text(e, "name");

	return !strcmp(name, "thread_name") || !strcmp(name, "lane_name");
}

static void add(struct twin *t, const struct json *e)
{
	const char *ph = json_text(e, "ph");
	struct lane *l = lane_of(t, e);

	if (!l)
		return;
	if (!strcmp(ph, "X"))
		add_span(t, l, e);
	else if (!strcmp(ph, "M") && is_name(e))
		l->name = json_text(json_get(e, "args"), "name");
	l->notes |= is_note(e);
}

static void put_time(FILE *out, double us)
{
	if (us <= 0)
		fputs("<td class=\"number\">–</td>", out);
	else
		fprintf(out, "<td class=\"number\">%.*f %s</td>", us < 1e3 ? 0 : 2,
			us < 1e3 ? us : us / 1e3, us < 1e3 ? "µs" : "ms");
}

static void put_head(FILE *out, const struct twin *t, const char *label)
{
	fputs("<div class=\"scroll\"><table><caption>", out);
	timeline_text(out, label);
	fputs(": time by lane</caption>\n<thead><tr><th scope=\"col\">lane</th>", out);
	for (size_t i = 0; i < SUMS; i++) {
		if (t->used[i])
			fprintf(out, "<th scope=\"col\" class=\"number\">%s</th>", doing[i]);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void put_lanes(FILE *out, const struct twin *t)
{
	for (size_t i = 0; i < t->n; i++) {
		fputs("<tr><th scope=\"row\">", out);
		timeline_text(out, t->lanes[i].name);
		fputs("</th>", out);
		for (size_t k = 0; k < SUMS; k++) {
			if (t->used[k])
				put_time(out, t->lanes[i].us[k]);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_notes(FILE *out, struct twin *t, const struct json *e)
{
	int n = 0;

	for (; e && n < NOTES; e = e->next) {
		struct lane *l = lane_of(t, e);

		if (!is_note(e) || !l)
			continue;
		fprintf(out, "%s<li>%.2f ms, ", n++ ? "" : "<ol>\n",
			strtod(json_text(e, "ts"), NULL) / 1e3);
		timeline_text(out, l->name);
		fputs(": ", out);
		timeline_text(out, json_text(json_get(e, "args"), "text"));
		fputs("</li>\n", out);
	}
	fputs(n ? "</ol>\n" : "", out);
}

static void put_run(FILE *out, const struct timeline_run *run)
{
	struct twin *t = calloc(1, sizeof *t);
	char *text = timeline_read(run->trace);
	struct json *trace = text ? json_read(text) : NULL;
	const struct json *events = json_get(trace, "traceEvents");

	if (t && events) {
		for (const struct json *e = events->first; e; e = e->next)
			add(t, e);
		put_head(out, t, run->label);
		put_lanes(out, t);
		put_notes(out, t, events->first);
	} else {
		fputs("<p>", out);
		timeline_text(out, run->label);
		fputs(": the trace ends early, and is not shown as text.</p>\n", out);
	}
	json_free(trace);
	free(text);
	free(t);
}

void timeline_twin(FILE *out, const struct timeline_run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_run(out, &runs[i]);
}
