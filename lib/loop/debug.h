/* SPDX-License-Identifier: MIT
 * The debug mode's warnings: a long hold of the baton, and a loop that sleeps for ever.
 */
#pragma once

#include "engine/engine.h"

struct ci_debug {
	struct ci_tracer tracer;
	cigo_loop *loop;
	int64_t since; /* when the baton was taken by its holder; 0: it has none */
};

/* outsiders: threads without a reference may wake the loop. Only the debug mode does anything, and
 * a schedule wants to hear that the loop is stuck. */
void ci_debug_open(struct ci_debug *d, cigo_loop *loop, bool outsiders);
/* A hook of the engine: warns, with a dump. The loop sleeps on, as that may be intended; but under a
 * schedule it is a deadlock, see stuck.h. */
void ci_debug_stuck(cigo_loop *loop);
void ci_debug_close(struct ci_debug *d);
