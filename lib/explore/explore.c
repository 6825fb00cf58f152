/* SPDX-License-Identifier: MIT
 * Exploring a function in this process, or in forked children.
 */
#include "cigo/explore.h"

#include <errno.h>

int cigo_explore(const cigo_explore_options *o, cigo_coro_fn *main, void *arg, cigo_report *report)
{
	(void)o, (void)main, (void)arg, (void)report;
	return -ENOSYS;
}
