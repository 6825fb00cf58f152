/* SPDX-License-Identifier: MIT
 * Ctrl-C: the first SIGINT cancels a run's main with -EINTR, the second kills as by default.
 */
#pragma once

#include "base/signal_watcher.h"
#include "engine/engine.h"

struct ci_interrupt {
	struct ci_signal_watcher watcher;
	struct ci_signal_message signal_message;
	cigo_loop *loop;
	bool open; /* false: the program has an action of its own for SIGINT */
};

/* The loop's inbox is open. Does nothing if SIGINT cannot be watched. */
void ci_interrupt_open(struct ci_interrupt *i, cigo_loop *loop);
void ci_interrupt_close(struct ci_interrupt *i);
