/* SPDX-License-Identifier: MIT
 *
 * Floor: 2 engine
 * Callbacks of the user's.
 */
#ifndef CI_LOOP_CALL_H
#define CI_LOOP_CALL_H

#include "base.h"

/* true: the callback with this id was pending and is gone. */
bool ci_loop_call_cancel(cigo_loop *loop, int64_t id);

#endif
