/* SPDX-License-Identifier: MIT
 * What was found, for people and for programs.
 */
#pragma once

#include "tools/explore/options.h"
#include "tools/explore/tail.h"

enum again {
	AGAIN_NOT_TRIED,
	AGAIN_SAME, /* the failing schedule, replayed by its text, has failed likewise */
	AGAIN_OTHER /* it has ended otherwise */
};

struct finding {
	const struct options *options;
	const cigo_report *report;
	const char *why; /* it is not complete; NULL: it is */
	enum again again;
	const struct tail *output; /* of the failing schedule; NULL: not known */
	bool no_places;		   /* addr2line is missing */
	bool color;
};

/* The line that runs the failing schedule under gdb, for free(). NULL: no memory. */
char *report_command(const struct finding *f);
/* As the shell reads it as one word. */
void report_word(const char *word, FILE *out);
/* A JSON string of n bytes; what is not UTF-8 is replaced. */
void report_json_text(const char *text, size_t n, FILE *out);
void report_people(const struct finding *f, FILE *out);
/* The same for the same search; so neither times nor what the program has printed are in it. */
void report_json(const struct finding *f, FILE *out);
