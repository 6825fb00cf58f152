/* SPDX-License-Identifier: MIT
 * Tables as HTML: of what a demo said, and of what a trace shows.
 */
#ifndef CIGO_DEMOS_TIMELINE_TABLE_H
#define CIGO_DEMOS_TIMELINE_TABLE_H

#include "demos/kit/json.h"
#include "demos/timeline/timeline.h"

#include <stdio.h>

/* The table of a demo's JSON (kit.h), the verdict of each run in its last line. */
void timeline_table(FILE *out, const struct json *said);

/* For readers without scripts: of each run the time by lane, and what the program noted. */
void timeline_twin(FILE *out, const struct timeline_run *runs, size_t n);

/* All of a file, for free(), or NULL. */
char *timeline_read(const char *path);

/* What the page's pictures run, for a page that holds several. */
void timeline_scripts(FILE *out);
void timeline_theme(FILE *out);

#endif
