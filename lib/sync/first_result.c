/* SPDX-License-Identifier: MIT
 * The first success of several. The losers are cancelled inside the winner's completion, before
 * they can take another step. The call returns after their bodies, unless one waits for the caller.
 */
#include <errno.h>
#include <stdlib.h>

#include "cigo/wait.h"
#include "task/cycle.h"
#include "task/future.h"
#include "base/misuse.h"
#include "task/wait_info.h"

struct race;

struct runner {
	struct ci_listener listener;
	struct race *race;
	cigo_future *f; /* a reference; NULL: there was no memory to make it */
};

struct race {
	struct ci_park park;
	struct runner *runners;
	cigo_future *const *futures;
	size_t n, pending;
	ssize_t winner;	 /* -1: none yet */
	uint64_t latest; /* seq of the last failure */
	int err;
};

static void cancel_all(const struct race *r, int cause)
{
	for (size_t i = 0; i < r->n; i++)
		ci_future_end(r->runners[i].f, cause);
}

static void result(struct race *r, size_t i, int err, uint64_t seq)
{
	r->pending--;
	if (err >= 0 && r->winner < 0) {
		r->winner = (ssize_t)i;
		cancel_all(r, -ECANCELED);
	} else if (err < 0 && r->winner < 0 && seq >= r->latest) {
		r->latest = seq;
		r->err = err;
	}
}

static void fired(struct ci_listener *l, cigo_future *f)
{
	struct runner *me = ci_container_of(l, struct runner, listener);
	struct race *r = me->race;

	result(r, (size_t)(me - r->runners), f->err, f->seq);
	if (!r->pending)
		ci_park_wake(&r->park);
}

/* The call waits for the losers' bodies, too. */
static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	const struct race *r = ci_container_of(p, struct race, park);

	ret->futures = r->futures;
	ret->count = r->n;
}

static int park(cigo_ctx *ctx, struct ci_coroutine *me, struct race *r)
{
	return r->pending ? ci_park_in(ctx, me, NULL, CIGO_NEVER, &r->park) : 0;
}

/* Whether a future waits for the caller by now: then waiting for it would deadlock. */
static bool is_circle(const struct race *r, const struct ci_coroutine *me)
{
	for (size_t i = 0; i < r->n; i++)
		if (ci_future_waits_for(r->futures[i], me))
			return true;
	return false;
}

/* Counts the futures that are done: the earliest success wins. Then listens to the others. */
static void line_up(struct race *r, cigo_future *const *futures, cigo_loop *loop)
{
	uint64_t best = UINT64_MAX;

	for (size_t i = 0; i < r->n; i++) {
		struct runner *x = &r->runners[i];

		x->listener.fired = fired;
		x->race = r;
		ci_list_init(&x->listener.link);
		x->f = ci_future_ref(futures[i]);
		if (x->f && !x->f->loop)
			ci_future_adopt(x->f, loop);
		if (x->f && x->f->done && x->f->err >= 0 && x->f->seq < best) {
			best = x->f->seq;
			r->winner = (ssize_t)i;
		}
	}
	for (size_t i = 0; i < r->n; i++) {
		struct runner *x = &r->runners[i];

		if (x->f)
			ci_future_tell(x->f);
		if (x->f && !x->f->done)
			ci_future_listen(x->f, &x->listener);
		else
			result(r, i, x->f ? x->f->err : -ENOMEM, x->f ? x->f->seq : 0);
	}
	if (r->winner >= 0)
		cancel_all(r, -ECANCELED);
}

static int run_race(cigo_ctx *ctx, struct ci_coroutine *me, struct race *r)
{
	int cause = r->winner < 0 && r->pending ? ci_park_refuse(ctx, me) : 0;

	if (!cause)
		cause = park(ctx, me, r);
	if (cause) {
		cancel_all(r, cause);
		if (!is_circle(r, me))
			park(NULL, me, r);
	}
	return r->winner >= 0 ? (int)r->winner : cause ? cause : r->err;
}

int cigo_first_result(cigo_ctx *ctx, cigo_future *const *futures, size_t n, void *ret, size_t size)
{
	CI_ENTRY;
	ci_future_copy(NULL, ret, size);
	if (!ctx)
		return -ENOMEM;
	if (!n)
		return -EINVAL;
	ci_expect(futures && n <= INT32_MAX, "no futures");
	struct ci_coroutine *me = ci_park_enter(ctx);
	ci_expect(me, "this needs a loop, and the context has none");
	for (size_t i = 0; i < n; i++)
		if (futures[i]) {
			ci_future_check(futures[i]);
			if (ci_future_waits_for(futures[i], me))
				return -EDEADLK;
		}
	struct race r = {
		.park.describe = describe, .futures = futures, .n = n, .pending = n, .winner = -1
	};
	r.runners = calloc(n, sizeof *r.runners);
	if (!r.runners)
		return -ENOMEM;
	line_up(&r, futures, me->loop);
	int answer = run_race(ctx, me, &r);
	if (answer >= 0)
		ci_future_copy(r.runners[answer].f, ret, size);
	for (size_t i = 0; i < n; i++) {
		ci_list_unlink(&r.runners[i].listener.link);
		ci_future_forget_writes(me, r.runners[i].f ? r.runners[i].f : futures[i]);
		ci_future_unref(r.runners[i].f);
	}
	free(r.runners);
	return answer;
}
