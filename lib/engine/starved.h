/* SPDX-License-Identifier: MIT
 * First steps of coroutines that found no thread. They are tried again, and given up in the end.
 * All functions assume the baton.
 */
#pragma once

#include "engine/coroutine.h"

enum { CI_STARVED_NS = 10000000 }; /* ns between attempts to make a thread */

/* Adds r, for which no thread could be made. */
void ci_starved_add(cigo_loop *loop, struct ci_runnable *r);
/* Queues again those that may get a thread; gives up those that have waited too long. */
void ci_starved_feed(cigo_loop *loop);
