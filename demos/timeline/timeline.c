/* SPDX-License-Identifier: MIT
 * Fills the page of demos/timeline/ in. The traces go along as they are, each in a script element of
 * type application/json: whatever is between them as text cannot end the element, for every '<'
 * there is written as \u003c, which inside JSON says the same.
 */
#include "demos/timeline/timeline.h"
#include "demos/timeline/timeline_table.h"
#include "demos/timeline/timeline_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* made of demos/timeline/ by embed.awk */
extern const char *const timeline_page_html[], *const timeline_page_css[];
extern const char *const timeline_model_js[], *const timeline_paint_js[], *const timeline_lanes_js[];
extern const char *const timeline_view_js[], *const timeline_input_js[], *const timeline_text_js[];
extern const char *const timeline_moment_js[], *const timeline_theme_js[];

struct page {
	FILE *out;
	const char *title, *summary;
	const struct timeline_run *runs;
	size_t n;
};

static void put_lines(FILE *out, const char *const *lines)
{
	for (; *lines; lines++)
		fputs(*lines, out);
}

static int put_trace(FILE *out, const struct timeline_run *run)
{
	FILE *in = fopen(run->trace, "re");
	char buf[65536];
	int err = 0;
	size_t n;

	if (!in)
		return -errno;
	fputs("<script type=\"application/json\" class=\"trace\" data-label=\"", out);
	timeline_text(out, run->label);
	fputs("\">", out);
	while ((n = fread(buf, 1, sizeof buf, in)) > 0) {
		for (size_t i = 0; i < n;) {
			const char *less = memchr(buf + i, '<', n - i);
			size_t length = less ? (size_t)(less - buf) - i : n - i;

			fwrite(buf + i, 1, length, out);
			if (less)
				fputs("\\u003c", out);
			i += length + !!less;
		}
	}
	if (ferror(in))
		err = -EIO;
	fclose(in);
	fputs("</script>\n", out);
	return err;
}

void timeline_theme(FILE *out)
{
	put_lines(out, timeline_theme_js);
}

void timeline_scripts(FILE *out)
{
	put_lines(out, timeline_model_js);
	put_lines(out, timeline_paint_js);
	put_lines(out, timeline_lanes_js);
	put_lines(out, timeline_moment_js);
	put_lines(out, timeline_view_js);
	put_lines(out, timeline_input_js);
	put_lines(out, timeline_text_js);
}

/* A text, or the JSON of a demo. */
static void put_summary(FILE *out, const char *summary)
{
	struct json *said = summary && *summary == '{' ? json_read(summary) : NULL;

	if (said)
		timeline_table(out, said);
	else
		timeline_summary(out, summary);
	json_free(said);
}

/* A line of the template that begins with @ names what takes its place. */
static int put_line(const struct page *p, const char *line)
{
	int err = 0;

	if (line[0] != '@') {
		fputs(line, p->out);
	} else if (!strcmp(line, "@title\n")) {
		timeline_text(p->out, p->title);
	} else if (!strcmp(line, "@css\n")) {
		put_lines(p->out, timeline_page_css);
	} else if (!strcmp(line, "@summary\n")) {
		put_summary(p->out, p->summary);
	} else if (!strcmp(line, "@twin\n")) {
		timeline_twin(p->out, p->runs, p->n);
	} else if (!strcmp(line, "@theme\n")) {
		timeline_theme(p->out);
	} else if (!strcmp(line, "@traces\n")) {
		for (size_t i = 0; i < p->n && !err; i++)
			err = put_trace(p->out, &p->runs[i]);
	} else {
		timeline_scripts(p->out);
	}
	return err;
}

int timeline_put(FILE *out, const char *title, const struct timeline_run *runs, size_t n,
		 const char *summary)
{
	struct page p = { .out = out, .title = title, .summary = summary, .runs = runs, .n = n };
	int err = 0;

	for (const char *const *line = timeline_page_html; *line && !err; line++)
		err = put_line(&p, *line);
	if (!err && (fflush(out) || ferror(out)))
		err = errno ? -errno : -EIO;
	return err;
}

int timeline_write(const char *out_html, const char *title, const struct timeline_run *runs,
		   size_t n, const char *summary)
{
	FILE *out = fopen(out_html, "we");

	if (!out)
		return -errno;
	struct stat s;
	bool regular = !fstat(fileno(out), &s) && S_ISREG(s.st_mode);
	int err = timeline_put(out, title, runs, n, summary);
	if (fclose(out) && !err)
		err = -errno;
	if (err && regular)
		unlink(out_html);
	return err;
}
