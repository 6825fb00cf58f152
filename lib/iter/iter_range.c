/* SPDX-License-Identifier: MIT
 * Counting up to something.
 */
#include "iter/iter_count.h"

cigo_iter *cigo_iter_range(int64_t n)
{
	CI_ENTRY;
	return ci_iter_counting(0, n);
}
