/* SPDX-License-Identifier: MIT
 * Points: for libraries that tell a schedule what a program's threads are about to do. libcigo-points is
 * one: it tells each access to memory and each pthread call of a program that was built with its flags
 * (pkg-config cigo-points). A program needs none of this itself; cigo_point is for programs.
 *
 * A thread that a schedule orders is one of: a coroutine, a worker, a blocking section, a callback, or a
 * thread that cigo_points_thread_new announced. On all other threads, and inside the library, these
 * functions do nothing.
 */
#ifndef CIGO_POINTS_H
#define CIGO_POINTS_H

#include <stddef.h>

#include <cigo/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a thread is about to do. */
typedef struct cigo_points_step {
	const char *call;   /* the function; NULL: an access to memory */
	const void *object; /* what it touches: steps with different objects commute; NULL: nothing */
	const void *pc;	    /* where in the program; NULL: not known */
	bool reads;	    /* it only reads the object: it commutes with other such steps */
	uint64_t reserved; /* zero, or it is misuse */
} cigo_points_step;

/*
 * Whether a schedule orders the calling thread, and it runs the program's code. Suspends: no. Any
 * thread, as all of these.
 */
CIGO_API bool cigo_points_on(void);

/*
 * The calling thread could be switched before this step. Suspends: the thread, if another goes on. Any
 * thread.
 */
CIGO_API void cigo_points_point(const cigo_points_step *step);

/*
 * As cigo_points_point, for an access to size bytes of memory. It is a point only where the schedule
 * needs one. Suspends: the thread, if another goes on. Any thread.
 */
CIGO_API void cigo_points_access(const cigo_points_step *step, size_t size);

/* Notes a step that happens without a choice. Suspends: no. Any thread. */
CIGO_API void cigo_points_note(const cigo_points_step *step);

/* Lets the others that can go on now do so first. Suspends: the thread. Any thread. */
CIGO_API void cigo_points_yield(const cigo_points_step *step);

/*
 * Waits until ready(arg), which any thread may call, or until `until` on the schedule's clock
 * (CIGO_NEVER: no end). Suspends: the thread. Fails: -ETIMEDOUT: it was not ready by then. Any
 * thread.
 */
CIGO_CHECK CIGO_API int cigo_points_wait(const cigo_points_step *step, bool (*ready)(void *arg),
					 void *arg, int64_t until);

/* The schedule's clock in nanoseconds; only where cigo_points_on. Suspends: no. Any thread. */
CIGO_API int64_t cigo_points_now(void);

/*
 * A thread that the calling one is about to create. Suspends: no. Owns: the handle is freed by
 * cigo_points_thread_end, or cigo_points_thread_drop. Fails: NULL, no memory. Any thread.
 */
CIGO_CHECK CIGO_API void *cigo_points_thread_new(const char *name);
/* By the creator, if the thread could not be created. Suspends: no. Any thread. */
CIGO_API void cigo_points_thread_drop(void *handle);
/* By the new thread, first. Suspends: the thread, until it has its turn. Any thread. */
CIGO_API void cigo_points_thread_begin(void *handle);
/* By the new thread, last. Suspends: no. Any thread. */
CIGO_API void cigo_points_thread_end(void *handle);
/*
 * The id of the calling thread, the same in each run; 0: no schedule orders it. Suspends: no. Any
 * thread.
 */
CIGO_API uint64_t cigo_points_thread_id(void);

#ifdef __cplusplus
}
#endif
#endif
