/* SPDX-License-Identifier: MIT
 *
 * Stacks for threads, many from one mapping.
 */
#ifndef CI_STACK_H
#define CI_STACK_H

#include "base/base.h"

enum {
	CI_STACK_GUARD = 64 * 1024, /* a local array of 60 kB does not jump over it */
	CI_STACK_MAPPED = 1024	    /* stacks at a time whose guards are mappings, for gdb */
};

struct ci_slab;

/* A stack; all zeros: none. */
struct ci_stack {
	struct ci_slab *slab; /* that it is from */
	unsigned number;      /* in the slab */
	char *base;	      /* its lowest byte; the guard lies below */
	size_t size;	      /* bytes, of which all may be used */
};

/* A stack of at least size bytes; some of them may hold leftovers. Any thread. Fails: -EAGAIN. */
int ci_stack_alloc(struct ci_stack *ret, size_t size);
/* Gives it back; its thread has been joined. What it has held is gone. None is fine. Any thread. */
void ci_stack_free(struct ci_stack *s);
/* How many maps of the process (vm.max_map_count) each further stack takes: 2, where the kernel has
 * no guards but what mprotect makes, else 0. Any thread. */
int ci_stack_maps(void);
/* Bytes of address space that one of that size takes. */
size_t ci_stack_span(size_t size);
/* For tests: how many are in use, and how many mappings there are for them. */
void ci_stack_count(unsigned long *ret_stacks, unsigned long *ret_slabs);

#endif
