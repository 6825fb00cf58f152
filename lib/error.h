/* SPDX-License-Identifier: MIT
 *
 * Floor: 0 ground
 * Registered error codes.
 */
#ifndef CI_ERROR_H
#define CI_ERROR_H

#include "base.h"
#include "cigo/error.h"

/* The text registered for err; NULL: none. Any thread. */
const char *ci_error_text(int err);

#endif
