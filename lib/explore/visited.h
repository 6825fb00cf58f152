/* SPDX-License-Identifier: MIT
 * The states that a search has met, as hashes. Bounded: when it is full, states are not remembered
 * any more, so more schedules are tried than need be, and none is left out.
 */
#pragma once

#include "base/base.h"

enum { CI_VISITED_MOST = 1 << 23 /* 64 MiB */ };

struct ci_visited {
	uint64_t *states; /* 0: free */
	size_t n, size;
};

/* Whether the state was there already; if not, it is from now on. 0: never. */
bool ci_visited_before(struct ci_visited *v, uint64_t state);
void ci_visited_fini(struct ci_visited *v);
