/* SPDX-License-Identifier: MIT
 * Texts of a program in JSON: traces, reports.
 */
#pragma once

#include "base/base.h"

/*
 * Writes the first character of s, which a zero ends and which is not empty, as it stands in a JSON string. What
 * is not UTF-8 becomes U+FFFD. Returns how many bytes of s that were.
 */
int ci_json_character(const char *s, char text[8]);
