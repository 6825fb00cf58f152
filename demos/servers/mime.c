/* SPDX-License-Identifier: MIT
 * The table is read once, into a sorted list: a lookup costs a server no disk.
 */
#define _GNU_SOURCE /* asprintf */
#include "demos/servers/mime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct kind {
	const char *ending, *type;
};

static struct {
	struct kind *kinds;
	size_t n, room;
} table;

/* What a site needs to look right, where the system has no table. */
static const char *const known[][2] = {
	{ "css", "text/css; charset=utf-8" },
	{ "gif", "image/gif" },
	{ "htm", "text/html; charset=utf-8" },
	{ "html", "text/html; charset=utf-8" },
	{ "ico", "image/x-icon" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", "text/javascript; charset=utf-8" },
	{ "json", "application/json" },
	{ "pdf", "application/pdf" },
	{ "png", "image/png" },
	{ "svg", "image/svg+xml" },
	{ "txt", "text/plain; charset=utf-8" },
	{ "webp", "image/webp" },
	{ "woff2", "font/woff2" },
};

static void add(const char *ending, const char *type)
{
	if (table.n == table.room) {
		size_t room = table.room ? 2 * table.room : 256;
		struct kind *more = realloc(table.kinds, room * sizeof *more);

		if (!more)
			return;
		table.kinds = more;
		table.room = room;
	}
	const char *charset = strncmp(type, "text/", 5) ? "" : "; charset=utf-8";
	char *copy = strdup(ending), *whole;
	if (copy && asprintf(&whole, "%s%s", type, charset) >= 0)
		table.kinds[table.n++] = (struct kind){ copy, whole };
	else
		free(copy);
}

static int by_ending(const void *a, const void *b)
{
	return strcasecmp(((const struct kind *)a)->ending, ((const struct kind *)b)->ending);
}

/* "type ending ending...", and comments. */
static void add_line(char *line)
{
	char *rest, *type;

	line[strcspn(line, "#")] = 0;
	type = strtok_r(line, " \t\n", &rest);
	for (char *ending; type && (ending = strtok_r(NULL, " \t\n", &rest));)
		add(ending, type);
}

void mime_load(const char *name)
{
	FILE *in = fopen(name, "re");
	char *line = NULL;
	size_t room = 0;

	if (!in)
		return;
	while (getline(&line, &room, in) > 0)
		add_line(line);
	free(line);
	fclose(in);
	if (table.n)
		qsort(table.kinds, table.n, sizeof *table.kinds, by_ending);
}

const char *mime_type(const char *path)
{
	const char *name = strrchr(path, '/'), *dot = strrchr(name ? name : path, '.');
	struct kind key = { .ending = dot ? dot + 1 : "" };
	const struct kind *found = NULL;

	if (table.n)
		found = bsearch(&key, table.kinds, table.n, sizeof *table.kinds, by_ending);
	if (found)
		return found->type;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(key.ending, known[i][0]) == 0)
			return known[i][1];
	return "application/octet-stream";
}
