/* SPDX-License-Identifier: MIT
 * Registered error codes.
 */
#ifndef CI_ERROR_H
#define CI_ERROR_H

#include "base/base.h"
#include "cigo/error.h"

/* The text registered for err; NULL: none. Any thread. */
const char *ci_error_text(int err);

#endif
