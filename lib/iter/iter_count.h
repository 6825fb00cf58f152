/* SPDX-License-Identifier: MIT
 * Counting, with and without an end.
 */
#ifndef CI_ITER_COUNT_H
#define CI_ITER_COUNT_H

#include "iter/iter.h"

/* from, from + 1, ..., the last below end. */
cigo_iter *ci_iter_counting(int64_t from, int64_t end);

#endif
