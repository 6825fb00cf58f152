/* SPDX-License-Identifier: MIT
 * NAME --play FILE: a lesson as a game, on a page of its own.
 */
#ifndef CIGO_DEMOS_KIT_PLAY_H
#define CIGO_DEMOS_KIT_PLAY_H

#include <stdbool.h>
#include <stdio.h>

/* Whether the lesson has a game; "A, B and C": those that have. */
bool kit_play_has(const char *name);
void kit_play_names(FILE *f);

/* The FILE of --play FILE or --play=FILE, if that is all there is on the command line; else NULL. */
const char *kit_play_file(int argc, char **argv);
/* Has cigo-explore try the lesson's small program (demos/orders), and write the page. Returns only if
 * that is not possible: the exit status, and why is said on stderr. */
int kit_play(const char *name, const char *self, const char *file);

#endif
