/* SPDX-License-Identifier: MIT
 * Stacks from slabs: one mapping for many stacks, with a guard below each.
 *
 * Why not glibc's stacks: each needs a mapping and one more for its guard, of the 65,530 that
 * vm.max_map_count allows. So 32,700 threads are the most, and mmap, mprotect and munmap are a
 * third of the cost of a thread. Slabs that lie side by side are one mapping for the kernel.
 *
 * Guards are marks in the page tables (MADV_GUARD_INSTALL, Linux 6.13), which need no mapping. On
 * older kernels, and while memory is locked (mlockall), mprotect makes the guards: then a stack
 * needs 2 mappings again. The mark is tried for each stack, since mlockall may be called at any
 * time. The first CI_STACK_MAPPED stacks get their guards by mprotect in any case. gdb's
 * generate-core-file omits the rest of a mapping after a page that it cannot read; the kernel's own
 * core files do not.
 *
 * MAP_NORESERVE, since a coroutine seldom uses more than 8 of its 256 KiB. No huge pages, since one
 * would commit the stacks of six neighbours (MAP_STACK implies that only since Linux 6.7). Slabs
 * grow from 4 stacks to 64: a program of three coroutines stays small where memory is locked, and
 * 100,000 stacks need 1,600 calls of mmap.
 *
 * There is one pool for the process, under a mutex. Loops keep their idle strands, so the pool is
 * asked only when a thread is made or ends. The stacks of one loop's peak serve other loops, and
 * workers and generators without a loop.
 *
 * Up to WARM free stacks keep their pages, for threads that come and go. Further ones lose them at
 * once: their strands were idle for long already. MADV_FREE would leave the pages counted as ours.
 * A slab without a stack in use is unmapped.
 *
 * Invariant: a stack in use is in its slab's mask `used`. A slab with a free stack is in `partial`
 * of its class. A slab without a stack in use exists only where munmap has failed.
 */
#include "thread/stack.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "thread/futex_hash.h"
#include "base/list.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

enum {
	FEWEST = 4, /* stacks of a slab */
	MOST = 64,
	WARM = 128,
	STEPS = 8,			       /* classes of size in each doubling */
	LEAST = 14,			       /* log2 of the smallest stack */
	LARGEST = sizeof(size_t) > 4 ? 44 : 31 /* log2 of the first size that is refused */
};

static const size_t most_bytes = (size_t)64 << 20; /* of a slab with more than one stack */

struct class
{
	struct ci_list partial; /* slabs with a free stack, the last used first */
	unsigned slabs;
};

struct ci_slab {
	struct ci_list link; /* in the class's partial, while a stack is free */
	struct class *class;
	char *map;
	size_t size, count; /* bytes of each stack without its guard; how many stacks */
	uint64_t used;	    /* one bit for each stack, here and below */
	uint64_t warm;	    /* free, with pages */
	uint64_t guarded;   /* with a guard: was used before */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards all variables below */
static struct class classes[(LARGEST - LEAST) * STEPS];
static unsigned long warm, stacks, slabs; /* how many */

static uint64_t bit(unsigned number)
{
	return UINT64_C(1) << number;
}

static uint64_t all(const struct ci_slab *slab)
{
	return slab->count == MOST ? ~UINT64_C(0) : bit((unsigned)slab->count) - 1;
}

static char *base(const struct ci_slab *slab, unsigned number)
{
	return slab->map + number * (CI_STACK_GUARD + slab->size) + CI_STACK_GUARD;
}

/* Rounds the size up to an eighth of a power of two, so that there are few classes. Returns the
 * class; -1: too large. */
static int class_of(size_t size, size_t *ret_size)
{
	size_t n = size < (size_t)1 << LEAST ? (size_t)1 << LEAST : size;

	if (n - 1 >= (size_t)1 << (LARGEST - 1))
		return -1;
	int log = (int)(8 * sizeof(long)) - 1 - __builtin_clzl(n); /* 2^log <= n */
	size_t step = ((size_t)1 << log) / STEPS, page = (size_t)sysconf(_SC_PAGESIZE);
	size_t steps = (n - ((size_t)1 << log) + step - 1) / step;

	n = ((size_t)1 << log) + steps * step;
	*ret_size = (n + page - 1) & ~(page - 1);
	return (log - LEAST) * STEPS + (int)steps;
}

/* --- slabs ----------------------------------------------------------------------------------- */

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, bytes, MADV_NOHUGEPAGE); /* fails without huge pages: does not matter */
	return p;
}

static struct ci_slab *new_slab(struct class *class, size_t size)
{
	struct ci_slab *slab = calloc(1, sizeof *slab);
	size_t each = CI_STACK_GUARD + size;

	if (!slab)
		return NULL;
	slab->class = class;
	slab->size = size;
	slab->count = class->slabs < 4 ? (size_t)FEWEST << class->slabs : MOST;
	while (slab->count > 1 && slab->count * each > most_bytes)
		slab->count /= 2;
	while (!(slab->map = map(slab->count * each)) && slab->count > 1)
		slab->count /= 2;
	if (!slab->map) {
		free(slab);
		return NULL;
	}
	ci_list_init(&slab->link);
	ci_list_prepend(&class->partial, &slab->link);
	class->slabs++;
	slabs++;
	return slab;
}

/* No stack of it is in use. */
static void free_slab(struct ci_slab *slab)
{
	size_t bytes = slab->count * (CI_STACK_GUARD + slab->size);

	warm -= (unsigned long)__builtin_popcountll(slab->warm);
	slab->warm = 0;
	if (munmap(slab->map,
		   bytes)) { /* it would cut a mapping in two, and exceed vm.max_map_count */
		madvise(slab->map, bytes, MADV_DONTNEED);
		return;
	}
	ci_list_unlink(&slab->link);
	slab->class->slabs--;
	slabs--;
	free(slab);
}

/* --- guards ---------------------------------------------------------------------------------- */

static bool mark(char *guard)
{
	return madvise(guard, CI_STACK_GUARD, MADV_GUARD_INSTALL) == 0;
}

static bool protect(char *guard)
{
	return mprotect(guard, CI_STACK_GUARD, PROT_NONE) == 0;
}

static bool guard(struct ci_slab *slab, unsigned number)
{
	char *g = base(slab, number) - CI_STACK_GUARD;

	if (slab->guarded & bit(number))
		return true;
	if (!(stacks < CI_STACK_MAPPED && protect(g)) && !mark(g) && !protect(g))
		return false;
	slab->guarded |= bit(number);
	return true;
}

int ci_stack_maps(void)
{
	char *p = map(CI_STACK_GUARD);
	int n = p && mark(p) ? 0 : 2;

	if (p)
		munmap(p, CI_STACK_GUARD);
	return n;
}

/* --- stacks ---------------------------------------------------------------------------------- */

/* Under the mutex. */
static bool take(struct ci_stack *ret, struct class *class, size_t size)
{
	struct ci_slab *slab = NULL;

	if (!class->partial.next)
		ci_list_init(&class->partial);
	if (!ci_list_empty(&class->partial))
		slab = ci_list_first(&class->partial, struct ci_slab, link);
	else
		slab = new_slab(class, size);
	if (!slab)
		return false;
	unsigned number = (unsigned)__builtin_ctzll(slab->warm ? slab->warm : ~slab->used);
	if (!guard(slab, number)) {
		if (!slab->used)
			free_slab(slab);
		return false;
	}
	warm -= (slab->warm & bit(number)) != 0;
	slab->warm &= ~bit(number);
	slab->used |= bit(number);
	if (slab->used == all(slab))
		ci_list_unlink(&slab->link);
	*ret = (struct ci_stack){
		.slab = slab, .number = number, .base = base(slab, number), .size = slab->size
	};
	stacks++;
	return true;
}

int ci_stack_alloc(struct ci_stack *ret, size_t size)
{
	int number = class_of(size, &size);
	bool taken = false;

	*ret = (struct ci_stack){ .slab = NULL };
	if (number >= 0) {
		pthread_mutex_lock(&mutex);
		taken = take(ret, &classes[number], size);
		ci_futex_hash_expect(stacks); /* each stack has a thread */
		pthread_mutex_unlock(&mutex);
	}
	return taken ? 0 : -EAGAIN;
}

void ci_stack_free(struct ci_stack *s)
{
	struct ci_slab *slab = s->slab;

	if (!slab)
		return;
	pthread_mutex_lock(&mutex);
	if (slab->used == all(slab))
		ci_list_prepend(&slab->class->partial, &slab->link);
	slab->used &= ~bit(s->number);
	stacks--;
	if (!slab->used) {
		free_slab(slab);
	} else if (warm < WARM) {
		slab->warm |= bit(s->number);
		warm++;
	} else {
		madvise(s->base, s->size,
			MADV_DONTNEED); /* fails for locked memory, which keeps its pages */
	}
	pthread_mutex_unlock(&mutex);
	*s = (struct ci_stack){ .slab = NULL };
}

size_t ci_stack_span(size_t size)
{
	return class_of(size, &size) < 0 ? SIZE_MAX : size + CI_STACK_GUARD;
}

void ci_stack_count(unsigned long *ret_stacks, unsigned long *ret_slabs)
{
	pthread_mutex_lock(&mutex);
	*ret_stacks = stacks;
	*ret_slabs = slabs;
	pthread_mutex_unlock(&mutex);
}
