/* SPDX-License-Identifier: MIT
 * Lanes by number. A lane that ended is used again for the next.
 */
#include "loop/trace_lane.h"

#include <stdio.h>
#include <stdlib.h>

static struct ci_lane **place(struct ci_lanes *lanes, uint64_t number)
{
	struct ci_lane **p = &lanes->buckets[number & (CI_LANE_BUCKETS - 1)];

	while (*p && (*p)->number != number)
		p = &(*p)->next;
	return p;
}

struct ci_lane *ci_lane_find(const struct ci_lanes *lanes, uint64_t number)
{
	return *place((struct ci_lanes *)(uintptr_t)lanes, number);
}

struct ci_lane *ci_lane_add(struct ci_lanes *lanes, uint64_t number, const char *name)
{
	struct ci_lane *l = lanes->free;
	struct ci_lane **bucket = &lanes->buckets[number & (CI_LANE_BUCKETS - 1)];

	if (l)
		lanes->free = l->next;
	else
		l = malloc(sizeof *l);
	if (!l)
		return NULL;
	*l = (struct ci_lane){ .next = *bucket, .number = number };
	snprintf(l->name, sizeof l->name, "%s", name);
	*bucket = l;
	return l;
}

void ci_lane_drop(struct ci_lanes *lanes, uint64_t number)
{
	struct ci_lane **p = place(lanes, number), *l = *p;

	if (!l)
		return;
	*p = l->next;
	l->next = lanes->free;
	lanes->free = l;
}

static void free_list(struct ci_lane *l)
{
	while (l) {
		struct ci_lane *next = l->next;

		free(l);
		l = next;
	}
}

void ci_lanes_fini(struct ci_lanes *lanes)
{
	for (size_t i = 0; i < CI_LANE_BUCKETS; i++)
		free_list(lanes->buckets[i]);
	free_list(lanes->free);
}
