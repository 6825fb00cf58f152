/* SPDX-License-Identifier: MIT
 * A hash table by address: open addressing, grown at half full.
 */
#include "object.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct object **table;
static size_t size, used;

static void no_memory(void)
{
	fputs("cigo-points: no memory for the program's locks\n", stderr);
	abort();
}

static size_t place(struct object *const *in, size_t n, const void *address)
{
	size_t i = (size_t)((uintptr_t)address / 8 * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (n - 1);

	while (in[i] && in[i]->address != address)
		i = (i + 1) & (n - 1);
	return i;
}

static void grow(void)
{
	size_t more = size ? 2 * size : 64;
	struct object **bigger = calloc(more, sizeof(struct object *));

	if (!bigger)
		no_memory();
	for (size_t i = 0; i < size; i++)
		if (table[i])
			bigger[place(bigger, more, table[i]->address)] = table[i];
	free(table);
	table = bigger;
	size = more;
}

static struct object *find(const void *address)
{
	if (2 * used >= size)
		grow();
	size_t i = place(table, size, address);
	if (table[i])
		return table[i];
	table[i] = calloc(1, sizeof *table[i]);
	if (!table[i])
		no_memory();
	table[i]->address = address;
	used++;
	return table[i];
}

struct object *cp_object(const void *address)
{
	REAL(pthread_mutex_lock)(&lock);
	struct object *o = find(address);
	REAL(pthread_mutex_unlock)(&lock);
	return o;
}

/* The entry stays, as others may lie behind it. The generation stays, too: threads that have not yet left
 * the barrier look at it. */
void cp_object_drop(const void *address)
{
	REAL(pthread_mutex_lock)(&lock);
	size_t i = size ? place(table, size, address) : 0;

	if (size && table[i])
		*table[i] =
			(struct object){ .address = address, .generation = table[i]->generation };
	REAL(pthread_mutex_unlock)(&lock);
}

void *cp_real(const char *name)
{
	void *real = dlsym(RTLD_NEXT, name);

	if (real)
		return real;
	fprintf(stderr, "cigo-points: the C library has no %s\n", name);
	abort();
}
