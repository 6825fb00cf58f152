/* SPDX-License-Identifier: MIT
 * Which strings of the heap lie in an item, and at what offsets, so that an item can be freed that no
 * caller gets. Counted, since a collected array outlives the iterators that gave its items. NULL:
 * there are none.
 */
#pragma once

#include <stddef.h>

struct ci_owned {
	unsigned refs; /* atomic */
	size_t n;
	size_t at[];
};

extern struct ci_owned ci_owned_string; /* the item is one string; never freed */

/* Makes *place hold `to`, and no longer what it held. */
void ci_owned_set(struct ci_owned **place, struct ci_owned *to);
/* A new one in *place, in the same way: those of a, which lies at a_at in an item, and those of b. -ENOMEM. */
int ci_owned_join(struct ci_owned **place, const struct ci_owned *a, size_t a_at,
		  const struct ci_owned *b, size_t b_at);
/* Frees the strings of an item. */
void ci_owned_free(const struct ci_owned *o, void *item);
