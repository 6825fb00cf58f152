/* SPDX-License-Identifier: MIT
 * Wrong: it gives way every thousand numbers, not every hundred.
 * Fails: cooperative.
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
	int err = 0;

	*ret_count = 0;
	for (int i = 0; i < n && !err; i++) {
		if (i % 1000 == 999)
			err = cigo_yield(ctx);
		*ret_count += is_prime(i);
	}
	return err;
}
