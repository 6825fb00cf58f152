/* SPDX-License-Identifier: MIT
 * A table of pointers under keys that cannot dangle. A key is (generation, slot); a slot that is
 * used again has another generation. Keys are > 0 and < 2^63.
 */
#pragma once

#include "base/base.h"

struct ci_table_slot {
	void *value;	     /* NULL: free */
	uint32_t generation; /* of this use; while free, of the next one */
	uint32_t next_free;  /* valid while free: slot + 1, 0: none */
};

struct ci_table {
	struct ci_table_slot *slots; /* allocated: size */
	uint32_t size, used;	     /* used: slots ever taken; the rest is uninitialized */
	uint32_t free;		     /* first free slot + 1, 0: none */
};

/* Adds value, which is not NULL, and returns its key; 0: no memory. */
uint64_t ci_table_add(struct ci_table *t, void *value);
/* The value under key; NULL: there is none. Any number is a legal key. */
void *ci_table_get(const struct ci_table *t, uint64_t key);
/* As get, and frees the slot. */
void *ci_table_remove(struct ci_table *t, uint64_t key);
void ci_table_fini(struct ci_table *t);
