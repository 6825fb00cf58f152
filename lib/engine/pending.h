/* SPDX-License-Identifier: MIT
 * What can still happen in a loop: the one answer to whether its run is over, whether anything can
 * wake it, and whether the virtual clock may jump.
 */
#pragma once

#include "base/base.h"

enum {
	CI_PENDING_READY = 1,  /* a runnable is queued */
	CI_PENDING_BESIDE = 2, /* coroutines run beside the driver */
	CI_PENDING_OUTSIDE =
		4,	     /* blocking sections, workers, calls to other loops: these will post */
	CI_PENDING_KEPT = 8, /* streams still send */
	CI_PENDING_TASKS = 16,	 /* tasks that are not done, other than leavers */
	CI_PENDING_LEAVERS = 32, /* coroutines that wait for a consumer, see ci_leaver */
	CI_PENDING_TIMER = 64,	 /* a timer is armed */
	CI_PENDING_FD = 128,	 /* a coroutine waits for a descriptor */
	CI_PENDING_OUTSIDERS =
		256 /* other threads had references on the loop when the driver last fell asleep */
};

enum {
	/* The run is not over while one of these is pending. */
	CI_PENDING_RUN = CI_PENDING_READY | CI_PENDING_BESIDE | CI_PENDING_OUTSIDE |
			 CI_PENDING_KEPT | CI_PENDING_TASKS | CI_PENDING_LEAVERS,
	/* Without an outsider, only these can wake the loop. */
	CI_PENDING_WAKE = CI_PENDING_READY | CI_PENDING_BESIDE | CI_PENDING_OUTSIDE |
			  CI_PENDING_KEPT | CI_PENDING_TIMER | CI_PENDING_FD,
	/* These happen at a time that the virtual clock does not know: it waits for them. */
	CI_PENDING_REAL = CI_PENDING_BESIDE | CI_PENDING_OUTSIDE | CI_PENDING_OUTSIDERS
};

/* The set of all that is pending. */
unsigned ci_pending(const cigo_loop *loop);
