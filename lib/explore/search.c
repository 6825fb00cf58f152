/* SPDX-License-Identifier: MIT
 * The strategies of a search.
 */
#include "explore/search.h"

#include <errno.h>

int ci_search(const cigo_explore_options *o, struct ci_runner *r, cigo_report *ret)
{
	(void)o, (void)r, (void)ret;
	return -ENOSYS;
}
