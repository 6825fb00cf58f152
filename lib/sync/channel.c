/* SPDX-License-Identifier: MIT
 * Channels. Where a sender and a receiver meet, the item is copied straight from one's variable to
 * the other's: the coroutine that waits is suspended in its call, so its variable still exists.
 */
#include "sync/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"

cigo_channel *cigo_channel_new(size_t item_size, size_t capacity)
{
	CI_ENTRY;
	ci_expect(item_size, "items of 0 bytes");
	size_t bytes;
	if (__builtin_mul_overflow(item_size, capacity, &bytes) || bytes > PTRDIFF_MAX / 2)
		return NULL;
	cigo_channel *c = malloc(sizeof *c + bytes);

	if (!c)
		return NULL;
	*c = (cigo_channel){ .item_size = item_size, .capacity = capacity };
	ci_list_init(&c->senders);
	ci_list_init(&c->receivers);
	return c;
}

void cigo_channel_free(cigo_channel *c)
{
	CI_ENTRY;
	if (!c)
		return;
	ci_expect(ci_list_empty(&c->senders) && ci_list_empty(&c->receivers),
		  "somebody waits for it");
	free(c);
}

size_t cigo_channel_count(const cigo_channel *c)
{
	CI_ENTRY;
	return c ? c->count : 0;
}

void ci_channel_check(const cigo_channel *c, size_t size)
{
	ci_expect(!c || size == c->item_size, "items have %zu bytes, not %zu", c->item_size, size);
}

/* --- offers ---------------------------------------------------------------------------------- */

static void end_all(struct ci_offers *all)
{
	for (size_t i = 0; i < all->n; i++)
		ci_list_unlink(&all->offer[i].link);
}

static void withdraw(struct ci_park *p)
{
	end_all(ci_container_of(p, struct ci_offers, park));
}

/* The first offer in the wait queue; NULL: none. */
static struct ci_offer *first(const struct ci_list *waiters)
{
	if (ci_list_empty(waiters))
		return NULL;
	struct ci_offer *o = ci_list_first(waiters, struct ci_offer, link);
	ci_park_check(&o->all->park);
	return o;
}

static void accept(struct ci_offer *o, int err)
{
	struct ci_offers *all = o->all;

	end_all(all);
	all->accepted = (size_t)(o - all->offer);
	all->err = err;
	ci_park_wake(&all->park);
}

void ci_channel_offer(cigo_channel *c, struct ci_offers *all, struct ci_offer *o)
{
	o->all = all;
	ci_list_append(o->ret ? &c->receivers : &c->senders, &o->link);
}

int ci_channel_wait(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_offers *all)
{
	all->park.withdraw = withdraw;
	return ci_park_in(ctx, me, NULL, CIGO_NEVER, &all->park);
}

/* --- meeting --------------------------------------------------------------------------------- */

bool ci_channel_ready(const cigo_channel *c, bool receive)
{
	if (c->closed)
		return true;
	return receive ? c->count || !ci_list_empty(&c->senders)
		       : c->count < c->capacity || !ci_list_empty(&c->receivers);
}

static void push(cigo_channel *c, const void *item)
{
	size_t i = (c->first + c->count++) % c->capacity;

	memcpy(c->ring + i * c->item_size, item, c->item_size);
}

static void pop(cigo_channel *c, void *ret)
{
	memcpy(ret, c->ring + c->first * c->item_size, c->item_size);
	c->first = (c->first + 1) % c->capacity;
	c->count--;
}

int ci_channel_send(cigo_channel *c, const void *item)
{
	if (c->closed)
		return CIGO_ECLOSED;
	struct ci_offer *o = first(&c->receivers);
	if (o) {
		memcpy(o->ret, item, c->item_size);
		accept(o, 0);
		return 0;
	}
	if (c->count >= c->capacity)
		return -EAGAIN;
	push(c, item);
	return 0;
}

/* The room that this makes goes to the first sender at once. */
int ci_channel_recv(cigo_channel *c, void *ret)
{
	struct ci_offer *o = first(&c->senders);

	if (c->count)
		pop(c, ret);
	else if (o)
		memcpy(ret, o->item, c->item_size);
	else
		return c->closed ? CIGO_ECLOSED : -EAGAIN;
	if (o) {
		if (c->capacity)
			push(c, o->item);
		accept(o, 0);
	}
	return 0;
}

/* --- the calls ------------------------------------------------------------------------------- */

/* Sends item, or receives into ret: at once, or by an offer and a wait. */
static int meet(cigo_ctx *ctx, cigo_channel *c, const void *item, void *ret)
{
	struct ci_coroutine *me;
	int err = ci_park_begin(ctx, &me);

	if (err)
		return err;
	err = ret ? ci_channel_recv(c, ret) : ci_channel_send(c, item);
	if (err != -EAGAIN) {
		ci_park_pass(me);
		return err;
	}
	struct ci_offer o = { .item = item, .ret = ret };
	struct ci_offers all = { .offer = &o, .n = 1 };
	ci_channel_offer(c, &all, &o);
	err = ci_channel_wait(ctx, me, &all);
	return err ? err : all.err;
}

int cigo_channel_send(cigo_ctx *ctx, cigo_channel *c, const void *item, size_t size)
{
	CI_ENTRY;
	ci_channel_check(c, size);
	ci_expect(item, "no item");
	return ctx && c ? meet(ctx, c, item, NULL) : -ENOMEM;
}

int cigo_channel_recv(cigo_ctx *ctx, cigo_channel *c, void *ret, size_t size)
{
	CI_ENTRY;
	ci_channel_check(c, size);
	ci_expect(ret, "nowhere to put the item");
	memset(ret, 0, size);
	return ctx && c ? meet(ctx, c, NULL, ret) : -ENOMEM;
}

int cigo_channel_try_send(cigo_channel *c, const void *item, size_t size)
{
	CI_ENTRY;
	ci_channel_check(c, size);
	ci_expect(item, "no item");
	return c ? ci_channel_send(c, item) : -ENOMEM;
}

int cigo_channel_try_recv(cigo_channel *c, void *ret, size_t size)
{
	CI_ENTRY;
	ci_channel_check(c, size);
	ci_expect(ret, "nowhere to put the item");
	memset(ret, 0, size);
	return c ? ci_channel_recv(c, ret) : -ENOMEM;
}

void cigo_channel_close(cigo_channel *c)
{
	CI_ENTRY;
	struct ci_offer *o;

	if (!c)
		return;
	c->closed = true;
	while ((o = first(&c->receivers)) || (o = first(&c->senders)))
		accept(o, CIGO_ECLOSED);
}
