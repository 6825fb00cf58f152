/* SPDX-License-Identifier: MIT
 * Futures in order of completion: a listener on each puts it in `line`. As asyncio's as_completed.
 */
#include <errno.h>
#include <stdlib.h>

#include "task/cycle.h"
#include "task/future.h"
#include "iter/iter.h"
#include "base/misuse.h"
#include "task/wait_info.h"

struct completed;

struct entry {
	struct ci_listener listener;
	struct ci_list link; /* in pending; from completion until given, in line */
	struct completed *c;
	cigo_future *f; /* a reference; NULL: the caller gave NULL */
};

struct completed {
	cigo_iter it;
	size_t n, given;
	struct ci_list pending, line; /* of entry */
	struct ci_list consumers;     /* the coroutine in next, if it waits */
	struct entry entries[];
};

struct consumer {
	struct ci_park park;
	const struct completed *c;
};

static void done(struct ci_listener *l, cigo_future *f)
{
	struct entry *e = ci_container_of(l, struct entry, listener);

	(void)f;
	ci_list_unlink(&e->link);
	ci_list_append(&e->c->line, &e->link);
	ci_park_wake_all(&e->c->consumers);
}

/* Of several pending futures any may come first: so only a single one is named. */
static void describe(const struct ci_park *p, struct ci_wait_info *ret)
{
	const struct completed *c = ci_container_of(p, struct consumer, park)->c;

	if (c->pending.next != c->pending.prev)
		return;
	ret->futures = &ci_list_first(&c->pending, struct entry, link)->f;
	ret->count = 1;
}

static bool all_wait_for(const struct completed *c, const struct ci_coroutine *me)
{
	ci_list_of(const struct entry, e, &c->pending, link)
		if (!ci_future_waits_for(e->f, me))
			return false;
	return true;
}

static int wait_for_one(cigo_ctx *ctx, struct completed *c)
{
	struct ci_coroutine *me = ci_park_enter(ctx);
	ci_expect(me, "a future is pending, and waiting for it needs a loop");
	if (all_wait_for(c, me))
		return -EDEADLK;
	int err = ci_park_refuse(ctx, me);
	if (err)
		return err;
	struct consumer w = { .park.describe = describe, .c = c };
	return ci_park_in(ctx, me, &c->consumers, CIGO_NEVER, &w.park);
}

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	struct completed *c = ci_container_of(it, struct completed, it);

	if (c->given == c->n)
		return 0;
	while (ci_list_empty(&c->line)) {
		int err = wait_for_one(ctx, c);
		if (err)
			return err;
	}
	struct entry *e = ci_list_entry(ci_list_pop(&c->line), struct entry, link);
	c->given++;
	*(cigo_future **)ret = e->f;
	return 1;
}

static int close_it(cigo_ctx *ctx, cigo_iter *it)
{
	struct completed *c = ci_container_of(it, struct completed, it);

	(void)ctx;
	for (size_t i = 0; i < c->n; i++)
		if (c->entries[i].f) {
			ci_list_unlink(&c->entries[i].listener.link);
			ci_future_unref(c->entries[i].f);
		}
	free(c);
	return 0;
}

static const struct ci_iter_ops ops = { next, close_it };

/* Puts e, which is done, behind those that were done before it. */
static void line_up(struct completed *c, struct entry *e)
{
	struct ci_list *pos = &c->line;

	while (e->f && pos->prev != &c->line) {
		const struct entry *before = ci_list_entry(pos->prev, struct entry, link);

		if (!before->f || before->f->seq <= e->f->seq)
			break;
		pos = pos->prev;
	}
	if (!e->f)
		pos = c->line.next;
	ci_list_add_before(pos, &e->link);
}

cigo_iter *cigo_iter_completed(cigo_future *const *futures, size_t n)
{
	CI_ENTRY;
	ci_expect(futures || !n, "no futures");
	struct completed *c =
		ci_iter_new(sizeof *c + n * sizeof *c->entries, &ops, sizeof(cigo_future *));

	if (!c)
		return NULL;
	ci_list_init(&c->pending);
	ci_list_init(&c->line);
	ci_list_init(&c->consumers);
	c->n = n;
	for (size_t i = 0; i < n; i++) {
		struct entry *e = &c->entries[i];

		e->c = c;
		e->f = ci_future_ref(futures[i]);
		e->listener.fired = done;
		ci_list_init(&e->listener.link);
		ci_list_init(&e->link);
		if (e->f)
			ci_future_tell(e->f);
		if (e->f && !e->f->done) {
			if (!e->f->loop && ci_self.held)
				ci_future_adopt(e->f, ci_self.held);
			ci_future_listen(e->f, &e->listener);
			ci_list_append(&c->pending, &e->link);
		} else {
			line_up(c, e);
		}
	}
	return &c->it;
}
