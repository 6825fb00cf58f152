/* SPDX-License-Identifier: MIT
 * Texts of the program in JSON.
 */
#pragma once

#include "loop/trace_file.h"

/* Appends text as the inside of a JSON string, at most 200 bytes of it. */
void ci_trace_quote(struct ci_trace_file *f, const char *text);
/* Appends what the format says, as printf would, but only %d, %jd, and these: %s is a text as the inside of
 * a JSON string (ci_trace_quote), %ji nanoseconds, written as microseconds. */
void ci_trace_print(struct ci_trace_file *f, const char *format, ...) CIGO_PRINTF(2, 3);
/* Whether JSON takes the text for a number, and it is one of a common size. */
bool ci_trace_is_number(const char *text);
