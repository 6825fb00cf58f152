/* SPDX-License-Identifier: MIT
 * What POSIX and C11 say of threads, as small cases. Each is run by a thread of a schedule, and makes others.
 */
#pragma once

#include <cigo.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#define EQUAL(a, b)                                                                     \
	do {                                                                            \
		long long got = (long long)(a), expected = (long long)(b);              \
		cigo_check(got == expected, "%s is %lld, not %lld", #a, got, expected); \
	} while (0)

struct posix_case {
	const char *name;
	void (*run)(void);
};

extern const struct posix_case lock_cases[], wait_cases[], thread_cases[], time_cases[],
	atomic_cases[];

enum { HOUR = 3600 };

/* Makes a thread, and joins one. */
pthread_t begin(void *(*body)(void *arg), void *arg);
void *end(pthread_t id);
/* What body returns on another thread. */
void *elsewhere(void *(*body)(void *arg), void *arg);
/* The time in s seconds, on a clock. */
struct timespec in(clockid_t clock, time_t s);
