/* SPDX-License-Identifier: MIT
 * The pairing heap (Fredman, Sedgewick, Sleator, Tarjan 1986). The two-pass merge does not recurse,
 * as a million timers would overflow a stack.
 */
#include "base/heap.h"

static bool before(const struct ci_heap_node *a, const struct ci_heap_node *b)
{
	return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

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

void ci_heap_push(struct ci_heap *h, struct ci_heap_node *node)
{
	node->child = node->next = node->prev = NULL;
	h->root = meld(h->root, node);
}

void ci_heap_remove(struct ci_heap *h, struct ci_heap_node *node)
{
	struct ci_heap_node *below = merge_pairs(node->child);

	if (node == h->root) {
		h->root = below;
	} else {
		if (node->prev->child == node)
			node->prev->child = node->next;
		else
			node->prev->next = node->next;
		if (node->next)
			node->next->prev = node->prev;
		h->root = meld(h->root, below);
	}
	node->child = node->next = node->prev = NULL;
}

long ci_heap_check(const struct ci_heap *h)
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
