/* SPDX-License-Identifier: MIT
 * The trace as a file that Perfetto and chrome://tracing open (the trace-event format, object form).
 */
#pragma once

#include "engine/trace.h"

struct ci_trace_json;

/* Writes the loop's run to the file of that name from now on; NULL: the reason is on stderr. */
struct ci_trace_json *ci_trace_json_open(cigo_loop *loop, const char *name);
/* Ends the file after the run. j may be NULL. */
void ci_trace_json_close(cigo_loop *loop, struct ci_trace_json *j);
