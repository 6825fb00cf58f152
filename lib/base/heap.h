/* SPDX-License-Identifier: MIT
 *
 * A priority queue of intrusive nodes, for timers: a pairing heap. Chosen over an array heap since
 * it needs no memory of its own, so that arming a timer can't fail, and push is O(1).
 * Order is total: (key, seq). Invariant: a node's parent is not after it.
 */
#ifndef CI_HEAP_H
#define CI_HEAP_H

#include "base/base.h"

struct ci_heap_node {
	struct ci_heap_node *child; /* first child */
	struct ci_heap_node *next;  /* next sibling */
	struct ci_heap_node *prev;  /* previous sibling, of a first child its parent; NULL: root */
	int64_t key;
	uint64_t seq; /* breaks ties: first come, first served */
};

struct ci_heap {
	struct ci_heap_node *root; /* NULL: empty */
};

/* node->key and node->seq are set by the caller before. */
void ci_heap_push(struct ci_heap *h, struct ci_heap_node *node);
/* Takes node out, wherever it is; it must be inside. */
void ci_heap_remove(struct ci_heap *h, struct ci_heap_node *node);
/* For tests: the number of nodes; -1 if the structure is broken. */
long ci_heap_check(const struct ci_heap *h);

static inline struct ci_heap_node *ci_heap_first(const struct ci_heap *h)
{
	return h->root;
}

#endif
