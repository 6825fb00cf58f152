/* SPDX-License-Identifier: MIT
 * The program that is explored: the file, and whether it can be run at all.
 */
#pragma once

#include <stddef.h>

/*
 * The file that the shell would run for this name, for free(). NULL: `why` has the reason in words,
 * which begin with the name.
 */
char *program_find(const char *name, char *why, size_t size);
