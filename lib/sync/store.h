/* SPDX-License-Identifier: MIT
 * The store of a queue: a ring for FIFO and LIFO, a binary heap for priorities. Items are copied in
 * and out. Invariant of the heap: no item comes before its parent. compare says which of two comes
 * first; of equal ones it is the one that was added first.
 */
#pragma once

#include "base/base.h"
#include "cigo/queue.h"

struct ci_store {
	cigo_queue_kind kind; /* these are final */
	size_t item_size;
	size_t capacity;		/* 0: no limit */
	cigo_queue_compare_fn *compare; /* PRIORITY */
	void *arg;

	size_t size, count; /* places; items */
	size_t first;	    /* FIFO, LIFO: the place of the oldest item */
	char *items;	    /* size places; a heap has one more, for an item in transit */
	uint64_t *orders;   /* PRIORITY: likewise, the order in which each was added */
	uint64_t next;	    /* PRIORITY: the order of the next item */
};

/* Makes room for one more item, below the capacity; false: no memory. */
bool ci_store_grow(struct ci_store *s);
/* Adds an item; there is room. */
void ci_store_add(struct ci_store *s, const void *item);
/* Takes the item whose turn it is; the store is not empty. */
void ci_store_take(struct ci_store *s, void *ret);
void ci_store_fini(struct ci_store *s);
