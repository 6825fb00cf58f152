/* SPDX-License-Identifier: MIT
 *
 * Options of a loop: what the program said, else the environment, else the default.
 */
#ifndef CI_OPTIONS_H
#define CI_OPTIONS_H

#include "cigo/loop.h"
#include "engine/model.h"

/* Every field final. Misuse unless o is NULL or fit. */
cigo_loop_options ci_options(const cigo_loop_options *o);
/* The execution model that they ask for. */
const struct ci_model_ops *ci_options_model(const cigo_loop_options *o);
/* By environment only: the seed of cancellations at random; 0: none. */
uint64_t ci_options_cancels(void);

#endif
