/* SPDX-License-Identifier: MIT
 * What the exercises are tried by. A trial is a small program around the function that is to be written. It
 * says what must hold by cigo_check and EXPECT, and cigo-explore runs it under every order. Each run is a process
 * of its own, so a crash or an endless loop ends only that run.
 */
#ifndef CIGO_EXERCISES_TRIAL_H
#define CIGO_EXERCISES_TRIAL_H

#include <cigo.h>
#include <errno.h>

/* The body of a coroutine; that of a trial, which is the first coroutine of a loop. */
#define CORO(name)                                                                                \
	static int name(cigo_ctx *ctx __attribute__((unused)), void *arg __attribute__((unused)), \
			void *ret __attribute__((unused)))
#define TRIAL(name) CORO(name)

/* The call returns what is wanted. */
#define EXPECT(wanted, call)                                                                   \
	do {                                                                                   \
		int got_ = (call);                                                             \
		if (got_ != (wanted))                                                          \
			cigo_check_failed(#call " == " #wanted, __FILE__, __LINE__, "%d (%s)", \
					  got_, cigo_strerror(got_));                          \
	} while (0)

enum { IN_BOTH, COOPERATIVELY /* there is nothing to be seen of it in the other model */ };

struct trial {
	const char *name; /* NULL: the last one was before */
	cigo_coro_fn *body;
	int where;
};
extern const struct trial trials[];

/* TRIALS(T(a), T(b), COOPERATIVE(c)); each the name of a TRIAL. */
#define TRIALS(...) const struct trial trials[] = { __VA_ARGS__, { 0 } }
#define T(name)                      \
	{                            \
#name, name, IN_BOTH \
	}
#define COOPERATIVE(name)                  \
	{                                  \
#name, name, COOPERATIVELY \
	}

/* Of n members as many as can be tried in every order: in the preemptive model, which has many more orders,
 * two. */
int some(int n);

/* Waits for the end of a task, gives it back, and returns its error or 0. */
static inline int end_of(cigo_ctx *ctx, cigo_task *task)
{
	return cigo_future_take(ctx, task, NULL, 0);
}

/* One more, one less; how many there are. The coroutines of the preemptive model may do it at the same time. */
static inline int count(int *n, int more)
{
	return __atomic_add_fetch(n, more, __ATOMIC_SEQ_CST);
}

/* A new lock, and its end: nobody holds it. */
static inline cigo_mutex *new_lock(void)
{
	cigo_mutex *lock = cigo_mutex_new();

	cigo_check(lock, "no memory");
	return lock;
}

static inline void free_lock(cigo_mutex *lock, const char *what)
{
	if (cigo_check(cigo_mutex_try_lock(lock), "at the end %s is locked still", what))
		cigo_mutex_unlock(lock);
	cigo_mutex_free(lock);
}

#endif
