/* SPDX-License-Identifier: MIT
 * Growing by doubling, so that an append costs the same on the average.
 */
#include "base/array.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 16 };

bool ci_array_reserve(void *array, size_t *room, size_t n, size_t item_size)
{
	size_t size = *room ? 2 * *room : LEAST, bytes;
	void *items;

	if (n <= *room)
		return true;
	size = size < n ? n : size;
	if (__builtin_mul_overflow(size, item_size, &bytes) || bytes > PTRDIFF_MAX)
		return false;
	memcpy(&items, array, sizeof items); /* a pointer of whatever type */
	items = realloc(items, bytes);
	if (!items)
		return false;
	memcpy(array, &items, sizeof items);
	*room = size;
	return true;
}
