/* SPDX-License-Identifier: MIT
 *
 * How many threads the system still allows, and what stands in the way of more: a live coroutine is
 * a thread.
 */
#ifndef CIGO_LIMIT_H
#define CIGO_LIMIT_H

#include <cigo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The limit that will be hit first. */
typedef struct cigo_limit {
	size_t size;	  /* sizeof this struct; 0 is misuse */
	const char *name; /* kernel.pid_max, kernel.threads-max, RLIMIT_NPROC, pids.max (a cgroup's),
			   * vm.max_map_count, RLIMIT_AS, memory; never NULL */
	int64_t value;	  /* what it is */
	int64_t used;	  /* of that, by whomever it counts */
	int64_t room;	  /* so many further threads fit in, about; 0: none */
	char text[256];	  /* a sentence: all of that, and how to raise it; "" if none is known */
} cigo_limit;

/*
 * Looks at all limits on threads and says which is the nearest. It reads /proc: milliseconds.
 * Others create threads too, so room is a guess. Suspends: no. Owns: the text is in *ret. Fails:
 * -ENOENT: no limit can be seen, *ret says "" and a room of INT64_MAX. Any thread.
 */
CIGO_API int cigo_limit_threads(cigo_limit *ret);

#ifdef __cplusplus
}
#endif
#endif
