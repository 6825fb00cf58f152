/* SPDX-License-Identifier: MIT
 * Wrong: it does not look at what the yield returns.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

static bool is_prime(int n)
{
	for (int i = 2; i * i <= n; i++) {
		if (n % i == 0)
			return false;
	}
	return n > 1;
}

int count_primes(cigo_ctx *ctx, int n, int *ret_count)
{
	*ret_count = 0;
	for (int i = 0; i < n; i++) {
		if (i % 100 == 99)
			cigo_ignore(cigo_yield(ctx));
		*ret_count += is_prime(i);
	}
	return 0;
}
