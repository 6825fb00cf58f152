/* SPDX-License-Identifier: MIT
 * Race: clerks move money between accounts. Each reads a balance, makes out a slip, writes the new
 * balance. If another clerk writes the same balance in between, that update is overwritten and lost.
 */
#include "demos/kit/kit.h"

#include <sched.h>

enum { CLERKS = 4, ACCOUNTS = 3, OPENING = 1000000 };

static int transfers = 1000;

/* volatile: so that the compiler reads and writes where it says so. */
static struct account {
	volatile long balance, updates;
} accounts[ACCOUNTS];

static cigo_mutex *mutex;		/* of the variant that has one */
static int (*make_slip)(cigo_ctx *ctx); /* between reading and writing */

static int call(cigo_ctx *ctx)
{
	CIGO_UNUSED(ctx);
	return sched_yield(); /* the kernel may switch here, as it may anywhere */
}

static int await(cigo_ctx *ctx)
{
	return cigo_yield(ctx); /* the loop will switch here */
}

static int add(cigo_ctx *ctx, struct account *a, long amount)
{
	int err = mutex ? cigo_mutex_lock(ctx, mutex) : 0;

	if (err)
		return err;
	long balance = a->balance, updates = a->updates;
	err = make_slip(ctx);
	a->balance = balance + amount;
	a->updates = updates + 1;
	if (mutex)
		cigo_mutex_unlock(mutex);
	return err;
}

static int clerk(cigo_ctx *ctx, void *arg, void *ret)
{
	int number = *(int *)arg, err = 0;

	CIGO_UNUSED(ret);
	for (int i = 0; i < (kit_picture() ? 4 : transfers) && !err; i++) {
		long amount = 1 + i * (number + 1) % 100;

		err = add(ctx, &accounts[(number + i) % ACCOUNTS], -amount);
		if (!err)
			err = add(ctx, &accounts[(number + i + 1) % ACCOUNTS], amount);
		if (!err)
			err = cigo_yield(ctx); /* the next customer, the other clerks' turn */
	}
	return err;
}

static void count(void)
{
	long money = ACCOUNTS * (long)OPENING, lost = 0;

	for (int i = 0; i < ACCOUNTS; i++) {
		money -= accounts[i].balance;
		lost -= accounts[i].updates;
	}
	lost += 2L * CLERKS * (kit_picture() ? 4 : transfers);
	kit_count("balance error in pence (+ lost, - created)", money);
	kit_count("lost updates", lost);
	kit_right(!money && !lost);
}

static int bank(cigo_ctx *ctx)
{
	cigo_group *group = cigo_group_new(ctx, 0, 0);
	int number[CLERKS];

	for (int i = 0; i < ACCOUNTS; i++)
		accounts[i] = (struct account){ .balance = OPENING };
	for (int i = 0; i < CLERKS; i++) {
		number[i] = i;
		cigo_spawn_in(group, clerk, 0, &number[i]);
	}
	int err = cigo_group_wait(ctx, group);
	count();
	cigo_group_close(ctx, group);
	return err;
}

/* --- the variants ----------------------------------------------------------------------------- */

static int with_call(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	make_slip = call;
	return bank(ctx);
}

static int with_await(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	make_slip = await;
	return bank(ctx);
}

static int with_mutex(cigo_ctx *ctx, void *arg, void *ret)
{
	mutex = cigo_mutex_new();
	int err = with_await(ctx, arg, ret);

	cigo_mutex_free(mutex);
	mutex = NULL;
	return err;
}

static const struct kit_variant variants[] = {
	{ "call", "read, call a function, write",
	  "Preemptively the kernel can switch threads anywhere, also between a clerk's read and "
	  "write. The write then overwrites another clerk's update. Cooperatively a switch happens "
	  "only in a call that awaits. There is no such call between the read and the write, so no "
	  "update is lost, without a lock.",
	  with_call, NULL, NULL },
	{ "await", "read, await, write",
	  "An await inside the critical section lets the other clerks run there. Updates are lost "
	  "cooperatively too, and by the same amount in every run. Do not await inside a critical "
	  "section, or hold a cigo_mutex across it.",
	  with_await, NULL, NULL },
	{ "mutex", "lock, read, await, write, unlock",
	  "With the mutex both models are right. Each update now waits for the lock: compare the "
	  "context switches.",
	  with_mutex, NULL, NULL },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "transfers", "transfers per clerk", &transfers, 1, 0 },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "race",
		.title = "Race: four clerks move money between three accounts",
		.lesson = "Where can a switch happen between reading a value and writing it back? "
			  "Preemptively anywhere, cooperatively only in an await.",
		.variants = variants,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
