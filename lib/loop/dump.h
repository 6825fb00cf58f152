/* SPDX-License-Identifier: MIT
 * Dumps: their text, and the signal that asks for one.
 */
#pragma once

#include "cigo/dump.h"
#include "base/signal_watcher.h"
#include "engine/engine.h"

/* Writes the dump to out; -ENOMEM. The caller holds the baton. */
int ci_dump(cigo_loop *loop, FILE *out);
/* What a deadlock is: on the first line the circle, or what waits; then a line for each coroutine that
 * waits. No times, so it is the same each time. Returns text. The caller holds the baton. */
const char *ci_dump_stuck(cigo_loop *loop, char *text, size_t size);
/* The baton's holder: "main #1", "a callback"; false: none. For any thread or signal handler. */
bool ci_dump_holder(const cigo_loop *loop, char *text, size_t size);

/* The watcher of loop->options.dump_signal. */
struct ci_dump_watcher {
	struct ci_signal_watcher watcher;
	struct ci_signal_message signal_message;
	cigo_loop *loop;
	bool open;
};

/* The loop's inbox is open. Does nothing if the option names no signal. */
void ci_dump_open(struct ci_dump_watcher *d, cigo_loop *loop);
void ci_dump_close(struct ci_dump_watcher *d);
