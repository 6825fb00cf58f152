/* SPDX-License-Identifier: MIT
 * What the suites of the meeting places (semaphore, event, channel, ...) share: tests under many
 * schedules, dice, plain threads.
 */
#ifndef CIGO_TESTS_SYNC_H
#define CIGO_TESTS_SYNC_H

#include "tests/tools/bodies.h"

CK_ATTRIBUTE_UNUSED static uint64_t t_dice; /* differs with the seed, and repeats with it */

/* 0 to n - 1. */
static inline unsigned t_roll(unsigned n)
{
	t_dice = t_dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(t_dice >> 33) % n;
}

static inline int t_run_seeds(cigo_coro_fn *body)
{
	long n = t_env("CIGO_SYNC_SEEDS", 50);

	for (long seed = 1; seed <= n; seed++) {
		t_dice = (uint64_t)seed;
		int err = t_run_seed((uint64_t)seed, body, NULL);
		if (err)
			return err;
	}
	return 0;
}

/* T_CORO_SEEDS(name) { ... }: a test that is run under so many schedules, one after the other. */
#define T_CORO_SEEDS(name) T_CORO_(name, t_run_seeds(name##_main))

/* T_PLAIN(name) { ... }: a test in a plain thread (arg), without any loop. */
#define T_PLAIN(name)                        \
	static void name##_plain(void);      \
	static void *name##_run(void *arg)   \
	{                                    \
		name##_plain();              \
		return arg;                  \
	}                                    \
	T_TEST(name)                         \
	{                                    \
		t_foreign(name##_run, NULL); \
	}                                    \
	END_TEST                             \
	static void name##_plain(void)

/* T_MISUSE_PLAIN(name, text) { ... }: the same, and it must abort with text on stderr. */
#define T_MISUSE_PLAIN(name, text)               \
	static void name##_plain(void);          \
	static void name##_run(void *arg)        \
	{                                        \
		CIGO_UNUSED(arg);                \
		name##_plain();                  \
	}                                        \
	T_TEST(name)                             \
	{                                        \
		t_abort(name##_run, NULL, text); \
	}                                        \
	END_TEST                                 \
	static void name##_plain(void)

#endif
