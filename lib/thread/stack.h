/* SPDX-License-Identifier: MIT
 * Stacks for threads, many from one mapping. Any thread may call this, with or without a baton.
 */
#pragma once

#include "base/base.h"

enum {
	CI_STACK_GUARD = 64 * 1024, /* a local array of 60 kB does not jump over it */
	CI_STACK_MAPPED = 1024 /* the first so many stacks in use have mapped guards, for gdb */
};

struct ci_slab;

/* A stack; all zeros: none. */
struct ci_stack {
	struct ci_slab *slab; /* that it belongs to */
	unsigned number;      /* in the slab */
	char *base;	      /* its lowest byte; the guard lies below */
	size_t size;	      /* bytes, of which all may be used */
};

/* A stack of at least size bytes, not zeroed. Fails: -EAGAIN. */
int ci_stack_alloc(struct ci_stack *ret, size_t size);
/* Gives back a stack after its thread was joined. All zeros: does nothing. */
void ci_stack_free(struct ci_stack *s);
/* How many mappings (vm.max_map_count) each further stack takes: 2 where mprotect must make the
 * guards, else 0. */
int ci_stack_maps(void);
/* Bytes of address space that a stack of that size takes. */
size_t ci_stack_span(size_t size);
/* For tests: how many stacks are in use, and how many slabs there are. */
void ci_stack_count(unsigned long *ret_stacks, unsigned long *ret_slabs);
