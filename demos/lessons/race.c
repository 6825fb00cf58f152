/* SPDX-License-Identifier: MIT
 * Race: clerks pay deposits into one account. Each reads the balance, adds, writes the sum. If another
 * clerk writes in between, that update is overwritten and lost. As there are deposits only, the money
 * that is missing at the end is the money that was lost.
 */
#include "demos/kit/kit.h"

#include <inttypes.h>

enum { CLERKS = 4, AMOUNT = 500 };

static int deposits = 1000;

static volatile int64_t
	balance; /* volatile: so that the compiler reads and writes where it says so */

/* Of the variants: what lies between reading and writing, and around both. */
static bool asks_first;
static cigo_mutex *mutex;

static int clerks(void)
{
	return kit_size(CLERKS, CLERKS, 2);
}

/* How many a clerk makes; few of those that take their time. */
static int each(void)
{
	return kit_size(asks_first ? (deposits + 19) / 20 : deposits, 4, 1);
}

/* The head office has to agree, which takes a while. */
static int ask(cigo_ctx *ctx)
{
	return cigo_sleep(ctx, CIGO_MS(0.02));
}

/* In a picture it is said whether another clerk has written since; elsewhere nobody looks. */
static void tell_write(cigo_ctx *ctx, int64_t sum)
{
	bool lost = kit_picture() && balance != sum - AMOUNT;

	cigo_trace_note(ctx, "writes %" PRId64 "%s", sum, lost ? ": an update is lost" : "");
}

static int deposit(cigo_ctx *ctx)
{
	int err = mutex ? cigo_mutex_lock(ctx, mutex) : 0;

	if (err)
		return err;
	int64_t sum = balance + AMOUNT;
	cigo_trace_note(ctx, "read %" PRId64, sum - AMOUNT);
	if (asks_first)
		err = ask(ctx);
	tell_write(ctx, sum); /* in a picture */
	balance = sum;
	if (mutex)
		cigo_mutex_unlock(mutex);
	return err;
}

static int clerk(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = 0;

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	for (int i = 0; i < each() && !err; i++)
		err = deposit(ctx);
	return err;
}

static void count(cigo_ctx *ctx)
{
	int64_t paid = (int64_t)AMOUNT * clerks() * each(), lost = paid - balance;

	cigo_show(ctx, "balance", "%" PRId64, balance);
	kit_count("paid in", paid, "pence");
	kit_count("lost", lost, "pence");
	kit_of("lost updates", lost / AMOUNT, paid / AMOUNT, "updates");
	if (lost)
		kit_verdict(!lost, "%" PRId64 " of %" PRId64 " pence are lost", lost, paid);
	else
		kit_verdict(true, "no penny is lost");
}

static int bank(cigo_ctx *ctx)
{
	cigo_group *group = cigo_group_new(ctx, 0, 0);

	balance = 0;
	for (int i = 0; i < clerks(); i++)
		cigo_spawn_in(group, clerk, 0, NULL);
	int err = cigo_group_wait(ctx, group);
	cigo_group_close(ctx, group);
	count(ctx);
	return err;
}

/* --- the variants ----------------------------------------------------------------------------- */

static int with_call(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	asks_first = false;
	return bank(ctx);
}

static int with_await(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	asks_first = true;
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
	{ "call", "read, add, write",
	  "Nothing in this code helps a race to appear. Preemptively the kernel can switch threads "
	  "anywhere, or run two at once, also between a clerk's read and write: one forced switch is "
	  "enough. Most runs come out right all the same, and that is the trouble with such a fault: a "
	  "test hardly ever shows it. Cooperatively a switch happens only in a call that awaits. There "
	  "is none between the read and the write, so no order loses an update, without a lock.",
	  with_call, NULL, NULL, with_call, 80, false },
	{ "await", "read, add, ask the head office, write",
	  "An await inside the critical section lets the other clerks run there. Updates are lost "
	  "cooperatively too, without any forced switch. Do not await inside a critical section, or "
	  "hold a cigo_mutex across it.",
	  with_await, NULL, NULL, with_await, 5, false },
	{ "mutex", "lock, read, add, ask, write, unlock",
	  "With the mutex both models are right, in every order. Each update now waits for the lock: "
	  "compare the times.",
	  with_mutex, NULL, NULL, with_mutex, 5, false },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "deposits", "deposits per clerk; where it awaits N / 20", &deposits, 1, 0 },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "race",
		.title = "Race: four clerks pay deposits into one account",
		.lesson = "Where can a switch happen between reading a value and writing it back? "
			  "Preemptively anywhere, cooperatively only in an await.",
		.variants = variants,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
