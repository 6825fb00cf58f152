/* SPDX-License-Identifier: MIT
 * A loop under a schedule that can never go on.
 */
#pragma once

#include "engine/engine.h"

/* Nothing can ever wake the loop: its schedule has failed. If the process goes on, the run is ended.
 * By the driver. */
void ci_stuck(cigo_loop *loop);
/* Ends the run of a schedule that has failed: cancels main; if that was in vain, all; if that was in
 * vain too, aborts. By a thread that holds the baton. */
void ci_stuck_end(cigo_loop *loop, int cause);
