/* SPDX-License-Identifier: MIT
 * Words to write tests with: tests that are coroutines, tests of misuse, and small bodies.
 */
#ifndef CIGO_TESTS_BODIES_H
#define CIGO_TESTS_BODIES_H

#include "tests/tools/harness.h"

#include <pthread.h>

#define T_BODY_(name)                                               \
	static void name##_body(cigo_ctx *ctx);                     \
	static int name##_main(cigo_ctx *ctx, void *arg, void *ret) \
	{                                                           \
		CIGO_UNUSED(arg), CIGO_UNUSED(ret);                 \
		name##_body(ctx);                                   \
		return 0;                                           \
	}

/* T_CORO(name) { ... } defines a test that is the first coroutine (ctx) of a loop on the virtual
 * clock; T_CORO_REAL: on the real one; T_CORO_SEED: shuffled by the number of the loop test. */
#define T_CORO_(name, run)                \
	T_BODY_(name)                     \
	T_TEST(name)                      \
	{                                 \
		ck_assert_int_eq(run, 0); \
	}                                 \
	END_TEST                          \
	static void name##_body(cigo_ctx *ctx)
#define T_CORO(name)	  T_CORO_(name, t_run(name##_main, NULL))
#define T_CORO_REAL(name) T_CORO_(name, t_run_real(name##_main, NULL))
#define T_CORO_SEED(name) T_CORO_(name, t_run_seed((uint64_t)_i + 1, name##_main, NULL))

/* T_MISUSE(name, text) { ... }: the same, and it must abort with text on stderr. */
#define T_MISUSE(name, text)                     \
	T_BODY_(name)                            \
	static void name##_run(void *arg)        \
	{                                        \
		CIGO_UNUSED(arg);                \
		t_run(name##_main, NULL);        \
	}                                        \
	T_TEST(name)                             \
	{                                        \
		t_abort(name##_run, NULL, text); \
	}                                        \
	END_TEST                                 \
	static void name##_body(cigo_ctx *ctx)

/* T_MISUSE_CALLBACK(name, text) { ... }: the same in a callback, whose context (ctx) has lost its
 * const. */
#define T_MISUSE_CALLBACK(name, text)                                       \
	static void name##_called(cigo_ctx *ctx);                           \
	static void name##_call(const cigo_ctx *ctx, int status, void *arg) \
	{                                                                   \
		CIGO_UNUSED(status), CIGO_UNUSED(arg);                      \
		name##_called(t_mutable(ctx));                              \
	}                                                                   \
	T_MISUSE(name, text)                                                \
	{                                                                   \
		cigo_loop_call_soon(cigo_ctx_loop(ctx), name##_call, NULL); \
		cigo_ignore(cigo_loop_wait_idle(ctx));                      \
	}                                                                   \
	static void name##_called(cigo_ctx *ctx)

/* Against the colour of the type: what only a liar can do. */
static inline cigo_ctx *t_mutable(const cigo_ctx *ctx)
{
	return (cigo_ctx *)(uintptr_t)ctx;
}

/* ---- the order of events ---- */

CK_ATTRIBUTE_UNUSED static char t_said[4096]; /* the words, as said */

static inline void t_say(const char *word)
{
	strncat(t_said, word, sizeof t_said - strlen(t_said) - 1);
}

/* The words since the last time were these. */
#define t_expect_said(text)                     \
	do {                                    \
		ck_assert_str_eq(t_said, text); \
		t_said[0] = 0;                  \
	} while (0)

/* ---- bodies ---- */

/* A job: t_job(ctx, .ns = CIGO_MS(5), .word = "a") spawns one with an int as its value. */
struct t_job {
	int *begun;	     /* counts those that began */
	int *ended;	     /* counts those that returned */
	int64_t ns;	     /* sleeps first; 0: doesn't */
	int64_t cleanup;     /* when that was cancelled, goes on for so long */
	const char *word;    /* says this at its end */
	int value, result;   /* gives this, returns this if its sleep was not cancelled */
	cigo_future *future; /* awaits this for its value and its result, if not NULL */
};

static inline int t_job_body(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct t_job *job = arg;
	int err = 0, value = job->value;

	if (job->begun)
		++*job->begun;
	if (job->ns)
		err = cigo_sleep(ctx, job->ns);
	if (!err && job->future)
		err = cigo_await(ctx, job->future, &value);
	if (err && job->cleanup) {
		cigo_ctx *clean = cigo_ctx_without_cancel(ctx, CIGO_S(3600));

		ck_assert_int_eq(cigo_sleep(clean, job->cleanup), 0);
		cigo_ctx_unref(clean);
	}
	if (ret)
		memcpy(ret, &value, sizeof value);
	if (job->word)
		t_say(job->word);
	if (job->ended)
		++*job->ended;
	return err ? err : job->result;
}

#define t_job(ctx, ...)                                             \
	cigo_task_spawn_copy((ctx), "job", t_job_body, sizeof(int), \
			     &(struct t_job){ __VA_ARGS__ }, sizeof(struct t_job))
#define t_group_job(g, ...)                                                                        \
	cigo_group_spawn_copy((g), "job", t_job_body, sizeof(int), &(struct t_job){ __VA_ARGS__ }, \
			      sizeof(struct t_job))

/* Sleeps until it is cancelled, returns the cause. */
static inline int t_sleeper(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return cigo_sleep(ctx, CIGO_NEVER);
}

/* A future that is done with value. */
static inline cigo_future *t_done(int value)
{
	cigo_future *f = cigo_future_new(sizeof value);

	ck_assert_int_eq(cigo_set(f, &value), 0);
	return f;
}

/* A child of ctx that is cancelled already. */
static inline cigo_ctx *t_dead(cigo_ctx *ctx, int reason)
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);

	cigo_ctx_cancel(dead, reason);
	return dead;
}

/* Runs fn(arg) on a thread foreign to all loops, to its end; the loop stands still meanwhile. */
static inline void *t_foreign(void *(*fn)(void *arg), void *arg)
{
	pthread_t thread;
	void *result = NULL;

	ck_assert_int_eq(pthread_create(&thread, NULL, fn, arg), 0);
	pthread_join(thread, &result);
	return result;
}

/* Lets real time pass in the calling thread. */
static inline void t_nap(int64_t ns)
{
	struct timespec ts = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	nanosleep(&ts, NULL);
}

#endif
