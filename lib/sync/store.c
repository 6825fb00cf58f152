/* SPDX-License-Identifier: MIT
 * The ring and the heap.
 */
#include "sync/store.h"

#include <stdlib.h>
#include <string.h>

void ci_store_fini(struct ci_store *s)
{
	free(s->items);
	free(s->orders);
}

static char *at(const struct ci_store *s, size_t place)
{
	return s->items + place * s->item_size;
}

static char *in_ring(const struct ci_store *s, size_t i)
{
	return at(s, (s->first + i) % s->size);
}

/* --- room ------------------------------------------------------------------------------------ */

static void *resize(void *old, size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : realloc(old, bytes);
}

static bool grow_heap(struct ci_store *s, size_t size)
{
	uint64_t *orders = resize(s->orders, size + 1, sizeof *orders);

	if (!orders)
		return false;
	s->orders = orders;
	char *items = resize(s->items, size + 1, s->item_size);
	if (!items)
		return false;
	s->items = items;
	return true;
}

static bool grow_ring(struct ci_store *s, size_t size)
{
	char *items = resize(NULL, size, s->item_size);

	if (!items)
		return false;
	for (size_t i = 0; i < s->count; i++)
		memcpy(items + i * s->item_size, in_ring(s, i), s->item_size);
	free(s->items);
	s->items = items;
	s->first = 0;
	return true;
}

bool ci_store_grow(struct ci_store *s)
{
	size_t size = s->size ? 2 * s->size : 8;

	if (s->count < s->size)
		return true;
	if (s->capacity && size > s->capacity)
		size = s->capacity;
	if (s->kind == CIGO_QUEUE_PRIORITY ? !grow_heap(s, size) : !grow_ring(s, size))
		return false;
	s->size = size;
	return true;
}

/* --- the heap -------------------------------------------------------------------------------- */

static bool before(const struct ci_store *s, size_t a, size_t b)
{
	int order = s->compare(at(s, a), at(s, b), s->arg);

	return order ? order < 0 : s->orders[a] < s->orders[b];
}

static void move(struct ci_store *s, size_t to, size_t from)
{
	memcpy(at(s, to), at(s, from), s->item_size);
	s->orders[to] = s->orders[from];
}

/* The item lies in the place for transit. Moves the hole up to where the item belongs. */
static void sift_up(struct ci_store *s, size_t hole)
{
	for (; hole && before(s, s->size, (hole - 1) / 2); hole = (hole - 1) / 2)
		move(s, hole, (hole - 1) / 2);
	move(s, hole, s->size);
}

/* Likewise, moves the hole down. */
static void sift_down(struct ci_store *s, size_t hole)
{
	size_t child;

	while ((child = 2 * hole + 1) < s->count) {
		if (child + 1 < s->count && before(s, child + 1, child))
			child++;
		if (before(s, s->size, child))
			break;
		move(s, hole, child);
		hole = child;
	}
	move(s, hole, s->size);
}

/* --- items ----------------------------------------------------------------------------------- */

void ci_store_add(struct ci_store *s, const void *item)
{
	if (s->kind != CIGO_QUEUE_PRIORITY) {
		memcpy(in_ring(s, s->count++), item, s->item_size);
		return;
	}
	memcpy(at(s, s->size), item, s->item_size);
	s->orders[s->size] = s->next++;
	sift_up(s, s->count++);
}

void ci_store_take(struct ci_store *s, void *ret)
{
	size_t left = --s->count;

	switch (s->kind) {
	case CIGO_QUEUE_FIFO:
		memcpy(ret, at(s, s->first), s->item_size);
		s->first = (s->first + 1) % s->size;
		break;
	case CIGO_QUEUE_LIFO: memcpy(ret, in_ring(s, left), s->item_size); break;
	case CIGO_QUEUE_PRIORITY:
		memcpy(ret, at(s, 0), s->item_size);
		if (left) {
			move(s, s->size, left);
			sift_down(s, 0);
		}
		break;
	}
}
