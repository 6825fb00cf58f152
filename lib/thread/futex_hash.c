/* SPDX-License-Identifier: MIT
 * Each strand that waits sleeps on a futex. To wake a sleeper, the kernel looks the futex up in a
 * hash table. Since Linux 6.16 each process has its own table, sized by the number of CPUs: 16
 * chains on two CPUs. 100,000 sleepers make chains of 6,000. The kernel walks a chain with a spin
 * lock held, far into it unless the sleepers are woken in the order in which they fell asleep.
 * Measured with two loops of 50,000 sleepers: 64 % of all time went into futex_wake, and a wake-up
 * cost 100 us and more. So we enlarge the table with the number of our threads, to one chain for
 * each at least (64 bytes a chain). Then a wake-up costs 2 us.
 *
 * To replace a table costs 20 to 60 ms: prctl waits until the kernel is sure that nobody uses the
 * old one. So the steps are large. A process without threads has no table yet; then its first one is
 * made by us, in 10 us, and serves most programs for good. A process that has threads already waits
 * for a larger table only when it has many of ours.
 *
 * We only ever enlarge the process's table. A process that chose the global table keeps it, and
 * older kernels have nothing else: 256 chains for each CPU.
 */
#include "thread/futex_hash.h"

#include <errno.h>
#include <limits.h>
#include <sys/prctl.h>

#ifndef PR_FUTEX_HASH
#define PR_FUTEX_HASH		78
#define PR_FUTEX_HASH_SET_SLOTS 1
#define PR_FUTEX_HASH_GET_SLOTS 2
#endif

enum { SMALL = 64 };

static const unsigned long steps[] = { 1024, 1 << 16, 1 << 20, 1 << 22 };

static unsigned long enough; /* threads that the table is large enough for; 0: not looked at yet */

/* -1: the kernel has no tables of processes; 0: there is none yet, or the global one. */
static long slots(void)
{
	return prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_GET_SLOTS, 0, 0, 0);
}

static void grow(unsigned long n)
{
	size_t i = 0;

	while (i + 1 < sizeof steps / sizeof *steps && steps[i] < n)
		i++;
	enough = steps[i] < n ? ULONG_MAX : steps[i];
	long now = slots();
	if (now >= 0 && (unsigned long)now < steps[i])
		prctl(PR_FUTEX_HASH, PR_FUTEX_HASH_SET_SLOTS, steps[i], 0, 0);
}

void ci_futex_hash_expect(unsigned long n)
{
	if (ci_likely(n <= enough))
		return;
	int saved = errno;
	if (!enough && slots() > 0 && n <= SMALL)
		enough = SMALL;
	else
		grow(n);
	errno = saved;
}

void ci_futex_hash_in_child(void)
{
	enough = 0;
}
