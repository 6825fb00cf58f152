/* SPDX-License-Identifier: MIT
 * The source files of a program. The compiler knew a file by a path that may be relative to another folder
 * than the current one: the build folder, most likely, somewhere above the program.
 */
#include <string.h>

#include "tools/explore/game.h"

enum { PATH = 4096, LEVELS = 4 };

static FILE *open_below(const char *folder, int length, const char *file)
{
	char path[PATH];

	if (snprintf(path, sizeof path, "%.*s/%s", length, folder, file) >= (int)sizeof path)
		return NULL;
	return fopen(path, "re");
}

static FILE *open_near(const char *program, const char *file)
{
	int n = (int)strlen(program);
	FILE *in = NULL;

	for (int level = 0; n > 0 && level < LEVELS && !in; level++) {
		while (n > 0 && program[n - 1] != '/')
			n--;
		if (n > 0)
			in = open_below(program, --n, file);
	}
	return in;
}

FILE *game_open_source(const char *file, const char *program)
{
	FILE *in = fopen(file, "re");

	if (!in && *file != '/')
		in = open_near(program, file);
	while (!in && (file = strchr(file, '/')))
		in = open_below(".", 1, ++file);
	return in;
}
