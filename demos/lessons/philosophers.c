/* SPDX-License-Identifier: MIT
 * Philosophers: five of them around a table, a fork between any two, and two forks needed to eat.
 * Each takes one, reaches over, takes the other. When all hold one, all wait for ever.
 */
#include "demos/kit/kit.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>

enum { SEATS = 5, NOBODY = -1 };

static const char *const names[SEATS] = { "Plato", "Hypatia", "Kant", "Laozi", "Arendt" };

static int meals = 2000;

/* At the table. */
static int seats(void)
{
	return kit_size(SEATS, SEATS, kit_explored_model() == CIGO_PREEMPTIVE ? 2 : 3);
}

/* Fork i lies to the left of philosopher i, and to the right of the one before. */
static struct fork {
	sem_t there;	   /* a fork that blocks the thread, cooperatively the whole loop, */
	cigo_mutex *mutex; /* or one that is awaited: then it has this */
} forks[SEATS];

/* What the watchdog looks at while the others run: therefore atomic. */
static atomic_int holder[SEATS]; /* of a fork: its philosopher, or NOBODY */
static atomic_int wants[SEATS];	 /* of a philosopher: the fork waited for, or NOBODY */
static atomic_int eaten;	 /* meals, of all */
static atomic_bool over;	 /* the dinner: the watchdog has ended it */

struct manners {
	bool await;   /* forks are awaited, and so is reaching over */
	bool ordered; /* the fork with the lower number first */
};

struct philosopher {
	int seat;
	const struct manners *manners;
};

/* --- the dinner ------------------------------------------------------------------------------- */

static int take(cigo_ctx *ctx, int seat, int fork)
{
	int err = 0;

	wants[seat] = fork;
	cigo_trace_note(ctx, "wants fork %d", fork + 1);
	if (forks[fork].mutex)
		err = cigo_mutex_lock(CIGO_AT(ctx), forks[fork].mutex);
	else
		while (sem_wait(&forks[fork].there))
			; /* EINTR */
	wants[seat] = NOBODY;
	if (err)
		return err;
	holder[fork] = seat;
	cigo_trace_note(ctx, "has fork %d", fork + 1);
	return 0;
}

static void put(int fork)
{
	holder[fork] = NOBODY;
	if (forks[fork].mutex)
		cigo_mutex_unlock(forks[fork].mutex);
	else
		sem_post(&forks[fork].there);
}

/* To the other side of the plate, which takes a while, and is awaited. */
static int reach_over(cigo_ctx *ctx)
{
	return cigo_sleep(ctx, CIGO_MS(0.05));
}

static int eat(cigo_ctx *ctx, struct philosopher *p, int first, int second)
{
	int err = take(ctx, p->seat, first);

	if (err)
		return err;
	if (p->manners->await)
		err = reach_over(ctx);
	if (!err)
		err = take(ctx, p->seat, second);
	if (!err) {
		eaten++;
		put(second);
	}
	put(first);
	return err;
}

/* Meals; fewer of those that take their time. */
static int each(const struct manners *m)
{
	return kit_size(m->await ? (meals + 39) / 40 : meals, 3, 1);
}

static int philosopher(cigo_ctx *ctx, void *arg, void *ret)
{
	struct philosopher *p = arg;
	int left = p->seat, right = (p->seat + 1) % seats(), err = 0;
	bool swap = p->manners->ordered && left > right;

	CIGO_UNUSED(ret);
	for (int i = 0; i < each(p->manners) && !err && !over; i++)
		err = eat(ctx, p, swap ? right : left, swap ? left : right);
	return err;
}

/* --- the watchdog ----------------------------------------------------------------------------- */

/* A philosopher on a cycle (he waits for a fork whose holder waits for a fork ... that he holds), or
 * NOBODY. */
static int find_cycle(void)
{
	for (int first = 0; first < SEATS; first++) {
		int at = first, fork;

		for (int steps = 0; steps < SEATS && at != NOBODY; steps++) {
			fork = wants[at];
			at = fork == NOBODY ? NOBODY : holder[fork];
			if (at == first)
				return first;
		}
	}
	return NOBODY;
}

static void tell_cycle(int first)
{
	int at = first;

	do {
		int fork = wants[at], next = holder[fork];

		kit_note("%s waits for fork %d, which %s holds", names[at], fork + 1, names[next]);
		at = next;
	} while (at != first);
}

static void tell_dump(cigo_loop *loop)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		return;
	cigo_loop_dump(loop, f);
	fclose(f);
	kit_note("What cigo_loop_dump writes:");
	for (char *at = text, *line; (line = strsep(&at, "\n"));)
		kit_note("%s", line);
	free(text);
}

/* A cycle that is still there after a while, with no meal in between, is there for ever. Then it
 * ends the dinner. */
static int watchdog(cigo_ctx *ctx, void *arg, void *ret)
{
	int seen, now = NOBODY, before, err;

	do {
		seen = now;
		before = eaten;
		err = cigo_sleep(ctx, CIGO_MS(kit_picture() ? 5 : 20));
		now = find_cycle();
	} while (!err && (now == NOBODY || seen != now || before != eaten));
	if (err)
		return err;
	tell_cycle(now);
	if (forks[0].mutex)
		tell_dump(cigo_ctx_loop(ctx));
	over = true;
	*(bool *)ret = true;
	for (int i = 0; i < SEATS; i++)
		sem_post(&forks[i].there); /* more forks, so that they can leave */
	cigo_group_cancel(arg, 0);
	return 0;
}

/* --- the run ---------------------------------------------------------------------------------- */

static void lay_table(cigo_ctx *ctx, const struct manners *manners)
{
	over = false;
	eaten = 0;
	for (int i = 0; i < seats(); i++) {
		sem_init(&forks[i].there, 0, 1);
		cigo_trace_name(ctx, &forks[i].there, sizeof forks[i].there, "fork %d", i + 1);
		forks[i].mutex = manners->await ? cigo_mutex_new() : NULL;
		holder[i] = wants[i] = NOBODY;
	}
}

static void clear_table(void)
{
	for (int i = 0; i < seats(); i++) {
		cigo_mutex_free(forks[i].mutex);
		sem_destroy(&forks[i].there);
	}
}

/* Whether the watchdog had to end it. While all orders are tried none is needed. */
static int seat_and_wait(cigo_ctx *ctx, const struct manners *manners, bool *ret_stuck)
{
	struct philosopher all[SEATS];
	cigo_group *group = cigo_group_new(ctx, 0, 0);
	cigo_task *dog = NULL;

	for (int i = 0; i < seats(); i++) {
		all[i] = (struct philosopher){ .seat = i, .manners = manners };
		cigo_group_spawn(group, names[i], philosopher, 0, &all[i]);
	}
	if (!kit_explored())
		dog = cigo_spawn(ctx, watchdog, sizeof *ret_stuck, group);
	int err = cigo_group_wait(ctx, group);
	if (dog) {
		cigo_future_cancel(dog, 0);
		cigo_ignore(cigo_take(ctx, dog, ret_stuck));
	}
	cigo_group_close(ctx, group);
	return err;
}

static int dinner(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct manners *manners = arg;
	bool stuck = false;

	CIGO_UNUSED(ret);
	lay_table(ctx, manners);
	int err = seat_and_wait(ctx, manners, &stuck);
	clear_table();
	kit_yes("deadlock", stuck);
	kit_of("meals", eaten, seats() * each(manners), "meals");
	if (stuck)
		kit_verdict(!stuck, "a deadlock after %d meals", eaten);
	else
		kit_verdict(true, "all have eaten");
	return stuck ? 0 : err;
}

static const struct manners plain = { 0 }, reaching = { .await = true },
			    in_order = { .await = true, .ordered = true };

static const struct kit_variant variants[] = {
	{ "call", "take a fork, take the other, eat: without an await",
	  "Preemptively all can hold one fork and wait for the other: a deadlock. One that needs few "
	  "forced switches, and yet comes seldom: most dinners end well. The watchdog of the real runs "
	  "finds the cycle of philosophers and forks. Cooperatively there is no deadlock: from the first "
	  "fork to the end of the meal a philosopher does not await, so no other one runs.",
	  dinner, NULL, (void *)(intptr_t)&plain, dinner, 80, true },
	{ "await", "the same with an await while a fork is held",
	  "Reaching over awaits, so the other philosophers run. The deadlock is there cooperatively, "
	  "too. A lock that is held over an await can deadlock in either model. The loop's dump shows "
	  "which coroutine waits for which.",
	  dinner, NULL, (void *)(intptr_t)&reaching, dinner, 5, false },
	{ "ordered", "with the await, but the fork with the lower number first",
	  "The known cure helps in both models: all take the fork with the lower number first, so no "
	  "cycle can close, in any order.",
	  dinner, NULL, (void *)(intptr_t)&in_order, dinner, 5, false },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "meals", "meals of each; where they await, N / 40", &meals, 1, 0 },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "philosophers",
		.title = "Philosophers: five of them, five forks, and two forks needed to eat",
		.lesson =
			"A deadlock needs a switch while a lock is held. Preemptively a switch can come "
			"at any time, cooperatively only if you await while you hold the lock.",
		.variants = variants,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
