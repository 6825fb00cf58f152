/* SPDX-License-Identifier: MIT
 *
 * One-shot timers, intrusive: arming needs no memory and can't fail. Fired in order of (when,
 * sequence of arming), by the driver; library code only.
 */
#ifndef CI_TIMER_H
#define CI_TIMER_H

#include "base/heap.h"

struct ci_timer {
	struct ci_heap_node node; /* key: when, on the loop's clock */
	bool armed;
	void (*fired)(cigo_loop *loop, struct ci_timer *t);
};

/* CIGO_NEVER: stays unarmed. Must not be armed. */
void ci_timer_arm(cigo_loop *loop, struct ci_timer *t, int64_t when,
		  void (*fired)(cigo_loop *loop, struct ci_timer *t));
/* Fine when not armed. */
void ci_timer_disarm(cigo_loop *loop, struct ci_timer *t);
/* Fires all that are due at now. */
void ci_timer_fire(cigo_loop *loop, int64_t now);
/* When the next one is due; CIGO_NEVER: none. */
int64_t ci_timer_next(const cigo_loop *loop);

#endif
