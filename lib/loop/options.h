/* SPDX-License-Identifier: MIT
 * Options of a loop: what the program has set, else the environment, else the default.
 */
#pragma once

#include "cigo/loop.h"
#include "engine/model.h"
#include "schedule/schedule.h"

/* The options with every default filled in, and a reference on the schedule, NULL: none. Misuse unless
 * o is NULL or valid. */
cigo_loop_options ci_options(const cigo_loop_options *o, struct ci_schedule **ret_schedule);
/* The execution model that o asks for. */
const struct ci_model_ops *ci_options_model(const cigo_loop_options *o);
/* From the environment only: the seed of random cancellations; 0: none. */
uint64_t ci_options_cancels(void);
