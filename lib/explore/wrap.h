/* SPDX-License-Identifier: MIT
 * Text in lines of a terminal's width.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum { CI_WRAP_COLUMNS = 80 };

/* Writes text, broken between words; each line but the first begins with `indent` spaces. Newlines
 * of the text stay. Ends with a newline. */
void ci_wrap(FILE *out, const char *text, int indent);
