/* SPDX-License-Identifier: MIT
 * A priority queue of intrusive nodes, for timers: a pairing heap. Unlike an array heap it needs no
 * memory of its own, so arming a timer cannot fail; and push is O(1).
 * Invariant: no node comes before its parent in the total order (key, seq).
 */
#pragma once

#include "base/base.h"

struct ci_heap_node {
	struct ci_heap_node *child; /* first child */
	struct ci_heap_node *next;  /* next sibling */
	struct ci_heap_node *prev;  /* previous sibling; the first child: its parent; NULL: root */
	int64_t key;
	uint64_t seq; /* breaks ties: the smaller first */
};

struct ci_heap {
	struct ci_heap_node *root; /* NULL: empty */
};

/* The caller has set node->key and node->seq. */
void ci_heap_push(struct ci_heap *h, struct ci_heap_node *node);
/* Takes node out, wherever it is in the heap; it must be in it. */
void ci_heap_remove(struct ci_heap *h, struct ci_heap_node *node);
/* For tests: the number of nodes; -1 if the structure is broken. */
long ci_heap_check(const struct ci_heap *h);

static inline struct ci_heap_node *ci_heap_first(const struct ci_heap *h)
{
	return h->root;
}
