/* SPDX-License-Identifier: MIT
 * Holding a mutex to the end of a block.
 */
#pragma once

#include <pthread.h>

static inline pthread_mutex_t *ci_lock_begin(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	return lock;
}

static inline void ci_lock_end(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

/* Locks the mutex; it is unlocked where the enclosing block is left, however that happens. */
#define CI_LOCKED(lock)            \
	pthread_mutex_t *ci_locked \
		__attribute__((cleanup(ci_lock_end), unused)) = ci_lock_begin(lock)
