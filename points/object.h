/* SPDX-License-Identifier: MIT
 * What a schedule must know of the program's mutexes, conditions and so on: who has them, who waits. An
 * entry is made when a thread of a schedule first uses the object, or makes it, and is dropped by its destroy
 * function. The table has a lock, as barriers are noted by all threads; what is in an entry is touched with
 * the turn.
 */
#pragma once

#include <pthread.h>

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
int cp_mutex_take(pthread_mutex_t *m);

/* What the pthread and the C11 functions have in common; only where cigo_points_on. */
int cp_mutex_lock(pthread_mutex_t *m, const cigo_points_step *step);
int cp_mutex_timedlock(pthread_mutex_t *m, const cigo_points_step *step, const struct timespec *t);
int cp_mutex_trylock(pthread_mutex_t *m, const cigo_points_step *step);
int cp_mutex_unlock(pthread_mutex_t *m, const cigo_points_step *step);
int cp_cond_wait(pthread_cond_t *c, pthread_mutex_t *m, const cigo_points_step *step,
		 const struct timespec *t);
void cp_cond_wake(pthread_cond_t *c, const cigo_points_step *step, bool all);
int cp_once(pthread_once_t *once, void (*fn)(void), const cigo_points_step *step);
int cp_create(pthread_t *id, const pthread_attr_t *attr, void *(*body)(void *), void *arg,
	      const cigo_points_step *step);
int cp_join(pthread_t id, void **ret, const cigo_points_step *step);
/* Waits as cp_wait does. If the calling thread is cancelled meanwhile, does not return. */
int cp_wait_or_end(const cigo_points_step *step, bool (*ready)(void *arg), void *arg,
		   int64_t until);
int cp_sleep(const cigo_points_step *step, const struct timespec *t);
