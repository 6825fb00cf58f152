/* SPDX-License-Identifier: MIT
 * The signal watcher of a loop.
 */
#pragma once

#include "base/base.h"

/* Ends the watcher. No coroutine is left, and the loop's inbox is still open. */
void ci_signal_close(cigo_loop *loop);
