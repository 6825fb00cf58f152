/* SPDX-License-Identifier: MIT
 * Is eat() right?
 */
#include "tests/tools/kit.h"
#include "exercises.h"
#include "expect.h"

enum { N = 5 };

static cigo_mutex *forks[N];
static bool eating[N];
static int meals[N];

int reach(cigo_ctx *ctx)
{
	return cigo_sleep(ctx, CIGO_MS(10));
}

int dinner(cigo_ctx *ctx, int me)
{
	ck_assert_msg(!eating[(me + 1) % N] && !eating[(me + N - 1) % N],
		      "two neighbours eat at the same time");
	ck_assert_msg(!cigo_mutex_try_lock(forks[me]) && !cigo_mutex_try_lock(forks[(me + 1) % N]),
		      "a philosopher eats without holding both forks");
	eating[me] = true;
	int err = cigo_sleep(ctx, CIGO_MS(100));
	eating[me] = false;
	meals[me] += !err;
	return err;
}

CORO(philosopher)
{
	int me = *(int *)arg, err = 0;

	for (int i = 0; i < 3 && !err; i++)
		err = eat(ctx, forks, N, me);
	return err;
}

static int all_eat(cigo_ctx *ctx, int64_t patience)
{
	cigo_ctx *evening = cigo_ctx_with_timeout(ctx, patience);
	cigo_group *g = cigo_group_new(evening, 0, 0);

	for (int i = 0; i < N; i++)
		cigo_group_spawn_copy(g, "philosopher", philosopher, 0, &i, sizeof i);
	int err = cigo_group_wait(ctx, g);
	cigo_group_close(ctx, g);
	cigo_ctx_unref(evening);
	return err;
}

static void lay_table(void)
{
	for (int i = 0; i < N; i++)
		forks[i] = cigo_mutex_new();
}

static void clear_table(void)
{
	for (int i = 0; i < N; i++)
		cigo_mutex_free(forks[i]); /* misuse, if one is held still */
}

TEST_CASE("forks");

LOOP_TEST(one_alone_eats)
{
	lay_table();
	EXPECT(0, eat(ctx, forks, N, 3));
	equal(meals[3], 1);
	clear_table();
}

LOOP_TEST(all_eat_three_times)
{
	lay_table();
	ck_assert_msg(all_eat(ctx, CIGO_S(60)) == 0,
		      "deadlock: after 60 virtual seconds not all had eaten");
	for (int i = 0; i < N; i++)
		equal(meals[i], 3);
	clear_table();
}

LOOP_TEST(a_cancelled_philosopher_holds_no_fork)
{
	for (int ms = 5; ms < 300; ms += 10) {
		lay_table();
		int err = all_eat(ctx, CIGO_MS(ms));
		equal(err, -ETIMEDOUT);
		clear_table();
	}
}
