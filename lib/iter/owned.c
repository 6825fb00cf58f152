/* SPDX-License-Identifier: MIT
 * The strings that items own.
 */
#include "iter/owned.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ci_owned ci_owned_string = { .refs = 1, .n = 1, .at = { 0 } };

static void unref(struct ci_owned *o)
{
	if (o && __atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) == 0)
		free(o);
}

void ci_owned_set(struct ci_owned **place, struct ci_owned *to)
{
	if (*place == to)
		return;
	if (to)
		__atomic_add_fetch(&to->refs, 1, __ATOMIC_RELAXED);
	unref(*place);
	*place = to;
}

static void append(struct ci_owned *o, const struct ci_owned *part, size_t at)
{
	for (size_t i = 0; part && i < part->n; i++)
		o->at[o->n++] = at + part->at[i];
}

int ci_owned_join(struct ci_owned **place, const struct ci_owned *a, size_t a_at,
		  const struct ci_owned *b, size_t b_at)
{
	size_t n = (a ? a->n : 0) + (b ? b->n : 0);
	struct ci_owned *o = n ? malloc(sizeof *o + n * sizeof *o->at) : NULL;

	if (n && !o)
		return -ENOMEM;
	if (o) {
		*o = (struct ci_owned){ .refs = 1 };
		append(o, a, a_at);
		append(o, b, b_at);
	}
	unref(*place);
	*place = o;
	return 0;
}

void ci_owned_free(const struct ci_owned *o, void *item)
{
	for (size_t i = 0; o && i < o->n; i++) {
		char *string;

		memcpy(&string, (char *)item + o->at[i], sizeof string);
		free(string);
	}
}
