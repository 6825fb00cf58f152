/* SPDX-License-Identifier: MIT
 * What every file of the library needs. Includes nothing of the library but public types.
 */
#pragma once

#include "cigo/base.h"

#define ci_likely(x)   __builtin_expect(!!(x), 1)
#define ci_unlikely(x) __builtin_expect(!!(x), 0)

/* The struct that p, the address of its member, lies in. */
#define ci_container_of(p, type, member) ((type *)((uintptr_t)(p)-offsetof(type, member)))

/* Rounds n up so that anything may be placed behind it. */
#define CI_ALIGN    (_Alignof(max_align_t))
#define ci_align(n) (((n) + CI_ALIGN - 1) & ~(CI_ALIGN - 1))

/* Writes to the array `text` what printf would make of the last parameters of a function: (format, ...).
 * The file includes stdarg.h and stdio.h. */
#define CI_FORMAT(text, format)                                   \
	do {                                                      \
		va_list ci_ap;                                    \
		va_start(ci_ap, format);                          \
		vsnprintf((text), sizeof(text), (format), ci_ap); \
		va_end(ci_ap);                                    \
	} while (0)
