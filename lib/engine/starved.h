/* SPDX-License-Identifier: MIT
 *
 * First steps of coroutines that found no thread. They are tried again, and given up in the end.
 */
#ifndef CI_STARVED_H
#define CI_STARVED_H

#include "engine/coroutine.h"

enum { CI_STARVED_NS = 10000000 }; /* how often a thread is asked for again */

/* r has found no strand. */
void ci_starved_add(cigo_loop *loop, struct ci_runnable *r);
/* Queues those again that may find one, and gives up those that have waited too long. */
void ci_starved_feed(cigo_loop *loop);

#endif
