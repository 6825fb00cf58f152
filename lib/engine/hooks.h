/* SPDX-License-Identifier: MIT
 * All that the engine asks of the folders above it. Set by lib/loop/loop.c, once for each loop.
 * Called with the baton held.
 */
#pragma once

#include "engine/coroutine.h"

struct ci_engine_hooks {
	/* For traces: the name and id of the coroutine or worker that c, which is about to suspend,
	 * waits for. NULL, 0: none, or several. */
	void (*awaited)(const struct ci_coroutine *c, const char **ret_name, uint64_t *ret_id);
	/* Nothing known can ever wake the loop. Called once, if loop->tell_stuck. */
	void (*stuck)(cigo_loop *loop);
};
