/* SPDX-License-Identifier: MIT
 * What a schedule must know of the program's mutexes, conditions and so on: who has them, who waits. An
 * entry is made when a thread of a schedule first uses the object, and is dropped by its destroy function.
 */
#pragma once

#include "points.h"

struct object {
	const void *address;
	uint64_t owner;	  /* mutex, rwlock for writing, once: the thread that has it; 0: none */
	unsigned depth;	  /* mutex: how often the owner has locked it */
	unsigned readers; /* rwlock */
	unsigned total, arrived, generation; /* barrier */
	struct waiter *first, *last;	     /* cond */
};

/* Waits for a signal, on its thread's stack. */
struct waiter {
	struct waiter *next;
	bool signaled;
};

/* The entry of the object at that address. Aborts if there is no memory. */
struct object *cp_object(const void *address);
/* Forgets it. */
void cp_object_drop(const void *address);

/* Whether a mutex is free: a condition to wait for. */
bool cp_mutex_free(void *object);
/* Takes the mutex for the calling thread, which has waited until it was free: the real one, too. */
int cp_mutex_take(void *mutex);
