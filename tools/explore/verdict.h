/* SPDX-License-Identifier: MIT
 * How a schedule ended, from what its process noted and how that process ended.
 */
#pragma once

#include "explore/search.h"
#include "tools/explore/child.h"

/* What a record has from earlier schedules, in memory that the program does not share. */
struct kept {
	struct ci_record_site sites[CI_RECORD_SITES];
	uint32_t sites_n, run, instrumented, frozen;
};

/* Before a run: keeps what the record has. */
void verdict_keep(struct kept *k, const struct ci_record *r);
/* Completes the runner's record: its ending, and the failure in words. If the program has overwritten the
 * record, what was kept is put back. */
void verdict(struct ci_runner *runner, const struct kept *k, const struct ci_plan *plan,
	     const struct child_end *end, int64_t hang_ns, const struct tail *tail);
/* Whether a process without a record, which has ended like this, has failed in these words. */
bool verdict_is_same(const char *failure, const struct child_end *end, int64_t hang_ns,
		     const struct tail *tail);
