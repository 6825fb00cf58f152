/* SPDX-License-Identifier: MIT
 * Is deposit() right?
 */
#include "tests/tools/kit.h"
#include "exercises.h"
#include "expect.h"

enum { CLERKS = 10 };

static int seen; /* the balance that was shown last */
static bool fine = true;

/* Every balance is more than the one before. */
int auditor(cigo_ctx *ctx, int balance)
{
	int err = cigo_sleep(ctx, CIGO_MS(10));

	fine = fine && balance > seen;
	seen = balance;
	return err;
}

CORO(clerk)
{
	return deposit(ctx, arg, 5);
}

static void run_clerks(cigo_ctx *ctx, struct account *a, int cancelled)
{
	cigo_task *tasks[CLERKS];

	for (int i = 0; i < CLERKS; i++)
		tasks[i] = cigo_spawn(ctx, clerk, 0, a);
	EXPECT(0, cigo_sleep(ctx, CIGO_MS(1)));
	for (int i = 0; i < CLERKS; i++) {
		if (i == cancelled)
			EXPECT(-ECANCELED, cigo_task_stop(ctx, tasks[i]));
	}
	for (int i = 0; i < CLERKS; i++) {
		if (i != cancelled)
			EXPECT(0, cigo_future_take(ctx, tasks[i], NULL, 0));
	}
}

TEST_CASE("account");

LOOP_TEST(ten_deposits_of_five_are_fifty)
{
	struct account a = { .lock = cigo_mutex_new() };

	run_clerks(ctx, &a, -1);
	equal(a.balance, 50);
	cigo_mutex_free(a.lock);
}

LOOP_TEST(the_auditor_sees_each_of_them)
{
	struct account a = { .lock = cigo_mutex_new() };

	run_clerks(ctx, &a, -1);
	ck_assert_msg(fine, "the auditor was shown an outdated balance");
	equal(seen, a.balance);
	cigo_mutex_free(a.lock);
}

LOOP_TEST(one_that_was_cancelled_adds_nothing)
{
	for (int cancelled = 0; cancelled < CLERKS; cancelled += CLERKS - 1) {
		struct account a = { .lock = cigo_mutex_new() };

		run_clerks(ctx, &a, cancelled);
		equal(a.balance, 45);
		cigo_mutex_free(a.lock);
	}
}
