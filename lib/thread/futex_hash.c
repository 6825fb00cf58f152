/* SPDX-License-Identifier: MIT
 * Each strand that waits sleeps on a futex. To wake a sleeper, the kernel looks the futex up in a
 * hash table. Since Linux 6.16 each process has its own table, sized by the number of CPUs: 16
 * chains on two CPUs. 100,000 sleepers make chains of 6,000. The kernel walks a chain with a spin
 * lock held, far into it unless the sleepers are woken in the order in which they fell asleep.
 * Measured with two loops of 50,000 sleepers: 64 % of all time went into futex_wake, and a wake-up
 * cost 100 us and more. So we enlarge the table with the number of our threads, to one to four
 * chains for each (64 bytes a chain). Then a wake-up costs 2 us.
 *
 * We only ever enlarge the process's table. A process that chose the global table keeps it, and
 * older kernels have nothing else: 256 chains for each CPU.
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
