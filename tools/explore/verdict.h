/* SPDX-License-Identifier: MIT
 * How a schedule ended, from what its process noted and how that process ended.
 */
#pragma once

#include "explore/search.h"
#include "tools/explore/child.h"

/* Completes the record: its ending, and the failure in words. */
void verdict(struct ci_record *r, const struct ci_plan *plan, const struct child_end *end,
	     int64_t hang_ns, const struct tail *tail);
