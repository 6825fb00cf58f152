/* SPDX-License-Identifier: MIT
 *
 * Many threads asleep at once.
 */
#ifndef CI_FUTEX_HASH_H
#define CI_FUTEX_HASH_H

#include "base/base.h"

/* The process has n threads of ours. Any thread, one at a time: the counting has a mutex. */
void ci_futex_hash_expect(unsigned long n);

#endif
