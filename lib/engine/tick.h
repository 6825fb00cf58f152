/* SPDX-License-Identifier: MIT
 * Ticks. A tick runs what is ready when it begins, not what is added meanwhile; between ticks the
 * driver looks outside if it is time. By the driver, with the baton held.
 */
#pragma once

#include "engine/coroutine.h"

/* Takes the next runnable out of the queue. Sleeps while there is none. NULL: the run is over. */
struct ci_runnable *ci_tick_next(cigo_loop *loop);
/* The same, if a coroutine is to resume next; else NULL, and nothing is taken. */
struct ci_coroutine *ci_tick_next_coroutine(cigo_loop *loop);
