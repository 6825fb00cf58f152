/* SPDX-License-Identifier: MIT
 * Waiting for several futures: a listener on each counts inside its completion. All listeners are
 * removed before the call returns.
 */
#include "cigo/wait.h"

#include <errno.h>
#include <stdlib.h>

#include "task/cycle.h"
#include "task/future.h"
#include "base/misuse.h"
#include "task/wait_info.h"

enum { FEW = 16 };

struct wait;

struct arm {
	struct ci_listener listener;
	struct wait *wait;
	cigo_future *f; /* a reference; NULL: none, or done before */
};

struct wait {
	struct ci_park park;
	cigo_future *const *futures;
	size_t n;
	int mode;
	size_t pending;
	uint64_t latest; /* seq of the latest failure */
	int err;	 /* its error; 0: none failed */
	bool success;	 /* one succeeded */
};

static bool over(const struct wait *w)
{
	return !w->pending || (w->mode == CIGO_WAIT_FIRST_RESULT && w->success) ||
	       (w->mode == CIGO_WAIT_FIRST_ERROR && w->err);
}

static void count(struct wait *w, int err, uint64_t seq)
{
	w->pending--;
	if (err >= 0) {
		w->success = true;
	} else if (seq >= w->latest) {
		w->latest = seq;
		w->err = err;
	}
}

static int answer(const struct wait *w)
{
	return w->mode == CIGO_WAIT_FIRST_RESULT && w->success ? 0 : w->err;
}

static void fired(struct ci_listener *l, cigo_future *f)
{
	struct wait *w = ci_container_of(l, struct arm, listener)->wait;

	if (over(w))
		return; /* already woken: what comes later does not change the answer */
	count(w, f->err, f->seq);
	if (over(w))
		ci_park_wake(&w->park);
}

static void stretch(struct wait *w, struct arm *arms, cigo_loop *loop)
{
	for (size_t i = 0; i < w->n; i++) {
		cigo_future *f = w->futures[i];

		arms[i] = (struct arm){ .listener.fired = fired, .wait = w };
		if (!f || f->done)
			continue;
		if (!f->loop)
			ci_future_adopt(f, loop);
		arms[i].f = ci_future_ref(f);
		ci_future_listen(f, &arms[i].listener);
	}
}

static void unstretch(struct arm *arms, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (arms[i].f) {
			ci_list_unlink(&arms[i].listener.link);
			ci_future_unref(arms[i].f);
		}
}

static int suspend(cigo_ctx *ctx, struct ci_coroutine *me, struct wait *w)
{
	struct arm few[FEW], *arms = w->n > FEW ? calloc(w->n, sizeof *arms) : few;

	if (!arms)
		return -ENOMEM;
	stretch(w, arms, me->loop);
	int cause = ci_park_in(ctx, me, NULL, CIGO_NEVER, &w->park);
	unstretch(arms, w->n);
	if (arms != few)
		free(arms);
	return cause;
}

/* Counts the futures that are done already. */
static void take_stock(struct wait *w)
{
	w->pending = w->n;
	for (size_t i = 0; i < w->n; i++) {
		cigo_future *f = w->futures[i];

		if (!f) {
			count(w, -ENOMEM, 0);
			continue;
		}
		ci_future_check(f);
		ci_future_tell(f);
		if (f->done)
			count(w, f->err, f->seq);
	}
}

static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	const struct wait *w = ci_container_of(p, struct wait, park);

	ret->futures = w->futures;
	ret->count = w->n;
	ret->all = w->mode == CIGO_WAIT_ALL;
}

static int wait_for(cigo_ctx *ctx, int mode, cigo_future *const *futures, size_t n)
{
	struct wait w = { .park.describe = describe, .mode = mode, .futures = futures, .n = n };

	take_stock(&w);
	if (over(&w))
		return answer(&w);
	struct ci_coroutine *me = ci_park_enter(ctx);
	ci_expect(me, "a future is pending, and waiting for it needs a loop");
	for (size_t i = 0; i < n; i++)
		if (futures[i] && ci_future_waits_for(futures[i], me))
			return -EDEADLK;
	int cause = ci_park_refuse(ctx, me);
	if (!cause)
		cause = suspend(ctx, me, &w);
	return cause ? cause : answer(&w);
}

int cigo_wait(cigo_ctx *ctx, int mode, cigo_future *const *futures, size_t n)
{
	CI_ENTRY;
	if (!ctx)
		return -ENOMEM;
	ci_expect(mode >= CIGO_WAIT_FIRST_RESULT && mode <= CIGO_WAIT_ALL, "no mode: %d", mode);
	ci_expect(futures || !n, "no futures");
	if (!n)
		return 0;
	int err = wait_for(ctx, mode, futures, n);
	for (size_t i = 0; i < n && ci_self.me; i++)
		if (futures[i])
			ci_future_forget_writes(ci_self.me, futures[i]);
	return err;
}
