/* SPDX-License-Identifier: MIT
 *
 * What a loop watches of the process's signals.
 */
#ifndef CI_SIGNAL_H
#define CI_SIGNAL_H

#include "base/base.h"

/* The loop watches none any more. No coroutine is left; its door is still open. */
void ci_signal_close(cigo_loop *loop);

#endif
