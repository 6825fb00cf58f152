/* SPDX-License-Identifier: MIT
 *
 * The debug mode's watch over a run: who holds the baton for long, and a loop that sleeps for ever.
 */
#ifndef CI_DEBUG_H
#define CI_DEBUG_H

#include "engine/engine.h"

struct ci_debug {
	struct ci_tracer tracer;
	cigo_loop *loop;
	int64_t since; /* the one that runs has held the baton; 0: none does */
};

/* outsiders: somebody without a reference may come too. Without the debug mode nothing happens. */
void ci_debug_open(struct ci_debug *d, cigo_loop *loop, bool outsiders);
/* A hook of the engine: says so, with a dump. It may be meant: so the loop sleeps on. */
void ci_debug_stuck(cigo_loop *loop);
void ci_debug_close(struct ci_debug *d);

#endif
