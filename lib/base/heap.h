/* SPDX-License-Identifier: MIT
 * A priority queue of intrusive nodes, for timers: some sorted lists, called runs, and a pairing
 * heap. It needs no memory of its own, so arming a timer cannot fail.
 *
 * A crowd that sleeps equally long arms its timers in the order in which they are due. Such a node
 * is appended to a run, and leaves it at the front: both touch a neighbour only. In a heap each node
 * is touched several times, and with thousands of sleepers each touch misses the caches. A run
 * serves one length of sleep; nodes that fit no run are in the heap.
 *
 * Invariant: no node comes before its parent, or before the previous one in its run, in the total
 * order (key, seq).
 */
#pragma once

#include "base/base.h"

enum { CI_HEAP_RUNS = 4 };

struct ci_heap_node {
	struct ci_heap_node *child; /* first child; in a run: the node itself */
	struct ci_heap_node *next;  /* next sibling, or next in the run */
	struct ci_heap_node *prev;  /* the previous one; NULL: root, or the first of a run. First
				     * child: its parent */
	int64_t key;
	uint64_t seq; /* breaks ties: the smaller first */
};

struct ci_heap_run {
	struct ci_heap_node *first, *last; /* NULL: empty */
};

/* All zeros: empty. */
struct ci_heap {
	struct ci_heap_node *root; /* NULL: no node is in the heap */
	struct ci_heap_run runs[CI_HEAP_RUNS];
};

/* The caller has set node->key and node->seq. */
void ci_heap_push(struct ci_heap *h, struct ci_heap_node *node);
/* Takes node out, wherever it is; it must be in h. */
void ci_heap_remove(struct ci_heap *h, struct ci_heap_node *node);
/* NULL: h is empty. */
struct ci_heap_node *ci_heap_first(const struct ci_heap *h);
/* For tests: the number of nodes; -1 if the structure is broken. */
long ci_heap_check(const struct ci_heap *h);
