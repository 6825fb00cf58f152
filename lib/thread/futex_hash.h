/* SPDX-License-Identifier: MIT
 * The futex hash of the process: wake-ups stay cheap while many threads sleep.
 */
#ifndef CI_FUTEX_HASH_H
#define CI_FUTEX_HASH_H

#include "base/base.h"

/* The library has n threads in this process. Any thread, under the mutex of stack.c. */
void ci_futex_hash_expect(unsigned long n);

#endif
