/* SPDX-License-Identifier: MIT
 * The futex hash of the process: wake-ups stay cheap while many threads sleep.
 */
#pragma once

#include "base/base.h"

/* The library has n threads in this process. Any thread, under the mutex of stack.c. */
void ci_futex_hash_expect(unsigned long n);
/* The only thread of a child of fork: its process has no table yet. */
void ci_futex_hash_in_child(void);
