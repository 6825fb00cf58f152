/* SPDX-License-Identifier: MIT
 * The signal watcher of a loop.
 */
#ifndef CI_SIGNAL_H
#define CI_SIGNAL_H

#include "base/base.h"

/* Ends the watcher. No coroutine is left, and the loop's inbox is still open. */
void ci_signal_close(cigo_loop *loop);

#endif
