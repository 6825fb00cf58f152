/* SPDX-License-Identifier: MIT
 * --play: searches, and writes a page on which a person chooses.
 */
#pragma once

#include "tools/explore/options.h"

/* What ends the program early. */
struct play_stop {
	int fd; /* readable: a person ends the search */
	const volatile int *stopped;
};

/*
 * Makes the page of the game that o says, and of those that its command has behind words "++". Returns the
 * exit status: 0, or 2 if there is no page, and why was said.
 */
int play(struct options *o, const struct play_stop *stop);
