/* SPDX-License-Identifier: MIT
 * The end of what a program has printed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TAIL_SIZE = 1 << 14 };

struct tail {
	char text[TAIL_SIZE];
	size_t n;
	bool cut; /* there was more before */
};

void tail_clear(struct tail *t);
/* Takes what can be read from fd now, without waiting; at most so many bytes. */
void tail_read(struct tail *t, int fd, size_t most);
/* The last line, without its end, cut where buf ends; empty if there is none. */
const char *tail_line(const struct tail *t, char *buf, size_t size);
/* Prints the last lines, each behind `prefix`, and without control characters. */
void tail_print(const struct tail *t, int lines, const char *prefix, FILE *out);
