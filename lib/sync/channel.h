/* SPDX-License-Identifier: MIT
 *
 * Channels, from inside. Who waits makes offers, one to each channel, and the first that is
 * accepted ends them all in the same moment: so exactly one of them happens.
 * Invariants: senders wait only while the buffer is full, receivers while it is empty; both wait at
 * one channel only if they are offers of one and the same coroutine, which does not meet itself: it
 * looks for partners before it makes its offers, and from then on is only looked for.
 */
#ifndef CI_CHANNEL_H
#define CI_CHANNEL_H

#include "cigo/channel.h"
#include "task/park.h"

struct cigo_channel {
	size_t item_size, capacity; /* final */
	size_t first, count;	    /* of the ring */
	bool closed;
	uint64_t turn[2]; /* of select.c: who was served long ago is lower; to send, to receive */
	struct ci_list senders, receivers; /* of ci_offer */
	char ring[] __attribute__((aligned(CI_ALIGN)));
};

struct ci_offer {
	struct ci_list link; /* in the channel's senders or receivers, until accepted or withdrawn */
	struct ci_offers *all;
	const void *item; /* to be copied from */
	void *ret;	  /* to be copied to; NULL: it is one to send */
};

struct ci_offers {
	struct ci_park park;
	struct ci_offer *offer; /* n */
	size_t n;
	size_t accepted; /* valid once woken: which one; */
	int err;	 /* and 0, or CIGO_ECLOSED */
};

/* Misuse if items have another size. */
void ci_channel_check(const cigo_channel *c, size_t size);
/* Whether a send (to receive: a receive) would not have to wait. */
bool ci_channel_ready(const cigo_channel *c, bool receive);
/* -EAGAIN: would have to wait. */
int ci_channel_send(cigo_channel *c, const void *item);
int ci_channel_recv(cigo_channel *c, void *ret);
/* Enters an offer, whose item and ret are set, into the channel's line. */
void ci_channel_offer(cigo_channel *c, struct ci_offers *all, struct ci_offer *o);
/* Waits till one of them is accepted; ctx's cause: none was. */
int ci_channel_wait(cigo_ctx *ctx, struct ci_coroutine *me, struct ci_offers *all);

#endif
