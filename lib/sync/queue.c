/* SPDX-License-Identifier: MIT
 * The queue: a store of items, and wait queues of getters, putters and joiners. Invariants: getters
 * wait only while the store is empty, putters only while it is full, joiners only while an item is
 * unfinished. An item is copied to the getter's own variable in the moment it is delivered, so a
 * cancelled get takes none.
 */
#include "cigo/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "task/park.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "sync/store.h"

struct cigo_queue {
	struct ci_store store;
	bool closed;
	size_t unfinished; /* items put so far, less calls of task_done */
	struct ci_list getters, putters, joiners;
};

struct waiter {
	struct ci_park park;
	void *dst;	 /* getters */
	const void *src; /* putters */
	bool closed;	 /* woken by close */
};

static cigo_queue *make(const cigo_queue_options *o)
{
	ci_expect(o->item_size, "items of 0 bytes");
	ci_expect(o->kind != CIGO_QUEUE_PRIORITY || o->compare,
		  "priorities need a function that compares");
	cigo_queue *q = calloc(1, sizeof *q);
	if (!q)
		return NULL;
	q->store.kind = o->kind;
	q->store.item_size = o->item_size;
	q->store.capacity = o->capacity;
	q->store.compare = o->compare;
	q->store.arg = o->arg;
	ci_list_init(&q->getters);
	ci_list_init(&q->putters);
	ci_list_init(&q->joiners);
	return q;
}

cigo_queue *cigo_queue_new(size_t item_size, size_t capacity)
{
	CI_ENTRY;
	return make(&(cigo_queue_options){ .item_size = item_size, .capacity = capacity });
}

cigo_queue *cigo_queue_new_with(const cigo_queue_options *given)
{
	CI_ENTRY;
	cigo_queue_options o;

	CI_SIZED_TAKE(cigo_queue_options, &o, given);
	ci_expect(o.kind == CIGO_QUEUE_FIFO || o.kind == CIGO_QUEUE_LIFO ||
			  o.kind == CIGO_QUEUE_PRIORITY,
		  "no such kind as %d", o.kind);
	return make(&o);
}

void cigo_queue_free(cigo_queue *q)
{
	CI_ENTRY;
	if (!q)
		return;
	ci_expect(ci_list_empty(&q->getters) && ci_list_empty(&q->putters) &&
			  ci_list_empty(&q->joiners),
		  "somebody waits for it");
	ci_store_fini(&q->store);
	free(q);
}

size_t cigo_queue_count(const cigo_queue *q)
{
	CI_ENTRY;
	return q ? q->store.count : 0;
}

/* Wakes the first waiter; its frame can be written to as long as the baton is held. */
static struct waiter *wake(struct ci_list *waiters)
{
	struct ci_park *p = ci_park_first(waiters);

	if (p)
		ci_park_wake(p);
	return p ? ci_container_of(p, struct waiter, park) : NULL;
}

static bool full(const cigo_queue *q)
{
	return q->store.capacity && q->store.count >= q->store.capacity;
}

/* -EAGAIN: the queue is full, as it always is while putters wait. */
static int add(cigo_queue *q, const void *item)
{
	if (q->closed)
		return CIGO_ECLOSED;
	struct waiter *g = wake(&q->getters);
	if (g) {
		memcpy(g->dst, item, q->store.item_size);
	} else {
		if (full(q))
			return -EAGAIN;
		if (!ci_store_grow(&q->store))
			return -ENOMEM;
		ci_store_add(&q->store, item);
	}
	q->unfinished++;
	return 0;
}

/* -EAGAIN: the queue is empty. The room that this makes goes to the first putter at once. */
static int take(cigo_queue *q, void *ret)
{
	if (!q->store.count)
		return q->closed ? CIGO_ECLOSED : -EAGAIN;
	struct waiter *p = wake(&q->putters);
	ci_store_take(&q->store, ret);
	if (p) {
		ci_store_add(&q->store, p->src);
		q->unfinished++;
	}
	return 0;
}

/* Moves an item: to w->dst, or from w->src. Waits for ns at most. */
static int move(cigo_ctx *ctx, cigo_queue *q, struct waiter *w, int64_t ns)
{
	if (!ctx || !q)
		return -ENOMEM;
	struct ci_coroutine *me;
	int err = ci_park_begin(ctx, &me);
	if (err)
		return err;
	err = w->dst ? take(q, w->dst) : add(q, w->src);
	if (err != -EAGAIN) {
		ci_park_pass(me);
		return err;
	}
	if (ns <= 0)
		return -ETIMEDOUT;
	err = ci_park_in(ctx, me, w->dst ? &q->getters : &q->putters, ci_park_until(me, ns),
			 &w->park);
	return err ? err : w->closed ? CIGO_ECLOSED : 0;
}

static void check(const cigo_queue *q, size_t size)
{
	ci_expect(!q || size == q->store.item_size, "items have %zu bytes, not %zu",
		  q->store.item_size, size);
}

static void check_put(const cigo_queue *q, const void *item, size_t size)
{
	check(q, size);
	ci_expect(item, "no item");
}

static void check_get(const cigo_queue *q, void *ret, size_t size)
{
	check(q, size);
	ci_expect(ret, "nowhere to put the item");
	memset(ret, 0, size);
}

int cigo_queue_put(cigo_ctx *ctx, cigo_queue *q, const void *item, size_t size)
{
	CI_ENTRY;
	check_put(q, item, size);
	return move(ctx, q, &(struct waiter){ .src = item }, CIGO_NEVER);
}

int cigo_queue_put_timeout(cigo_ctx *ctx, cigo_queue *q, const void *item, size_t size, int64_t ns)
{
	CI_ENTRY;
	check_put(q, item, size);
	return move(ctx, q, &(struct waiter){ .src = item }, ns);
}

int cigo_queue_try_put(cigo_queue *q, const void *item, size_t size)
{
	CI_ENTRY;
	check_put(q, item, size);
	return q ? add(q, item) : -ENOMEM;
}

int cigo_queue_get(cigo_ctx *ctx, cigo_queue *q, void *ret, size_t size)
{
	CI_ENTRY;
	check_get(q, ret, size);
	return move(ctx, q, &(struct waiter){ .dst = ret }, CIGO_NEVER);
}

int cigo_queue_get_timeout(cigo_ctx *ctx, cigo_queue *q, void *ret, size_t size, int64_t ns)
{
	CI_ENTRY;
	check_get(q, ret, size);
	return move(ctx, q, &(struct waiter){ .dst = ret }, ns);
}

int cigo_queue_try_get(cigo_queue *q, void *ret, size_t size)
{
	CI_ENTRY;
	check_get(q, ret, size);
	return q ? take(q, ret) : -ENOMEM;
}

void cigo_queue_task_done(cigo_queue *q)
{
	CI_ENTRY;
	if (!q)
		return;
	ci_expect(q->unfinished, "called more often than items were put");
	if (!--q->unfinished)
		ci_park_wake_all(&q->joiners);
}

int cigo_queue_join(cigo_ctx *ctx, cigo_queue *q)
{
	CI_ENTRY;
	if (!ctx || !q)
		return -ENOMEM;
	struct ci_coroutine *me;
	int err = ci_park_begin(ctx, &me);
	if (err)
		return err;
	if (!q->unfinished)
		return ci_park_pass(me);
	struct ci_park p = { .describe = NULL };
	return ci_park_in(ctx, me, &q->joiners, CIGO_NEVER, &p);
}

void cigo_queue_close(cigo_queue *q)
{
	CI_ENTRY;
	struct waiter *w;

	if (!q)
		return;
	q->closed = true;
	while ((w = wake(&q->getters)) || (w = wake(&q->putters)))
		w->closed = true;
}
