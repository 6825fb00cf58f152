/* SPDX-License-Identifier: MIT
 * How many more threads the system allows, and which limit is in the way: a live coroutine is a
 * thread.
 */
#ifndef CIGO_LIMIT_H
#define CIGO_LIMIT_H

#include <cigo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The limit that will be hit first; cigo_limit_threads fills it in. The program sets size, and, if
 * it wants the sentence, text and text_size: cigo_limit l = { .size = sizeof l, .text = buffer,
 * .text_size = sizeof buffer }.
 */
typedef struct cigo_limit {
	size_t size;	  /* sizeof this struct; 0 is misuse */
	const char *name; /* kernel.pid_max, kernel.threads-max, RLIMIT_NPROC, pids.max (a cgroup's),
			   * vm.max_map_count, RLIMIT_AS, memory; never NULL */
	int64_t value;	  /* the limit, in the unit that it counts */
	int64_t used;	  /* how much of it is in use, by all that count towards it */
	int64_t room;	  /* so many more threads fit, about; 0: none */
	char *text; /* set by the program: where all of that is written as a sentence, with how
			   * to raise it; "": none is known. NULL: nowhere */
	size_t text_size;   /* set by the program: bytes at text; the sentence is cut there */
	size_t text_length; /* of the whole sentence, if it was cut, too */
} cigo_limit;

/*
 * Compares all limits on threads and reports the nearest. It reads /proc, which takes milliseconds.
 * room is a guess: other processes create threads too. Suspends: no. Owns: nothing, the text is in
 * the program's buffer. Fails: -ENOENT: no limit can be seen; name and text are "" then and room is INT64_MAX. Any
 * thread.
 */
CIGO_API int cigo_limit_threads(cigo_limit *ret);

#ifdef __cplusplus
}
#endif
#endif
