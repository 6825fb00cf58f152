/* SPDX-License-Identifier: MIT
 * A look into a trace. A program that was killed leaves one without an end, which the page can show;
 * so the file need not be complete JSON. It must have the word "traceEvents", and begin an object.
 */
#include "tools/timeline/trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool complain(const char *path, const char *what)
{
	fprintf(stderr, "cigo-timeline: %s: %s\n", path, what);
	return false;
}

/* Reads on until the word has come; a word is not parted, since the end of each piece is kept. */
static bool has(FILE *in, const char *word)
{
	char buf[65536];
	size_t length = strlen(word), kept = 0, n;

	while ((n = fread(buf + kept, 1, sizeof buf - kept, in)) > 0) {
		n += kept;
		if (memmem(buf, n, word, length))
			return true;
		kept = n < length ? n : length - 1;
		memmove(buf, buf + n - kept, kept);
	}
	return false;
}

static bool look(FILE *in, const char *path)
{
	char first[2];

	if (fscanf(in, " %1s", first) != 1)
		return complain(path, "it is empty; has the program that wrote it ended?");
	if (*first != '{' || !has(in, "\"traceEvents\""))
		return complain(path,
				"it is no trace: CIGO_TRACE=FILE has a program write one, as an "
				"object of JSON with \"traceEvents\"");
	return true;
}

bool trace_is_one(const char *path)
{
	struct stat s;
	FILE *in = stat(path, &s) ? NULL : fopen(path, "re");

	if (!in)
		return complain(path, strerror(errno));
	bool fine = S_ISREG(s.st_mode) ? look(in, path) : complain(path, "it is no regular file");
	fclose(in);
	return fine;
}
