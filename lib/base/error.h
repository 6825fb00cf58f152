/* SPDX-License-Identifier: MIT
 * Registered error codes.
 */
#pragma once

#include "base/base.h"
#include "cigo/error.h"

/* The text registered for err; NULL: none. Any thread. */
const char *ci_error_text(int err);
