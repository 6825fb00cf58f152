/* SPDX-License-Identifier: MIT
 * Structs of other versions than this one.
 */
#include "base/sized.h"

#include <string.h>

#include "base/misuse.h"
#include "cigo/version.h"

/* No struct of any version is larger: such a size was never set. */
enum { MOST = 4096 };

static size_t size_of(const char *type, const void *given)
{
	size_t size;

	ci_expect(given, "no %s", type);
	memcpy(&size, given, sizeof size);
	ci_expect(size >= sizeof size && size <= MOST, "the size in a %s is %zu, not sizeof(%s)",
		  type, size, type);
	return size;
}

void ci_sized_take(const char *type, void *own, size_t own_size, const void *given)
{
	size_t size = size_of(type, given);
	const char *bytes = given;

	for (size_t i = own_size; i < size; i++)
		ci_expect(!bytes[i],
			  "byte %zu of a %s is not zero: the program uses a field of a later cigo "
			  "than this one, " CIGO_VERSION ", which knows %zu bytes of %zu",
			  i, type, own_size, size);
	memset(own, 0, own_size);
	memcpy(own, given, size < own_size ? size : own_size);
	memcpy(own, &own_size, sizeof own_size);
}

void ci_sized_give(const char *type, void *given, const void *own, size_t own_size)
{
	size_t size = size_of(type, given), known = size < own_size ? size : own_size;

	memset(given, 0, size);
	memcpy(given, own, known);
	memcpy(given, &size, sizeof size);
}
