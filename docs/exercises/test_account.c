/* SPDX-License-Identifier: MIT
 * Is deposit() right?
 */
#include "exercises.h"
#include "trial.h"

enum { CLERKS = 3, AMOUNT = 5 };

static int seen;	 /* the balance that was shown last */
static int limit = 1000; /* of what the auditor allows */
static bool strict;
static struct account account;
static cigo_task *clerks[CLERKS];
static int n, paid;

int auditor(cigo_ctx *ctx, int balance)
{
	if (strict)
		cigo_check(balance == seen + AMOUNT, "the auditor is shown %d after %d", balance,
			   seen);
	seen = balance;
	int err = cigo_sleep(ctx, CIGO_MS(10));
	return err ? err : balance > limit ? -EPERM : 0;
}

CORO(clerk)
{
	int err = deposit(ctx, &account, AMOUNT);

	if (!err)
		count(&paid, 1);
	return err;
}

static void begin(cigo_ctx *ctx)
{
	int all = n = some(CLERKS);

	account.lock = new_lock();
	for (int i = 0; i < all; i++)
		clerks[i] = cigo_spawn(ctx, clerk, 0, NULL);
}

static void end(cigo_ctx *ctx)
{
	for (int i = 0; i < n; i++)
		cigo_ignore(end_of(ctx, clerks[i]));
	cigo_show(ctx, "balance", "%d", account.balance);
	cigo_check(account.balance == paid * AMOUNT, "%d have paid %d each, the balance is %d",
		   paid, AMOUNT, account.balance);
	free_lock(account.lock, "the account");
}

TRIAL(each_deposit_adds_five)
{
	begin(ctx);
	end(ctx);
	cigo_check(paid == n, "only %d of %d have paid", paid, n);
	return 0;
}

TRIAL(the_auditor_sees_each_of_them)
{
	strict = true;
	begin(ctx);
	end(ctx);
	return 0;
}

TRIAL(what_the_auditor_refuses_changes_nothing)
{
	limit = AMOUNT;
	begin(ctx);
	end(ctx);
	cigo_check(paid == 1, "%d have paid, the auditor allows 1", paid);
	return 0;
}

CORO(cancel_one)
{
	cigo_future_cancel(clerks[1], 0);
	return 0;
}

TRIAL(one_that_is_cancelled_changes_nothing)
{
	begin(ctx);
	cigo_task *canceller = cigo_spawn(ctx, cancel_one, 0, NULL);
	end(ctx);
	cigo_check(paid >= n - 1, "only %d of %d have paid", paid, n);
	return end_of(ctx, canceller);
}

TRIALS(T(each_deposit_adds_five), T(the_auditor_sees_each_of_them),
       T(what_the_auditor_refuses_changes_nothing), T(one_that_is_cancelled_changes_nothing));
