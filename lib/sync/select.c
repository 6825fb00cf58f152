/* SPDX-License-Identifier: MIT
 * Waiting for several channels. Of the cases that are ready, the one that was served longest ago is
 * chosen, so that none starves. Each channel keeps a turn for each direction; turns are compared
 * only within one select.
 */
#include "sync/channel.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "engine/scheduled.h"

enum { FEW = 8 }; /* cases whose offers need no memory */

/* Checks the cases. -ENOMEM: a channel is NULL; all else that is wrong is misuse. */
static int check(cigo_select_case *cases, size_t n)
{
	int err = 0;

	ci_expect(n <= INT_MAX && (cases || !n), "%zu cases at %p", n, (void *)cases);
	for (size_t i = 0; i < n; i++) {
		cigo_select_case *k = &cases[i];
		bool send = k->op == CIGO_SELECT_SEND;

		k->err = 0;
		if (k->op == CIGO_SELECT_SKIP)
			continue;
		ci_expect(send || k->op == CIGO_SELECT_RECV, "case %zu: no such operation as %d", i,
			  k->op);
		ci_expect(!k->reserved[0] && !k->reserved[1],
			  "case %zu: its reserved fields are not zero", i);
		ci_expect(send ? k->item != NULL : k->ret != NULL, "case %zu: no %s", i,
			  send ? "item" : "place for it");
		ci_channel_check(k->channel, k->size);
		if (!k->channel)
			err = -ENOMEM;
	}
	return err;
}

/* Zeroes the variables that a failed call leaves without an item. */
static int fail(const cigo_select_case *cases, size_t n, int err)
{
	for (size_t i = 0; i < n; i++)
		if (cases[i].op == CIGO_SELECT_RECV)
			memset(cases[i].ret, 0, cases[i].size);
	return err;
}

static bool receives(const cigo_select_case *k)
{
	return k->op == CIGO_SELECT_RECV;
}

static bool ready(const cigo_select_case *k)
{
	return k->op != CIGO_SELECT_SKIP && ci_channel_ready(k->channel, receives(k));
}

static uint64_t *turn(const cigo_select_case *k)
{
	return &k->channel->turn[receives(k)];
}

/* Which ready case is served; n: none is ready. */
static size_t choose(const cigo_select_case *cases, size_t n)
{
	size_t best = n, count = 0;

	for (size_t i = 0; i < n; i++)
		if (ready(&cases[i]) && ++count &&
		    (best == n || *turn(&cases[i]) < *turn(&cases[best])))
			best = i;
	cigo_loop *loop = ci_self.held;
	if (count < 2 || !loop || !loop->schedule)
		return best;
	size_t skip = ci_scheduled_index(loop, CI_CHOOSE_CASE, "case", count);
	for (best = 0; !ready(&cases[best]) || skip-- > 0; best++)
		;
	return best;
}

/* Case i was served: its next turn comes after that of all the others. */
static void served(const cigo_select_case *cases, size_t n, size_t i)
{
	uint64_t last = 0;

	for (size_t k = 0; k < n; k++)
		if (cases[k].op != CIGO_SELECT_SKIP && *turn(&cases[k]) > last)
			last = *turn(&cases[k]);
	*turn(&cases[i]) = last + 1;
}

/* Carries out one ready case; -EAGAIN: none is ready. */
static int happen(cigo_select_case *cases, size_t n)
{
	size_t i = choose(cases, n);

	if (i == n)
		return -EAGAIN;
	cigo_select_case *k = &cases[i];
	served(cases, n, i);
	k->err = receives(k) ? ci_channel_recv(k->channel, k->ret)
			     : ci_channel_send(k->channel, k->item);
	if (k->err && receives(k))
		memset(k->ret, 0, k->size);
	return (int)i;
}

static int wait_for_all(cigo_ctx *ctx, struct ci_coroutine *me, cigo_select_case *cases, size_t n)
{
	struct ci_offer few[FEW];
	struct ci_offers all = { .offer = n > FEW ? calloc(n, sizeof *few) : few, .n = n };

	if (!all.offer)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct ci_offer *o = &all.offer[i];

		ci_list_init(&o->link);
		o->item = cases[i].item;
		o->ret = receives(&cases[i]) ? cases[i].ret : NULL;
		if (cases[i].op != CIGO_SELECT_SKIP)
			ci_channel_offer(cases[i].channel, &all, o);
	}
	int cause = ci_channel_wait(ctx, me, &all);
	if (all.offer != few)
		free(all.offer);
	if (cause)
		return cause;
	cigo_select_case *k = &cases[all.accepted]; /* its channel may be gone by now */
	k->err = all.err;
	if (k->err && receives(k))
		memset(k->ret, 0, k->size);
	return (int)all.accepted;
}

int cigo_select(cigo_ctx *ctx, cigo_select_case *cases, size_t n)
{
	CI_ENTRY;
	int result = check(cases, n);

	if (result || !ctx)
		return fail(cases, n, -ENOMEM);
	struct ci_coroutine *me;
	result = ci_park_begin(ctx, &me);
	if (result)
		return fail(cases, n, result);
	result = happen(cases, n);
	if (result >= 0) {
		ci_park_pass(me);
		return result;
	}
	result = wait_for_all(ctx, me, cases, n);
	return result < 0 ? fail(cases, n, result) : result;
}

int cigo_select_try(cigo_select_case *cases, size_t n)
{
	CI_ENTRY;
	int result = check(cases, n);

	if (!result)
		result = happen(cases, n);
	return result < 0 ? fail(cases, n, result) : result;
}
