/* SPDX-License-Identifier: MIT
 * Runs in front of the pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986). The two-pass merge
 * does not recurse, as a million timers would overflow a stack.
 */
#include "base/heap.h"

static bool before(const struct ci_heap_node *a, const struct ci_heap_node *b)
{
	return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

/* --- the heap -------------------------------------------------------------------------------- */

/* Both are roots without siblings; the later becomes the first child of the earlier. */
static struct ci_heap_node *meld(struct ci_heap_node *a, struct ci_heap_node *b)
{
	if (!a || !b)
		return a ? a : b;
	if (before(b, a)) {
		struct ci_heap_node *t = a;
		a = b;
		b = t;
	}
	b->prev = a;
	b->next = a->child;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	a->next = a->prev = NULL;
	return a;
}

/* Makes one tree of a list of siblings: melds two by two from the left, then all from the right. */
static struct ci_heap_node *merge_pairs(struct ci_heap_node *list)
{
	struct ci_heap_node *done =
		NULL; /* melded two by two, the rightmost first, linked by next */

	while (list) {
		struct ci_heap_node *a = list, *b = a->next;

		list = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		a = meld(a, b);
		a->next = done;
		done = a;
	}
	struct ci_heap_node *root = NULL;
	while (done) {
		struct ci_heap_node *next = done->next;

		done->next = NULL;
		root = meld(root, done);
		done = next;
	}
	return root;
}

static void heap_push(struct ci_heap *h, struct ci_heap_node *node)
{
	node->child = node->next = node->prev = NULL;
	h->root = meld(h->root, node);
}

static void heap_remove(struct ci_heap *h, struct ci_heap_node *node)
{
	struct ci_heap_node *below = merge_pairs(node->child);

	if (node == h->root) {
		h->root = below;
		return;
	}
	if (node->prev->child == node)
		node->prev->child = node->next;
	else
		node->prev->next = node->next;
	if (node->next)
		node->next->prev = node->prev;
	h->root = meld(h->root, below);
}

/* --- runs ------------------------------------------------------------------------------------ */

static bool is_in_run(const struct ci_heap_node *node)
{
	return node->child == node;
}

/* The run that node can be appended to; of several the one that ends latest, so that each keeps to
 * one length of sleep. NULL: none. */
static struct ci_heap_run *fitting(struct ci_heap *h, const struct ci_heap_node *node)
{
	struct ci_heap_run *best = NULL;

	for (struct ci_heap_run *r = h->runs; r < h->runs + CI_HEAP_RUNS; r++) {
		if (r->last && before(node, r->last))
			continue;
		if (!best || !best->last || (r->last && before(best->last, r->last)))
			best = r;
	}
	return best;
}

/* Empties a run of a single node, which moves to the heap: a lone timer for late would keep the run
 * from a crowd. NULL: each has more. */
static struct ci_heap_run *cleared(struct ci_heap *h)
{
	for (struct ci_heap_run *r = h->runs; r < h->runs + CI_HEAP_RUNS; r++) {
		if (r->first != r->last)
			continue;
		heap_push(h, r->first);
		r->first = r->last = NULL;
		return r;
	}
	return NULL;
}

static void append(struct ci_heap_run *r, struct ci_heap_node *node)
{
	node->child = node;
	node->next = NULL;
	node->prev = r->last;
	if (r->last)
		r->last->next = node;
	else
		r->first = node;
	r->last = node;
}

/* Whether node leads or ends a run is known by the run only. */
static void unlink_from_run(struct ci_heap *h, struct ci_heap_node *node)
{
	struct ci_heap_run *r = h->runs;

	if (node->prev && node->next) {
		node->prev->next = node->next;
		node->next->prev = node->prev;
		return;
	}
	while (r->first != node && r->last != node)
		r++;
	if (node->prev)
		node->prev->next = NULL;
	else
		r->first = node->next;
	if (node->next)
		node->next->prev = NULL;
	else
		r->last = node->prev;
}

/* --- both ------------------------------------------------------------------------------------ */

void ci_heap_push(struct ci_heap *h, struct ci_heap_node *node)
{
	struct ci_heap_run *r = fitting(h, node);

	if (!r)
		r = cleared(h);
	if (r)
		append(r, node);
	else
		heap_push(h, node);
}

void ci_heap_remove(struct ci_heap *h, struct ci_heap_node *node)
{
	if (is_in_run(node))
		unlink_from_run(h, node);
	else
		heap_remove(h, node);
	node->child = node->next = node->prev = NULL;
}

struct ci_heap_node *ci_heap_first(const struct ci_heap *h)
{
	struct ci_heap_node *first = h->root;

	for (int i = 0; i < CI_HEAP_RUNS; i++) {
		struct ci_heap_node *n = h->runs[i].first;

		if (n && (!first || before(n, first)))
			first = n;
	}
	return first;
}

/* --- for tests ------------------------------------------------------------------------------- */

static long check_run(const struct ci_heap_run *r)
{
	const struct ci_heap_node *last = NULL;
	long count = 0;

	for (const struct ci_heap_node *n = r->first; n; last = n, n = n->next, count++)
		if (!is_in_run(n) || n->prev != last || (last && before(n, last)))
			return -1;
	return r->last == last ? count : -1;
}

static long check_heap(const struct ci_heap *h)
{
	const struct ci_heap_node *n = h->root;
	long count = 0;

	if (n && (n->prev || n->next))
		return -1;
	while (n) {
		count++;
		for (const struct ci_heap_node *c = n->child, *p = n; c; p = c, c = c->next)
			if (c->prev != p || before(c, n))
				return -1;
		if (n->child) {
			n = n->child;
			continue;
		}
		while (n && !n->next) { /* climb: the first sibling's prev is the parent */
			while (n->prev && n->prev->child != n)
				n = n->prev;
			n = n->prev;
		}
		if (n)
			n = n->next;
	}
	return count;
}

long ci_heap_check(const struct ci_heap *h)
{
	long count = check_heap(h);

	for (int i = 0; i < CI_HEAP_RUNS && count >= 0; i++) {
		long n = check_run(&h->runs[i]);

		count = n < 0 ? -1 : count + n;
	}
	return count;
}
