/* SPDX-License-Identifier: MIT
 * A place in the program's source: what a public macro finds in __FILE__, __LINE__ and __func__.
 */
#pragma once

#include "base/base.h"

/* The strings are static, of the program. file NULL: the place is not known. */
struct ci_place {
	const char *file, *function;
	int line;
};

enum { CI_PLACE_TEXT = 160 }; /* bytes for a text of ci_place_text */

/* The file's name without its folders. */
const char *ci_place_file(const char *path);
/* "wait.c:42 (demo)" in buf, which is returned; empty if the place is not known. */
const char *ci_place_text(const struct ci_place *p, char buf[CI_PLACE_TEXT]);
