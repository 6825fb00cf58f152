/* SPDX-License-Identifier: MIT
 * Counting, with and without an end.
 */
#pragma once

#include "iter/iter.h"

/* from, from + 1, ..., the last below end. */
cigo_iter *ci_iter_counting(int64_t from, int64_t end);
