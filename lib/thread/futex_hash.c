/* SPDX-License-Identifier: MIT
 *
 * Each strand that waits sleeps on a futex, and to wake one the kernel looks it up in a hash table.
 * Since Linux 6.16 each process has one of its own, sized by the number of CPUs: 16 chains on two.
 * 100,000 sleepers make chains of 6,000, walked while a spin lock is held, unless they are woken in
 * the very order in which they fell asleep. Measured, two loops with 50,000 sleepers each: 64 % of
 * all time was spent in futex_wake, and waking one cost 100 us and more. So the table is made to
 * grow with our threads, to between one and four chains for each (64 bytes a chain): then it is 2.
 *
 * The table is the process's, and only ever made larger. A process that chose the global one keeps it,
 * and older kernels have nothing else: 256 chains for each CPU.
 */
#include "thread/futex_hash.h"

#include <errno.h>
#include <sys/prctl.h>

#ifndef PR_FUTEX_HASH
#define PR_FUTEX_HASH		78
#define PR_FUTEX_HASH_SET_SLOTS 1
#define PR_FUTEX_HASH_GET_SLOTS 2
#endif

enum { FIRST = 64, MOST = 1 << 22 };

static unsigned long enough = FIRST; /* threads that the table is large enough for */

void ci_futex_hash_expect(unsigned long n)
{
	int saved = errno;

	if (ci_likely(n <= enough) || n > MOST)
		return;
	while (enough < n)
		enough *= 4;
	long slots = prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_GET_SLOTS, 0, 0, 0);
	if (slots > 0 && (unsigned long)slots < enough)
		prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, enough, 0, 0);
	errno = saved;
}
