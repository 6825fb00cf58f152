/* SPDX-License-Identifier: MIT
 *
 * What a queue keeps its items in: a ring for FIFO and LIFO, a binary heap for priorities. Items
 * are copied in and out. Invariant: every item in a heap is not before its parent, where before
 * means by compare, and then by order of coming.
 */
#ifndef CI_STORE_H
#define CI_STORE_H

#include "base/base.h"
#include "cigo/queue.h"

struct ci_store {
	cigo_queue_kind kind; /* these are final */
	size_t item_size;
	size_t capacity;		/* 0: no limit */
	cigo_queue_compare_fn *compare; /* PRIORITY */
	void *arg;

	size_t size, count; /* places; items */
	size_t first;	    /* FIFO, LIFO: the place of the eldest */
	char *items;	    /* size of them, aligned as they are; one more for a heap, in transit */
	uint64_t *orders;   /* PRIORITY: likewise, when each came */
	uint64_t next;	    /* PRIORITY: the order of the next to come */
};

/* Room for one more, below the capacity; false: no memory. */
bool ci_store_grow(struct ci_store *s);
/* Adds an item; there is room. */
void ci_store_add(struct ci_store *s, const void *item);
/* Takes the one whose turn it is; there is one. */
void ci_store_take(struct ci_store *s, void *ret);
void ci_store_fini(struct ci_store *s);

#endif
