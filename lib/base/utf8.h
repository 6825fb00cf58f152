/* SPDX-License-Identifier: MIT
 * Text in UTF-8 (RFC 3629), of which a program may give anything.
 */
#pragma once

#include "base/base.h"

/* The bytes of the well-formed character at s, which a zero ends; 0: there is none. */
int ci_utf8_length(const unsigned char *s);
