/* SPDX-License-Identifier: MIT
 * Blocks of memory. clang calls the first of each pair; gcc calls the C library's function by name, so that
 * one is defined anew, too. What a library copies, in a program that does not tell its other accesses, is not
 * told either.
 */
#include <string.h>

#include "points.h"

EXPORT void *__tsan_memcpy(void *to, const void *from, size_t size);
EXPORT void *__tsan_memmove(void *to, const void *from, size_t size);
EXPORT void *__tsan_memset(void *to, int byte, size_t size);

static void copies(void *to, const void *from, size_t size, const void *pc)
{
	if (!size || !cp_instrumented)
		return;
	cp_access(from, size, true, pc);
	cp_access(to, size, false, pc);
}

EXPORT void *__tsan_memcpy(void *to, const void *from, size_t size)
{
	copies(to, from, size, CALLER);
	return REAL(memcpy)(to, from, size);
}

EXPORT void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	copies(to, from, size, CALLER);
	return REAL(memcpy)(to, from, size);
}

EXPORT void *__tsan_memmove(void *to, const void *from, size_t size)
{
	copies(to, from, size, CALLER);
	return REAL(memmove)(to, from, size);
}

EXPORT void *memmove(void *to, const void *from, size_t size)
{
	copies(to, from, size, CALLER);
	return REAL(memmove)(to, from, size);
}

static void sets(void *to, size_t size, const void *pc)
{
	if (size && cp_instrumented)
		cp_access(to, size, false, pc);
}

EXPORT void *__tsan_memset(void *to, int byte, size_t size)
{
	sets(to, size, CALLER);
	return REAL(memset)(to, byte, size);
}

EXPORT void *memset(void *to, int byte, size_t size)
{
	sets(to, size, CALLER);
	return REAL(memset)(to, byte, size);
}
