/* SPDX-License-Identifier: MIT
 * The source line of a place. The compiler knew the file by a path that may be relative to another
 * folder than the current one: the build folder, most likely, somewhere above the program.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedule/play.h"

enum { PATH = 1024 };

/* Opens folder/file; NULL: there is none. */
static FILE *open_below(const char *folder, int length, const char *file)
{
	char path[PATH];

	if (snprintf(path, sizeof path, "%.*s/%s", length, folder, file) >= (int)sizeof path)
		return NULL;
	return fopen(path, "re");
}

/* Below one of the four folders above the program. */
static FILE *open_near_program(const char *file)
{
	char exe[PATH];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe);
	FILE *in = NULL;

	for (int level = 0; n > 0 && level < 4 && !in; level++) {
		while (n > 0 && exe[n - 1] != '/')
			n--;
		if (n > 0)
			in = open_below(exe, (int)--n, file);
	}
	return in;
}

/* As compiled; then "../a/b.c" as "a/b.c" and "b.c". */
static FILE *open_source(const char *file)
{
	FILE *in = fopen(file, "re");

	if (!in && *file != '/')
		in = open_near_program(file);
	while (!in && (file = strchr(file, '/')))
		in = open_below(".", 1, ++file);
	return in;
}

static void trim(char *line)
{
	size_t blanks = strspn(line, " \t"), n = strcspn(line, "\r\n");

	line[n] = 0;
	memmove(line, line + blanks, n - blanks + 1);
}

/* Line `number` of the file; empty: it is not to be had. */
static void read_line(const char *file, int number, char *line, size_t size)
{
	FILE *in = open_source(file);
	char *text = NULL;
	size_t room = 0;
	ssize_t n = -1;

	line[0] = 0;
	if (!in)
		return;
	for (int i = 0; i < number; i++)
		if ((n = getline(&text, &room, in)) < 0)
			break;
	if (n >= 0) {
		trim(text);
		snprintf(line, size, "%s", text);
	}
	free(text);
	fclose(in);
}

void ci_source_find(const struct ci_candidate *k, struct ci_source *ret)
{
	struct ci_place place = k->place;

	if (!place.file && k->pc)
		place = ci_address_place(k->pc);
	ret->place[0] = ret->line[0] = 0;
	if (!place.file)
		return;
	snprintf(ret->place, sizeof ret->place, "%s:%d", ci_place_file(place.file), place.line);
	read_line(place.file, place.line, ret->line, sizeof ret->line);
}
