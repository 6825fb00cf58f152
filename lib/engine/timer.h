/* SPDX-License-Identifier: MIT
 * One-shot timers, intrusive: arming needs no memory and cannot fail. The driver fires them in
 * order of (when, sequence of arming). All functions assume the baton.
 */
#pragma once

#include "base/heap.h"

struct ci_timer {
	struct ci_heap_node node; /* key: when, on the loop's clock */
	bool armed;
	bool wakes_only; /* for schedules: `fired` only makes one runnable ready; set after arm */
	void (*fired)(cigo_loop *loop, struct ci_timer *t);
};

/* t must not be armed. when CIGO_NEVER: t stays unarmed. fired is library code. */
void ci_timer_arm(cigo_loop *loop, struct ci_timer *t, int64_t when,
		  void (*fired)(cigo_loop *loop, struct ci_timer *t));
/* Does nothing if t is not armed. */
void ci_timer_disarm(cigo_loop *loop, struct ci_timer *t);
/* Fires all timers that are due at now. */
void ci_timer_fire(cigo_loop *loop, int64_t now);
/* When the next timer is due; CIGO_NEVER: none is armed. */
int64_t ci_timer_next(const cigo_loop *loop);
