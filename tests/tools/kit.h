/* SPDX-License-Identifier: MIT
 * The words that tests are written with: what kind of test it is, what must hold, bodies of
 * coroutines, plain threads, the order of events. wire.h has those for descriptors and streams.
 */
#ifndef CIGO_TESTS_KIT_H
#define CIGO_TESTS_KIT_H

#include "tests/tools/harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

/* ---- definitions ---- */

/* The body of a coroutine, a callback, a plain thread. */
#define CORO(name) static int name(cigo_ctx *ctx T_UNUSED, void *arg T_UNUSED, void *ret T_UNUSED)
#define CALLBACK(name) \
	static void name(const cigo_ctx *ctx T_UNUSED, int status T_UNUSED, void *arg T_UNUSED)
#define THREAD(name) static void *name(void *arg T_UNUSED)

/* LOOP_TEST(name) { ... }: a test that is the first coroutine (ctx) of a loop, on the virtual clock
 * unless it says otherwise: .clock, .model. */
#define LOOP_TEST(name, ...)                                   \
	static void name##_body(cigo_ctx *ctx);                \
	CORO(name##_main)                                      \
	{                                                      \
		name##_body(ctx);                              \
		return 0;                                      \
	}                                                      \
	TEST(name, __VA_ARGS__)                                \
	{                                                      \
		ok(t_run_test(&name##_test, _i, name##_main)); \
	}                                                      \
	static void name##_body(cigo_ctx *ctx T_UNUSED)

/* The same on the real clock. */
#define REAL_TEST(name, ...) LOOP_TEST(name, .clock = CIGO_CLOCK_REAL, __VA_ARGS__)

/* The same under many schedules, one after the other. */
#define SEED_TEST(name, ...) LOOP_TEST(name, .seeded = true, __VA_ARGS__)

/* A test in a plain thread; ctx is the background. */
#define PLAIN_TEST(name, ...)                       \
	static void name##_body(cigo_ctx *ctx);     \
	TEST(name, __VA_ARGS__)                     \
	{                                           \
		name##_body(cigo_ctx_background()); \
	}                                           \
	static void name##_body(cigo_ctx *ctx T_UNUSED)

/* MISUSE_TEST(name, text) { ... }: the same as LOOP_TEST, and it must abort with text on stderr;
 * without a loop; in a callback, whose context (ctx) has lost its const. */
#define MISUSE_TEST(name, text, ...)                   \
	static void name##_misuse(cigo_ctx *ctx);      \
	CORO(name##_main)                              \
	{                                              \
		name##_misuse(ctx);                    \
		return 0;                              \
	}                                              \
	PLAIN_MISUSE_TEST(name, text, __VA_ARGS__)     \
	{                                              \
		cigo_ignore(t_run(name##_main, NULL)); \
	}                                              \
	static void name##_misuse(cigo_ctx *ctx T_UNUSED)
#define PLAIN_MISUSE_TEST(name, text, ...)          \
	static void name##_body(cigo_ctx *ctx);     \
	static void name##_run(void *arg T_UNUSED)  \
	{                                           \
		name##_body(cigo_ctx_background()); \
	}                                           \
	TEST(name, __VA_ARGS__)                     \
	{                                           \
		t_abort(name##_run, NULL, text);    \
	}                                           \
	static void name##_body(cigo_ctx *ctx T_UNUSED)
#define CALLBACK_MISUSE_TEST(name, text, ...)                               \
	static void name##_called(cigo_ctx *ctx);                           \
	CALLBACK(name##_call)                                               \
	{                                                                   \
		name##_called(t_mutable(ctx));                              \
	}                                                                   \
	MISUSE_TEST(name, text, __VA_ARGS__)                                \
	{                                                                   \
		cigo_loop_call_soon(cigo_ctx_loop(ctx), name##_call, NULL); \
		cigo_ignore(cigo_loop_wait_idle(ctx));                      \
	}                                                                   \
	static void name##_called(cigo_ctx *ctx T_UNUSED)

/* Against the colour of the type: what only a liar can do. */
static inline cigo_ctx *t_mutable(const cigo_ctx *ctx)
{
	return (cigo_ctx *)(uintptr_t)ctx;
}

/* ---- what must hold; Check has more: ck_assert, ck_assert_str_eq, ... ---- */

#define ok(call)	 ck_assert_int_eq(call, 0)
#define fails(call, err) ck_assert_int_eq(call, err)
#define equal(a, b)	 ck_assert_int_eq(a, b)

#define contains(text, part)                                                   \
	do {                                                                   \
		if (!strstr((text), (part)))                                   \
			ck_abort_msg("\"%s\" is not in:\n%s", (part), (text)); \
	} while (0)

/* What a loop of ctx has counted so far. */
static inline cigo_stats counts(const cigo_ctx *ctx)
{
	cigo_stats s = { .size = sizeof s };

	equal(cigo_loop_stats(cigo_ctx_loop(ctx), &s), 0);
	return s;
}

/* ---- the order of events ---- */

T_UNUSED static char t_said[4096]; /* the words, as said */

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

		ok(cigo_sleep(clean, job->cleanup));
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
T_UNUSED CORO(t_sleeper)
{
	return cigo_sleep(ctx, CIGO_NEVER);
}

/* A future that is done with value. */
static inline cigo_future *t_done(int value)
{
	cigo_future *f = cigo_future_new(sizeof value);

	ok(cigo_set(f, &value));
	return f;
}

/* A child of ctx that is cancelled already. */
static inline cigo_ctx *t_dead(cigo_ctx *ctx, int reason)
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);

	cigo_ctx_cancel(dead, reason);
	return dead;
}

/* 0 to n - 1, the same for the same seed. */
static inline unsigned t_roll(unsigned n)
{
	uint64_t before = __atomic_load_n(&t_dice, __ATOMIC_SEQ_CST), after;

	do /* in the preemptive model others roll beside us */
		after = before * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	while (!__atomic_compare_exchange_n(&t_dice, &before, after, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_SEQ_CST));
	return (unsigned)(after >> 33) % n;
}

/* ---- plain threads ---- */

static inline pthread_t thread_start(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	ok(pthread_create(&t, NULL, fn, arg));
	return t;
}

static inline void *thread_join(pthread_t t)
{
	void *result;

	ok(pthread_join(t, &result));
	return result;
}

/* Runs fn(arg) on a thread of its own, to its end; the caller's loop stands still meanwhile. */
static inline void *on_thread(void *(*fn)(void *), void *arg)
{
	return thread_join(thread_start(fn, arg));
}

/* A post of a plain thread's, ms from when t_post is started with it: it sets the future. */
struct t_post {
	cigo_loop *loop;
	cigo_future *f;
	long ms;
};

T_UNUSED CALLBACK(t_set)
{
	ok(status);
	ok(cigo_future_set(arg, NULL, 0));
}

T_UNUSED THREAD(t_post)
{
	struct t_post *p = arg;

	nap(p->ms);
	ok(cigo_loop_call_threadsafe(p->loop, t_set, p->f));
	return NULL;
}

/* ---- stderr ---- */

/* What stderr says while it is caught (a file takes it). */
struct caught {
	int saved;
	FILE *file;
	char text[8192];
};

static inline void catch_stderr(struct caught *c)
{
	fflush(stderr);
	c->saved = dup(STDERR_FILENO);
	c->file = tmpfile();
	ck_assert_int_ge(c->saved, 0);
	ck_assert_ptr_nonnull(c->file);
	ck_assert_int_ge(dup2(fileno(c->file), STDERR_FILENO), 0);
}

static inline const char *caught_stderr(struct caught *c)
{
	size_t n;

	fflush(stderr);
	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	rewind(c->file);
	n = fread(c->text, 1, sizeof c->text - 1, c->file);
	c->text[n] = 0;
	fclose(c->file);
	return c->text;
}

#endif
