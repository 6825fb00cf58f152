/* SPDX-License-Identifier: MIT
 * The table. A generation has 31 bits: a key is repeated after 2^31 uses of one slot.
 */
#include "base/table.h"

#include <stdlib.h>

#define GENERATIONS 0x7fffffffu

static struct ci_table_slot *slot_of(const struct ci_table *t, uint64_t key)
{
	uint32_t i = (uint32_t)key, generation = (uint32_t)(key >> 32);

	if (i == 0 || i > t->used)
		return NULL;
	struct ci_table_slot *s = &t->slots[i - 1];
	return s->value && s->generation == generation ? s : NULL;
}

static bool grow(struct ci_table *t)
{
	uint32_t size = t->size ? 2 * t->size : 16;

	if (size < t->size)
		return false;
	struct ci_table_slot *slots = realloc(t->slots, size * sizeof *slots);
	if (!slots)
		return false;
	t->slots = slots;
	t->size = size;
	return true;
}

uint64_t ci_table_add(struct ci_table *t, void *value)
{
	uint32_t i = t->free;

	if (i) {
		t->free = t->slots[i - 1].next_free;
	} else {
		if (t->used == t->size && !grow(t))
			return 0;
		i = ++t->used;
		t->slots[i - 1].generation = 0;
	}
	t->slots[i - 1].value = value;
	return (uint64_t)t->slots[i - 1].generation << 32 | i;
}

void *ci_table_get(const struct ci_table *t, uint64_t key)
{
	struct ci_table_slot *s = slot_of(t, key);

	return s ? s->value : NULL;
}

void *ci_table_remove(struct ci_table *t, uint64_t key)
{
	struct ci_table_slot *s = slot_of(t, key);

	if (!s)
		return NULL;
	void *value = s->value;
	s->value = NULL;
	s->generation = (s->generation + 1) & GENERATIONS;
	s->next_free = t->free;
	t->free = (uint32_t)(s - t->slots) + 1;
	return value;
}

void ci_table_fini(struct ci_table *t)
{
	free(t->slots);
	*t = (struct ci_table){ 0 };
}
