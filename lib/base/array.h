/* SPDX-License-Identifier: MIT
 * Arrays that grow.
 */
#pragma once

#include "base/base.h"

/* Makes room for n items of so many bytes in the allocation that the pointer at `array` points to, and
 * which has room for *room: for twice as many at least. False: no memory, and all is as it was. */
bool ci_array_reserve(void *array, size_t *room, size_t n, size_t item_size);
