/* SPDX-License-Identifier: MIT
 * Addresses as places in the source. They are found by addr2line of the binutils, which is run once
 * for each file with code, with all addresses of the record.
 */
#pragma once

#include "explore/search.h"

struct place {
	uint32_t module;  /* its number in the record */
	uint64_t address; /* in that file */
	char *text;
	char *file; /* as the compiler knew it; NULL: not known */
	int line;
	char *function; /* NULL: not known */
};

struct places {
	const char *path; /* of the program */
	struct place *found;
	size_t n;
	bool no_tool; /* there is no addr2line */
};

/* As ci_runner.place_of, of a struct runner: "main.c:40 (transfer)". */
const char *places_find(struct ci_runner *runner, uint64_t pc, char *buf, size_t size);
/* The same, in parts; NULL: not known. It is valid until another place is looked for. */
const struct place *places_place(struct ci_runner *runner, uint64_t pc);
void places_clear(struct places *p);
