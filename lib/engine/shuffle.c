/* SPDX-License-Identifier: MIT
 * Sorts by random keys: a shuffle without memory (bottom-up merge sort on the list).
 */
#include "engine/shuffle.h"

#include "engine/engine.h"

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t ci_shuffle_random(cigo_loop *loop)
{
	uint64_t z = loop->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Merges two lists sorted by key. */
static void merge(struct ci_list *into, struct ci_list *from)
{
	struct ci_list *pos = into->next;

	while (!ci_list_empty(from)) {
		struct ci_runnable *f = ci_list_first(from, struct ci_runnable, link);

		while (pos != into && ci_list_entry(pos, struct ci_runnable, link)->key <= f->key)
			pos = pos->next;
		ci_list_unlink(&f->link);
		ci_list_add_before(pos, &f->link);
	}
}

void ci_shuffle(cigo_loop *loop, struct ci_list *list)
{
	struct ci_list bins[64];
	int used = 0;

	while (!ci_list_empty(list)) {
		struct ci_list carry;
		int i = 0;

		ci_list_init(&carry);
		struct ci_runnable *r = ci_list_first(list, struct ci_runnable, link);
		ci_list_unlink(&r->link);
		r->key = ci_shuffle_random(loop);
		ci_list_append(&carry, &r->link);
		for (; i < used && !ci_list_empty(&bins[i]); i++) {
			merge(&bins[i], &carry);
			ci_list_splice(&carry, &bins[i]);
		}
		if (i == used)
			ci_list_init(&bins[used++]);
		ci_list_splice(&bins[i], &carry);
	}
	for (int i = 0; i < used; i++)
		merge(list, &bins[i]);
}
