/* SPDX-License-Identifier: MIT
 * What the files of libcigo-points share.
 */
#pragma once

#include <stdint.h>
#include <time.h>

#include <cigo/error.h>
#include <cigo/points.h>

#define EXPORT __attribute__((visibility("default")))
/* Where the program calls the function that this stands in. */
#define CALLER __builtin_return_address(0)

/* The C library's own function of that name. */
void *cp_real(const char *name);
#define REAL(name)                                                                            \
	({                                                                                    \
		static __typeof__(&name) real;                                                \
		if (__builtin_expect(!__atomic_load_n(&real, __ATOMIC_RELAXED), 0))           \
			__atomic_store_n(&real, (__typeof__(&name))(uintptr_t)cp_real(#name), \
					 __ATOMIC_RELAXED);                                   \
		__atomic_load_n(&real, __ATOMIC_RELAXED);                                     \
	})

#define STEP(function, what) \
	(&(cigo_points_step){ .call = (function), .object = (what), .pc = CALLER })

/* The program tells its accesses to memory. */
extern bool cp_instrumented;

/* The calling thread is about to read or write memory. */
static inline void cp_access(const void *address, size_t size, bool reads, const void *pc)
{
	if (__builtin_expect(cigo_points_on(), 0))
		cigo_points_access(
			&(cigo_points_step){ .object = address, .pc = pc, .reads = reads }, size);
}

/* Waits; returns 0, or not: the time has come. */
static inline int cp_wait(const cigo_points_step *step, bool (*ready)(void *arg), void *arg,
			  int64_t until)
{
	return cigo_points_wait(step, ready, arg, until) ? 1 : 0;
}

/* A point in time of that clock, as the schedule's; the program has read the clock by clock.c. */
static inline int64_t cp_until(const struct timespec *t)
{
	int64_t ns;

	return __builtin_mul_overflow((int64_t)t->tv_sec, 1000000000, &ns) ||
			       __builtin_add_overflow(ns, (int64_t)t->tv_nsec, &ns)
		       ? (t->tv_sec < 0 ? 0 : CIGO_NEVER)
		       : ns;
}

static inline bool cp_is_time(const struct timespec *t)
{
	return t->tv_nsec >= 0 && t->tv_nsec < 1000000000;
}
