/* SPDX-License-Identifier: MIT
 * Whether a file is a trace: before the page is begun, for a page without one is of no use.
 */
#pragma once

#include <stdbool.h>

/* False: what is wrong was said on stderr. */
bool trace_is_one(const char *path);
