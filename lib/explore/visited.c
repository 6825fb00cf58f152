/* SPDX-License-Identifier: MIT
 * A set of hashes, open addressing.
 */
#include "explore/visited.h"

#include <stdlib.h>

static uint64_t *slot_of(uint64_t *states, size_t size, uint64_t state)
{
	size_t i = state & (size - 1);

	while (states[i] && states[i] != state)
		i = (i + 1) & (size - 1);
	return &states[i];
}

/* Without memory the set stays as it is. */
static void grow(struct ci_visited *v)
{
	size_t size = v->size ? 2 * v->size : 1024;
	uint64_t *states = size <= CI_VISITED_MOST ? calloc(size, sizeof *states) : NULL;

	if (!states)
		return;
	for (size_t i = 0; i < v->size; i++)
		if (v->states[i])
			*slot_of(states, size, v->states[i]) = v->states[i];
	free(v->states);
	v->states = states;
	v->size = size;
}

bool ci_visited_before(struct ci_visited *v, uint64_t state)
{
	if (!state)
		return false;
	if (4 * v->n >= 3 * v->size)
		grow(v);
	if (!v->size)
		return false;
	uint64_t *slot = slot_of(v->states, v->size, state);
	if (*slot)
		return true;
	if (8 * v->n < 7 * v->size) {
		*slot = state;
		v->n++;
	}
	return false;
}

void ci_visited_fini(struct ci_visited *v)
{
	free(v->states);
}
