/* SPDX-License-Identifier: MIT
 * What is to be sent at the end of the tick. Who has bytes to send queues a burst; the driver sends
 * all of them, one after the other, before it looks outside, and so before time moves.
 * Invariant: none is queued while the driver waits for events, or when the run is over.
 */
#pragma once

#include "base/list.h"

struct ci_burst {
	struct ci_list link; /* in the loop's bursts, while queued */
	cigo_loop *loop;     /* valid while queued, and in `send` */
	/* Library code. It queues no burst; it may free this one. */
	void (*send)(struct ci_burst *b);
};

/* Queues b last, unless it is queued already. */
void ci_burst_queue(cigo_loop *loop, struct ci_burst *b);
/* Sends all. By whoever is about to look outside, or to let go of the loop for a while. */
void ci_burst_send_all(cigo_loop *loop);
