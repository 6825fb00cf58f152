/* SPDX-License-Identifier: MIT
 *
 * Callbacks of the user's.
 */
#ifndef CI_LOOP_CALL_H
#define CI_LOOP_CALL_H

#include "base/base.h"

/* true: the callback with this id was pending and is gone. */
bool ci_loop_call_cancel(cigo_loop *loop, int64_t id);

#endif
