/* SPDX-License-Identifier: MIT
 *
 * Orders by chance, the same ones for the same seed: what the option shuffle_seed asks for.
 */
#ifndef CI_SHUFFLE_H
#define CI_SHUFFLE_H

#include "base/list.h"

/* The next random number of the loop. */
uint64_t ci_shuffle_random(cigo_loop *loop);
/* Permutes a list of ci_runnable. */
void ci_shuffle(cigo_loop *loop, struct ci_list *list);

#endif
