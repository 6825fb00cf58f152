/* SPDX-License-Identifier: MIT
 * The barrier. Invariant: count coroutines wait, fewer than parties; none while it is broken. A
 * round ends in one moment: all get their results then, so the next round can begin at once.
 */
#include "cigo/barrier.h"

#include <errno.h>
#include <stdlib.h>

#include "task/park.h"
#include "base/misuse.h"

struct cigo_barrier {
	int parties; /* final */
	int count;
	bool broken;
	struct ci_list waiters;
};

struct party {
	struct ci_park park;
	cigo_barrier *barrier; /* valid until woken */
	int result;	       /* the index, or CIGO_EBROKEN */
};

cigo_barrier *cigo_barrier_new(int parties)
{
	CI_ENTRY;
	ci_expect(parties > 0, "%d parties", parties);
	cigo_barrier *b = calloc(1, sizeof *b);

	if (!b)
		return NULL;
	b->parties = parties;
	ci_list_init(&b->waiters);
	return b;
}

void cigo_barrier_free(cigo_barrier *b)
{
	CI_ENTRY;
	if (!b)
		return;
	ci_expect(ci_list_empty(&b->waiters), "somebody waits for it");
	free(b);
}

/* Ends the round: all waiters return err, or their index if it is 0. */
static void release(cigo_barrier *b, int err)
{
	struct ci_park *p;

	b->count = 0;
	while ((p = ci_park_first(&b->waiters))) {
		if (err)
			ci_container_of(p, struct party, park)->result = err;
		ci_park_wake(p);
	}
}

static void break_up(cigo_barrier *b)
{
	b->broken = true;
	release(b, CIGO_EBROKEN);
}

static void withdraw(struct ci_park *p)
{
	break_up(ci_container_of(p, struct party, park)->barrier);
}

int cigo_barrier_wait(cigo_ctx *ctx, cigo_barrier *b)
{
	CI_ENTRY;
	if (!ctx || !b)
		return -ENOMEM;
	struct ci_coroutine *me;
	int cause = ci_park_begin(ctx, &me);
	if (cause) {
		break_up(b);
		return cause;
	}
	if (b->broken) {
		ci_park_pass(me);
		return CIGO_EBROKEN;
	}
	if (b->count + 1 == b->parties) {
		int index = b->count;
		release(b, 0);
		ci_park_pass(me);
		return index;
	}
	struct party party = { .park.withdraw = withdraw, .barrier = b, .result = b->count };
	b->count++;
	cause = ci_park_in(ctx, me, &b->waiters, CIGO_NEVER, &party.park);
	return cause ? cause : party.result;
}

void cigo_barrier_abort(cigo_barrier *b)
{
	CI_ENTRY;
	if (b)
		break_up(b);
}

void cigo_barrier_reset(cigo_barrier *b)
{
	CI_ENTRY;
	if (!b)
		return;
	b->broken = false;
	release(b, CIGO_EBROKEN);
}

bool cigo_barrier_is_broken(const cigo_barrier *b)
{
	CI_ENTRY;
	return !b || b->broken;
}

int cigo_barrier_waiting(const cigo_barrier *b)
{
	CI_ENTRY;
	return b ? b->count : 0;
}
