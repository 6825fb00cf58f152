/* SPDX-License-Identifier: MIT
 * The end of many strands at once, on all CPUs.
 */
#pragma once

#include "engine/engine.h"

enum { CI_CROWD = 512 }; /* fewer strands end without help */

/* Ends and joins all of loop->strands, which are idle and take part in no schedule. By home. */
void ci_crowd_end(cigo_loop *loop);
