/* SPDX-License-Identifier: MIT
 * What happened in a schedule, for people.
 */
#pragma once

#include "explore/search.h"

/* The story of the runner's record: where something else than the first in line went on, what the
 * program showed, and how it ended. Lines of at most 80 columns, as far as words allow. For the caller
 * to free. NULL: no memory. */
char *ci_story(struct ci_runner *r);
