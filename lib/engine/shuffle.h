/* SPDX-License-Identifier: MIT
 * Random orders, the same for the same seed (option shuffle_seed). All functions assume the baton.
 */
#pragma once

#include "base/list.h"

/* The next random number of the loop. */
uint64_t ci_shuffle_random(cigo_loop *loop);
/* Permutes a list of ci_runnable. */
void ci_shuffle(cigo_loop *loop, struct ci_list *list);
