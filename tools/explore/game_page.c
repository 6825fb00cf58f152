/* SPDX-License-Identifier: MIT
 * The page of a game: tools/explore/game.html, with the program's source and its runs as JSON. It needs
 * nothing else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/place.h"
#include "tools/explore/game.h"
#include "tools/explore/report.h"

enum { LARGEST = 1 << 18 /* bytes of a source file that go along */ };

/* made of tools/explore/game.* by embed.awk */
extern const char *const game_html[], *const game_css[];
extern const char *const game_model_js[], *const game_js[];

static void put_lines(FILE *out, const char *const *lines)
{
	for (; *lines; lines++)
		fputs(*lines, out);
}

/* As text of HTML. */
static void put_html(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else
			fputc(*text, out);
}

/* --- the data -------------------------------------------------------------------------------- */

static void put_texts(const char *name, const struct intern *t, FILE *out)
{
	fprintf(out, "\"%s\":[", name);
	for (uint32_t i = 0; i < t->n; i++) {
		fputs(i ? "," : "", out);
		report_json_text(t->pieces[i].bytes, t->pieces[i].n, out);
	}
	fputs("],\n", out);
}

static void put_pieces(const char *name, const struct intern *t, FILE *out)
{
	fprintf(out, "\"%s\":[", name);
	for (uint32_t i = 0; i < t->n; i++)
		fprintf(out, "%s%s", i ? "," : "", t->pieces[i].bytes);
	fputs("],\n", out);
}

/* Its name, without the folders of this machine, and its text. */
static void put_source(const char *path, const char *program, FILE *out)
{
	const char *name = ci_place_file(path);
	FILE *in = game_open_source(path, program);
	char *text = in ? malloc(LARGEST) : NULL;
	size_t n = text ? fread(text, 1, LARGEST, in) : 0;

	fputc('[', out);
	report_json_text(name, strlen(name), out);
	fputc(',', out);
	if (n && n < LARGEST)
		report_json_text(text, n, out);
	else
		fputs("null", out);
	fputc(']', out);
	free(text);
	if (in)
		fclose(in);
}

static void put_files(const struct intern *files, const char *program, FILE *out)
{
	fputs("\"files\":[", out);
	for (uint32_t i = 0; i < files->n; i++) {
		fputs(i ? ",\n" : "", out);
		put_source(files->pieces[i].bytes, program, out);
	}
	fputs("],\n", out);
}

/* What is in the script element cannot end it. */
static void put_safely(const char *json, FILE *out)
{
	for (; *json; json++)
		if (*json == '<')
			fputs("\\u003c", out);
		else
			fputc(*json, out);
}

static int put_data(const struct game_page *p, const char *program, const char *boards, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *json = open_memstream(&text, &size);

	if (!json)
		return -ENOMEM;
	fputs("{", json);
	put_texts("texts", &p->texts, json);
	put_pieces("places", &p->places, json);
	put_pieces("actors", &p->actors, json);
	put_files(&p->files, program, json);
	fprintf(json, "\"boards\":[%s]}", boards);
	int err = fclose(json) ? -ENOMEM : 0;
	if (!err)
		put_safely(text, out);
	free(text);
	return err;
}

/* --- the page -------------------------------------------------------------------------------- */

/* A line of the template that begins with @ names what takes its place. */
static int put_line(const struct game_page *p, const char *title, const char *program,
		    const char *boards, const char *line, FILE *out)
{
	if (*line != '@')
		fputs(line, out);
	else if (strcmp(line, "@title\n") == 0)
		put_html(out, title);
	else if (strcmp(line, "@css\n") == 0)
		put_lines(out, game_css);
	else if (strcmp(line, "@data\n") == 0)
		return put_data(p, program, boards, out);
	else {
		put_lines(out, game_model_js);
		put_lines(out, game_js);
	}
	return 0;
}

int game_write_page(struct game_page *p, const char *title, const char *program, const char *boards,
		    const char *path)
{
	FILE *out = fopen(path, "we");
	struct stat s;
	int err = 0;

	if (!out)
		return -errno;
	bool regular = !fstat(fileno(out), &s) && S_ISREG(s.st_mode);
	if (!title)
		title = ci_place_file(program);
	for (const char *const *line = game_html; *line && !err; line++)
		err = put_line(p, title, program, boards, *line, out);
	if (!err && ferror(out))
		err = -EIO;
	if (fclose(out) && !err)
		err = -errno;
	if (err && regular)
		unlink(path);
	return err;
}
