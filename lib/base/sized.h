/* SPDX-License-Identifier: MIT
 * Public structs that begin with their size. A program was compiled with other headers than this
 * library, perhaps: its struct may be smaller, and then the rest is zeros; or larger, and then what
 * this library does not know must be zeros, as in clone3(2) and openat2(2). docs/abi.md has the rules.
 */
#pragma once

#include "base/base.h"

/* Copies the program's struct to *own, which has own_size bytes; own->size is own_size then. What
 * cannot be understood is misuse; type is the struct's name, for the message. */
void ci_sized_take(const char *type, void *own, size_t own_size, const void *given);
/* Copies *own to the program's struct, whose size stays; bytes that *own does not have become zeros. */
void ci_sized_give(const char *type, void *given, const void *own, size_t own_size);

#define CI_SIZED_TAKE(type, own, given) ci_sized_take(#type, (own), sizeof(type), (given))
#define CI_SIZED_GIVE(type, given, own) ci_sized_give(#type, (given), (own), sizeof(type))
