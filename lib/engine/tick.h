/* SPDX-License-Identifier: MIT
 *
 * Ticks: what is ready now is run, not what it adds; then the driver looks outside if it is time.
 */
#ifndef CI_TICK_H
#define CI_TICK_H

#include "engine/coroutine.h"

/* What is to run next, taken out of the queue. Sleeps while nothing is ready. NULL: nothing is left,
 * for ever. */
struct ci_runnable *ci_tick_next(cigo_loop *loop);
/* The same, if it is a coroutine that goes on; NULL: it is something else, or a tick must begin. */
struct ci_coroutine *ci_tick_next_coroutine(cigo_loop *loop);

#endif
