/* SPDX-License-Identifier: MIT
 * Channels, from inside. A coroutine that waits makes offers, one to each channel. The first offer
 * that a partner accepts ends them all in the same moment, so exactly one happens.
 * Invariants: senders wait only while the buffer is full, receivers only while it is empty. Both
 * wait at one channel only if one coroutine made both offers, in a select: it looks for partners
 * before it makes its offers, so it never meets itself.
 */
#pragma once

#include "cigo/channel.h"
#include "task/park.h"

struct cigo_channel {
	size_t item_size, capacity; /* final */
	size_t first, count;	    /* of the ring */
	bool closed;
	uint64_t turn[2]; /* of select.c: to send, to receive; the lower, the longer ago served */
	struct ci_list senders, receivers; /* of ci_offer */
	char ring[] __attribute__((aligned(CI_ALIGN)));
};

struct ci_offer {
	struct ci_list link; /* in the channel's senders or receivers, until accepted or withdrawn */
	struct ci_offers *all;
	const void *item; /* to be copied from */
	void *ret;	  /* to be copied to; NULL: an offer to send */
};

struct ci_offers {
	struct ci_park park;
	struct ci_offer *offer; /* n */
	size_t n;
	size_t accepted; /* valid once woken: which offer */
	int err;	 /* likewise: 0 or CIGO_ECLOSED */
};

/* Misuse if items have another size. */
void ci_channel_check(const cigo_channel *c, size_t size);
/* Whether a send (to receive: a receive) would not have to wait. */
bool ci_channel_ready(const cigo_channel *c, bool receive);
/* Without waiting; -EAGAIN: the call would have to. */
int ci_channel_send(cigo_channel *c, const void *item);
int ci_channel_recv(cigo_channel *c, void *ret);
/* Appends an offer, whose item and ret are set, to the channel's wait queue. */
void ci_channel_offer(cigo_channel *c, struct ci_offers *all, struct ci_offer *o);
/* Waits until one of the offers is accepted. Fails with ctx's cause: none was. */
int ci_channel_wait(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_offers *all);
