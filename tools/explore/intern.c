/* SPDX-License-Identifier: MIT
 * Numbers for pieces of bytes.
 */
#include "tools/explore/intern.h"

#include <stdlib.h>
#include <string.h>

/* Where the piece is in the index, or would be. */
static uint32_t *find(const struct intern *t, const void *bytes, size_t n)
{
	const unsigned char *s = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a (Fowler, Noll, Vo) */

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ s[i]) * UINT64_C(0x100000001b3);
	for (size_t i = hash >> 20;; i++) {
		uint32_t *at = &t->index[i % (2 * (size_t)t->size)];
		const struct intern_piece *p = *at ? &t->pieces[*at - 1] : NULL;

		if (!p || (p->n == n && memcmp(p->bytes, bytes, n) == 0))
			return at;
	}
}

static int grow(struct intern *t)
{
	uint32_t size = t->size ? 2 * t->size : 64;
	struct intern_piece *pieces = realloc(t->pieces, size * sizeof *pieces);

	if (!pieces)
		return INTERN_NONE;
	t->pieces = pieces;
	uint32_t *index = calloc(2 * (size_t)size, sizeof *index);
	if (!index)
		return INTERN_NONE;
	free(t->index);
	t->index = index;
	t->size = size;
	for (uint32_t i = 0; i < t->n; i++)
		*find(t, pieces[i].bytes, pieces[i].n) = i + 1;
	return 0;
}

int64_t intern(struct intern *t, const void *bytes, size_t n)
{
	if (t->n == t->size && grow(t))
		return INTERN_NONE;
	uint32_t *at = find(t, bytes, n);
	if (*at)
		return *at - 1;
	char *copy = malloc(n + 1);
	if (!copy)
		return INTERN_NONE;
	memcpy(copy, bytes, n);
	copy[n] = 0;
	t->pieces[t->n] = (struct intern_piece){ copy, n };
	*at = ++t->n;
	return t->n - 1;
}

int64_t intern_text(struct intern *t, const char *text)
{
	return intern(t, text, strlen(text));
}

void intern_fini(struct intern *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(t->pieces[i].bytes);
	free(t->pieces);
	free(t->index);
	*t = (struct intern){ .n = 0 };
}
